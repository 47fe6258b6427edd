"""Writes that may be repeated: the answers that are remembered for a day."""
