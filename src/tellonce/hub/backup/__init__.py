"""Backups: one encrypted file, consistent while the hub runs, verified, restored whole."""
