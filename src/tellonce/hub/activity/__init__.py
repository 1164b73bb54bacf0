"""The timeline around a customer, kept under (source, customer key) and joined at read."""
