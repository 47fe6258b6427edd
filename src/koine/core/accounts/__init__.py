"""Accounts: whoever runs Koine for one or many workspaces."""
