"""Apps: programs of others, which people let into their workspaces."""
