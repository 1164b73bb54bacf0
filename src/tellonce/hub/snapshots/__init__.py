"""The sealed view of one customer for one purpose, and its P1624 event."""
