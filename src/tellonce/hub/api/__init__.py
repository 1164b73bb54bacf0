"""The HTTP API, version 1: a door that checks, calls services, and answers."""
