"""What happened, as a numbered feed of CloudEvents."""
