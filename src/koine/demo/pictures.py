"""Pictures, drawn when they are needed: lamps, boats and figures of a few shapes, as PNG."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass

Colour = tuple[int, int, int]
# Of a row: from which column to which the shape goes; None: it is not in it.
Reach = Callable[[int], tuple[float, float] | None]


@dataclass(frozen=True, slots=True)
class Shape:
    """What is drawn over all before it."""

    colour: Colour
    reach: Reach


def png(width: int, height: int, ground: tuple[Colour, Colour], shapes: Sequence[Shape]) -> bytes:
    """A picture over a ground that goes from one colour at the top to another."""
    rows = b"".join(b"\0" + _row(y, width, height, ground, shapes) for y in range(height))
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", zlib.compress(rows, 6)) + _chunk(b"IEND", b"")
    )


def box(colour: Colour, left: float, top: float, right: float, bottom: float, lean: float = 0.0) -> Shape:
    """A box whose sides lean outwards by so much, from its top to its bottom."""

    def reach(y: int) -> tuple[float, float] | None:
        if not top <= y < bottom:
            return None
        out = lean * (y - top) / (bottom - top)
        return left - out, right + out

    return Shape(colour, reach)


def disc(colour: Colour, x: float, y: float, radius: float) -> Shape:
    """A full circle."""

    def reach(row: int) -> tuple[float, float] | None:
        half = radius**2 - (row - y) ** 2
        return None if half <= 0 else (x - half**0.5, x + half**0.5)

    return Shape(colour, reach)


def lamp(shade: Colour, metal: Colour, *, lit: bool = True, cracked: bool = False) -> bytes:
    """A table lamp, 480 by 360."""
    shapes = [disc((255, 244, 200), 240, 130, 120)] if lit else []
    shapes += [
        box((92, 72, 58), 0, 300, 480, 360),
        box(metal, 234, 180, 246, 288),
        box(metal, 200, 280, 280, 304, 12),
        box(shade, 195, 70, 285, 184, 60),
    ]
    if cracked:
        shapes += [box((28, 26, 30), 250 + 6 * n, 84 + 24 * n, 254 + 6 * n, 110 + 24 * n, 3) for n in range(4)]
    return png(480, 360, ((48, 54, 74), (120, 104, 96)) if lit else ((206, 212, 220), (170, 176, 186)), shapes)


def boat(hull: Colour) -> bytes:
    """A ferry at sea, 560 by 300."""
    shapes = [
        disc((250, 226, 150), 440, 70, 34),
        box((250, 250, 248), 190, 120, 370, 176),
        *(box((70, 110, 150), 205 + 32 * n, 132, 223 + 32 * n, 150) for n in range(5)),
        box((212, 60, 52), 250, 84, 286, 122),
        box(hull, 150, 174, 410, 222, -26),
        box((38, 92, 122), 0, 216, 560, 300),
        *(box((120, 170, 196), 40 + 110 * n, 236 + 16 * (n % 3), 96 + 110 * n, 239 + 16 * (n % 3)) for n in range(5)),
    ]
    return png(560, 300, ((150, 196, 226), (226, 236, 240)), shapes)


def bars(heights: Sequence[int], colour: Colour) -> bytes:
    """Figures as bars, 520 by 280; each height is up to 200."""
    step = 440 / len(heights)
    shapes = [box((226, 228, 232), 40, y, 500, y + 1) for y in range(40, 241, 50)]
    shapes += [box(colour, 48 + step * n, 240 - high, 40 + step * (n + 0.8), 240) for n, high in enumerate(heights)]
    return png(520, 280, ((255, 255, 255), (248, 249, 251)), [*shapes, box((60, 64, 72), 40, 240, 500, 242)])


def _row(y: int, width: int, height: int, ground: tuple[Colour, Colour], shapes: Sequence[Shape]) -> bytes:
    top, bottom = ground
    row = bytearray(bytes(a + (b - a) * y // height for a, b in zip(top, bottom, strict=True)) * width)
    for shape in shapes:
        reach = shape.reach(y)
        if reach is not None:
            left, right = (max(0, min(width, round(x))) for x in reach)
            row[3 * left : 3 * right] = bytes(shape.colour) * (right - left)
    return bytes(row)


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
