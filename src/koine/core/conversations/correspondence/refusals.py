"""What is refused about messages to and from contacts."""

from __future__ import annotations

from typing import Literal

from koine.core.errors import Conflict, Forbidden, Invalid, NotFound


class NothingToSay(Invalid):
    """A message without words and without files."""

    code = "nothing_to_say"
    says = "There is neither text nor a file in this message."


class DoNotDisturb(Conflict):
    """The contact does not want to be reached through this channel."""

    code = "do_not_disturb"

    def __init__(self, channel: str) -> None:
        super().__init__(f"The contact does not want to be reached by {channel}.")
        self.channel = channel


class NotTheirAddress(Conflict):
    """A message was to go to an address that is none of the contact's."""

    code = "not_their_address"
    says = "This is no address of the contact."


class CannotReach(Conflict):
    """The contact has nothing that this channel could reach them by: `lacks` says what."""

    code = "cannot_reach"

    def __init__(self, lacks: Literal["email", "phone"]) -> None:
        super().__init__(f"The contact has no {lacks}.")
        self.lacks = lacks


class NotScheduled(Conflict):
    """It is not waiting to be said: it has been, or never was going to be."""

    code = "not_scheduled"
    says = "The message is not scheduled."


class NoFilesHere(Forbidden):
    """Files cannot be put to a message of this kind afterwards."""

    code = "no_files_here"
    says = "Files cannot be put to a message of this kind."


class RecordingNotFound(NotFound):
    """Nothing was recorded, or nothing was written down of it."""

    code = "recording_not_found"
    says = "There is no recording of this."
