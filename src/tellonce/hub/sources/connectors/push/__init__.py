"""Rows that the source itself sends over HTTP."""
