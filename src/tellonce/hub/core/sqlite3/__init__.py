"""Django's own SQLite, but for how a transaction waits for the write lock."""
