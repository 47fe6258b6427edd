"""Sends requests from a process of its own and measures the answers, for a fraction of what they cost the server."""
