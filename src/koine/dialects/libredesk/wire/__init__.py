"""Libredesk's shapes: what comes in, and what goes out (contracts/libredesk.md §2.1, §2.5, §3)."""
