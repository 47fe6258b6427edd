"""The tags of a workspace."""
