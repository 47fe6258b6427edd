"""Channels: the ways by which messages leave the house."""
