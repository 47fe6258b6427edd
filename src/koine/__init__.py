"""Koine: a self-hosted conversation server that speaks several wire APIs over one store."""

__version__ = "0.1.0"
