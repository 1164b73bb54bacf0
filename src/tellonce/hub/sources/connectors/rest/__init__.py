"""Rows of any JSON API over HTTP, page by page."""
