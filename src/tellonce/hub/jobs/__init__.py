"""Background work: leases, the table of jobs, and the sequencer that numbers rows after commit."""
