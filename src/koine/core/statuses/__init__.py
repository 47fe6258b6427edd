"""The statuses and priorities of a workspace."""
