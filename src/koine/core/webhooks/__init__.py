"""Webhooks: telling others what happens, at addresses that they give."""
