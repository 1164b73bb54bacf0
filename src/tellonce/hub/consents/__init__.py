"""Consents per purpose as the sources hold them, kept under (source, customer key)."""
