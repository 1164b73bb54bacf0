"""Match models, the key index, edges and decisions: stores and reads only."""
