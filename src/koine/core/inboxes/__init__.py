"""Inboxes: the doors that conversations come in by."""
