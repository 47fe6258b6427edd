"""Tight v6: conversations and messages as the contract of that name has them."""
