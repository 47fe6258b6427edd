"""Workspaces: the tenants, each with its own conversations, contacts and furniture."""
