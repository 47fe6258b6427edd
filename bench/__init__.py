"""Measures: how fast Koine is, beside how fast PostgreSQL alone would be. Run it with `bin/bench`."""
