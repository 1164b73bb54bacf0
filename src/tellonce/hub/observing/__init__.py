"""What operators and their machines look at: probes, metrics, logs. Never personal data."""
