"""Koine's own API."""
