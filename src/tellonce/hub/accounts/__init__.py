"""The people who log in, and their roles."""
