"""What goes to and comes from contacts over channels: sent, scheduled, received, and what became of it."""
