"""Who listens to what, in this process."""
