"""The keyhole: the only app that sees the engine. Plain values and Arrow tables in and out."""
