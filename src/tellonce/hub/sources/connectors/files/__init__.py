"""Files in a folder of this machine, each loaded once and then put away."""
