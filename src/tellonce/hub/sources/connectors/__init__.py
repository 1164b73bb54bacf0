"""The systems that are fetched by themselves, one kind a folder."""
