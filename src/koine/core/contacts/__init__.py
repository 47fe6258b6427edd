"""Contacts: the people whom conversations are held with."""
