"""Libredesk over HTTP."""
