"""The command line."""

from koine.cli.commands import main

__all__ = ["main"]
