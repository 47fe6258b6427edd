"""Providers: other people's services that carry a workspace's messages."""
