"""Tokens: the secrets that clients call with."""
