"""Systems records come from: their mapping, deliveries, record versions and quarantine."""
