"""What a file is, told from its first bytes and nothing else: neither its name nor its sender is believed."""

from __future__ import annotations

from pathlib import PurePosixPath

UNKNOWN = "application/octet-stream"
START = 64  # bytes that it takes to tell

# What browsers may show by themselves. Nothing of it can hold a script; text, SVG, HTML, XML and PDF are not here.
INLINE = frozenset(
    {
        "image/png",
        "image/jpeg",
        "image/gif",
        "image/webp",
        "image/bmp",
        "image/avif",
        "audio/mpeg",
        "audio/ogg",
        "audio/wav",
        "audio/flac",
        "video/mp4",
        "video/webm",
    }
)

# type, then what stands where
_SIGNS: tuple[tuple[str, tuple[tuple[int, bytes], ...]], ...] = (
    ("image/png", ((0, b"\x89PNG\r\n\x1a\n"),)),
    ("image/jpeg", ((0, b"\xff\xd8\xff"),)),
    ("image/gif", ((0, b"GIF87a"),)),
    ("image/gif", ((0, b"GIF89a"),)),
    ("image/webp", ((0, b"RIFF"), (8, b"WEBP"))),
    ("image/bmp", ((0, b"BM"), (6, b"\0\0\0\0"))),
    ("image/avif", ((4, b"ftypavif"),)),
    ("audio/mpeg", ((0, b"ID3"),)),
    ("audio/mpeg", ((0, b"\xff\xfb"),)),
    ("audio/ogg", ((0, b"OggS\0"),)),
    ("audio/wav", ((0, b"RIFF"), (8, b"WAVE"))),
    ("audio/flac", ((0, b"fLaC\0\0\0\x22"),)),
    ("video/mp4", ((4, b"ftypisom"),)),
    ("video/mp4", ((4, b"ftypiso2"),)),
    ("video/mp4", ((4, b"ftypmp41"),)),
    ("video/mp4", ((4, b"ftypmp42"),)),
    ("video/mp4", ((4, b"ftypavc1"),)),
    ("video/webm", ((0, b"\x1a\x45\xdf\xa3"), (31, b"webm"))),
    ("video/webm", ((0, b"\x1a\x45\xdf\xa3"), (24, b"webm"))),
)

# The endings that have an icon of their own.
ICONS = frozenset(
    {"csv", "doc", "docx", "gif", "jpeg", "jpg", "pdf", "png", "ppt", "pptx", "txt", "xls", "xlsx", "zip"}
)
ANY_ICON = "file"


def sniffed(start: bytes) -> str:
    """The content type of what begins with these bytes: one of INLINE, or UNKNOWN."""
    for kind, signs in _SIGNS:
        if all(start.startswith(sign, at) for at, sign in signs):
            return kind
    return UNKNOWN


def icon(file_name: str) -> str:
    """The name of a file's icon: its ending, or ANY_ICON."""
    ending = PurePosixPath(file_name).suffix[1:].lower()
    return ending if ending in ICONS else ANY_ICON
