"""Encryption of partner credentials at rest: rotating keys, bound to the row they belong to (R15).

The plain text repeats whose row it is, so a ciphertext moved to another merchant's row does not open.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings


class SecretUnreadable(Exception):
    """The ciphertext does not open: wrong or missing key, or moved from another row."""


def _box() -> MultiFernet:
    return MultiFernet([Fernet(key) for key in settings.SALUR.credential_keys])


def seal(values: Mapping[str, str], *, belongs_to: str) -> str:
    """Encrypt ``values`` for the row named ``belongs_to`` with the newest key."""
    payload = json.dumps({"for": belongs_to, "values": dict(values)}).encode()
    return _box().encrypt(payload).decode()


def unseal(sealed: str, *, belongs_to: str) -> dict[str, str]:
    """The values again; raises :class:`SecretUnreadable`."""
    try:
        payload = json.loads(_box().decrypt(sealed.encode()))
    except (InvalidToken, ValueError) as error:
        raise SecretUnreadable("no configured key opens this credential") from error
    if payload["for"] != belongs_to:
        raise SecretUnreadable("this credential was sealed for another row")
    return dict(payload["values"])


def reseal(sealed: str) -> str:
    """The same secret under the newest key (key rotation)."""
    try:
        return _box().rotate(sealed.encode()).decode()
    except InvalidToken as error:
        raise SecretUnreadable("no configured key opens this credential") from error
