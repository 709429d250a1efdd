"""Secrets at rest: AES-GCM, bound to their owner and field, so that no record can borrow another's secret."""

from __future__ import annotations

import hashlib
import os
import secrets
import tempfile
from base64 import b64decode, b64encode
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from core.errors import KeyUnusable

_VERSION = "v1"
_NONCE_BYTES = 12
_LEAST_SECRET_BYTES = 16


class Vault:
    """Seals and opens texts. A sealed text is `v1|key id|nonce|ciphertext`, the last two in base64.

    `key_id` tells keys apart and gives none away.
    """

    def __init__(self, secret: bytes) -> None:
        """`secret` is at least 16 bytes of any kind; the cipher's key is derived from it."""
        if len(secret) < _LEAST_SECRET_BYTES:
            raise ValueError("The secret key must be at least 16 bytes long.")
        key = HKDF(SHA256(), length=32, salt=None, info=b"music-bot secrets at rest").derive(secret)
        self.key_id = hashlib.sha256(key).hexdigest()[:8]
        self._cipher = AESGCM(key)

    def seal(self, text: str, owner: str, field: str) -> str:
        """Return `text` sealed for this field of this owner."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        sealed = self._cipher.encrypt(nonce, text.encode(), f"{owner}|{field}".encode())
        return "|".join((_VERSION, self.key_id, b64encode(nonce).decode(), b64encode(sealed).decode()))

    def open(self, sealed: str, owner: str, field: str) -> str | None:
        """Return the text, or None where it was sealed by another key, for another owner or was damaged."""
        parts = sealed.split("|")
        if len(parts) != 4 or parts[:2] != [_VERSION, self.key_id]:
            return None
        try:
            nonce, ciphertext = b64decode(parts[2], validate=True), b64decode(parts[3], validate=True)
            return self._cipher.decrypt(nonce, ciphertext, f"{owner}|{field}".encode()).decode()
        except (InvalidTag, ValueError):
            return None


def key_from_file(path: Path) -> bytes:
    """Read the secret of this installation; the first call makes it, readable by its owner only.

    Several processes may call this at once: all get the same secret. Raises `KeyUnusable` where the file is cut short.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        handle, name = tempfile.mkstemp(dir=path.parent)
        try:
            os.write(handle, secrets.token_bytes(32))
            os.close(handle)
            os.link(name, path)
        except FileExistsError:
            pass  # Another process was first; its secret is the one.
        finally:
            Path(name).unlink()
    path.chmod(0o600)
    secret = path.read_bytes()
    if len(secret) < _LEAST_SECRET_BYTES:
        raise KeyUnusable(path)
    return secret


def check_key(path: Path) -> None:
    """Raise `KeyUnusable` where the file holds no key, OSError where it can't be read. A missing one stays missing."""
    if path.exists():
        key_from_file(path)
