"""What a rule can ask of a value: one frozen class a check, told apart by `kind`."""
