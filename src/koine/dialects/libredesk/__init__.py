"""Libredesk: conversations as the contract of that name has them."""
