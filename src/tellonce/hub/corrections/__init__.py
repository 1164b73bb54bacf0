"""The correction protocol: detect, propose, review, apply, write back, verify, close."""
