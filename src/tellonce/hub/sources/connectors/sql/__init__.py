"""Rows of any SQL database, read only, all of them or those that are new."""
