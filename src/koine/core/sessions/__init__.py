"""Sessions: people who are signed in at a browser."""
