"""Sealing secrets that must be read back, and signing what others hand back: under keys that lie beside the database.

AES-256-GCM and HMAC-SHA256. Each use has keys of its own, derived from those in the file.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
import stat
from contextlib import suppress
from pathlib import Path

NAME = "sealing.keys"  # in the data folder

_ID, _NONCE, _KEY = 4, 12, 32  # bytes
_MAC = 16  # bytes of a signature, after the id of its key
SIGNATURE = _ID + _MAC


class SealingFailed(Exception):
    """The keys cannot be used, or do not open what was sealed; the sentence says why, and holds no secret."""


class Sealing:
    """
    Seals with the newest key of a file, and opens with any of them.

    The file has a line for each key, oldest first: its id and the key, in hexadecimal. It is made when something is
    sealed for the first time. A new line at its end is the new key from then on; who takes an old one away cannot open
    what it has sealed.
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        self._keys: dict[bytes, bytes] = {}

    def seal(self, plain: bytes, about: bytes) -> bytes:
        """Only who has the key can read it, and only as what it is `about`. Raises SealingFailed."""
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # takes a while, and is seldom needed

        id, key = self._newest()
        nonce = secrets.token_bytes(_NONCE)
        return id + nonce + AESGCM(key).encrypt(nonce, plain, about)

    def sign(self, said: bytes, about: bytes) -> bytes:
        """SIGNATURE bytes that only who has the key can make: for what somebody is given to hand back.

        Raises SealingFailed.
        """
        id, key = self._newest()
        return id + _mac(key, said, about)

    def signed(self, signature: bytes, said: bytes, about: bytes) -> bool:
        """Whether it was signed here, about the same thing, under a key that we still have. Raises SealingFailed."""
        key = self._known(signature[:_ID])
        return key is not None and hmac.compare_digest(signature[_ID:], _mac(key, said, about))

    def check(self) -> int:
        """How many keys the file has; 0 while there is none. Raises SealingFailed."""
        return len(_read(self._file))

    def open(self, sealed: bytes, about: bytes) -> bytes:
        """What was sealed about the same thing. Raises SealingFailed."""
        from cryptography.exceptions import InvalidTag
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        id, nonce, closed = sealed[:_ID], sealed[_ID : _ID + _NONCE], sealed[_ID + _NONCE :]
        key = self._known(id)
        if key is None:
            raise SealingFailed(f"{self._file} does not have the key {id.hex()}, under which a secret was sealed.")
        try:
            return AESGCM(key).decrypt(nonce, closed, about)
        except InvalidTag:
            raise SealingFailed("A sealed secret was changed, or belongs to something else.") from None

    def _newest(self) -> tuple[bytes, bytes]:
        if not self._keys:
            self._keys = _read(self._file) or _made(self._file)
        return list(self._keys.items())[-1]

    def _known(self, id: bytes) -> bytes | None:
        """Somebody may have made the file, or added a line."""
        if id not in self._keys:
            self._keys = _read(self._file)
        return self._keys.get(id)


def _mac(key: bytes, said: bytes, about: bytes) -> bytes:
    own = hmac.digest(key, b"sign " + about, hashlib.sha256)
    return hmac.digest(own, said, hashlib.sha256)[:_MAC]


def _read(file: Path) -> dict[bytes, bytes]:
    """The keys by their ids, the newest last; none where there is no file."""
    try:
        with file.open() as opened:
            if stat.S_IMODE(os.fstat(opened.fileno()).st_mode) & 0o077:
                raise SealingFailed(f"{file} can be read by others; it must not be: chmod 600 {file}")
            lines = [line.split() for line in opened if line.strip()]
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError) as error:
        raise SealingFailed(f"{file} cannot be read ({type(error).__name__}).") from error
    try:
        keys = {bytes.fromhex(id): bytes.fromhex(key) for id, key in lines}
    except ValueError:
        keys = {}
    if not keys or any(len(id) != _ID or len(key) != _KEY for id, key in keys.items()):
        raise SealingFailed(f"{file} does not have a key in each line.")
    return keys


def _made(file: Path) -> dict[bytes, bytes]:
    """A file with a first key; that of another process where it was quicker."""
    unfinished = file.with_name(f".{file.name}.{secrets.token_hex(4)}")
    text = f"{secrets.token_hex(_ID)} {secrets.token_hex(_KEY)}\n"
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            handle = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
            with os.fdopen(handle, "w") as out:
                out.write(text)
                out.flush()
                os.fsync(out.fileno())
            with suppress(FileExistsError):
                os.link(unfinished, file)
        finally:
            unfinished.unlink(missing_ok=True)
        _remember(file.parent)
    except OSError as error:
        raise SealingFailed(f"{file} cannot be written ({error.strerror}).") from error
    return _read(file)


def _remember(folder: Path) -> None:
    """See to it that the file is still there after the power went."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
