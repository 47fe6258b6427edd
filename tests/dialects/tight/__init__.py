"""Tight v6, over HTTP."""
