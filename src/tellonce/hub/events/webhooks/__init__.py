"""Events sent to other systems: Standard Webhooks around thin CloudEvents."""
