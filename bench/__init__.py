"""What Tellonce measures of itself, beside its peers: `python -m bench`, or one part of it."""
