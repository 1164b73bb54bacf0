"""Who did or saw what, when and why: append-only, numbered and chained."""
