"""What can go wrong with the processes, in sentences for people."""

from __future__ import annotations


class CannotListen(Exception):
    """The address cannot be listened on; the sentence says why, and what to do."""


class NobodyServes(Exception):
    """There is no server to work beside; the sentence says where."""


class KeepsFailing(Exception):
    """What was started again and again ended each time; the sentence says what."""
