"""How good the customer data and the hub are: KPIs with their evidence, and known troubles."""
