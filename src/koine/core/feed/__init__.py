"""The feed: what has happened in a workspace, by position."""
