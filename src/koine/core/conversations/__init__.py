"""Conversations: what they are, who may see them, and what can be done with them."""
