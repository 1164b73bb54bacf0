"""How current what we hold is: staleness, confirmations, findings, and asking people rarely."""
