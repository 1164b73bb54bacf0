"""What every app of the hub stands on: ids, the clock, errors, canonical JSON, system checks."""
