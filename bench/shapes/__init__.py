"""Small made-up files with known truth, of the shapes of customer files that strangers bring."""
