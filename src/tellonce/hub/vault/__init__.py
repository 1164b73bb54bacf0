"""Keys: wrapping, encryption of values, blind indexes. The master key is never in the database."""
