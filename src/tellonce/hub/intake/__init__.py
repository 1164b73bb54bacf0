"""The path of one batch: deliver, validate, place, customers, events."""
