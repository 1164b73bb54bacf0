"""Customers, membership by period, golden versions, redirects: stores and reads only."""
