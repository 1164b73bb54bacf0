"""Django's own PostgreSQL, with a cursor that prepares statements in the server."""
