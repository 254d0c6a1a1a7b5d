"""Credentials at rest: sealed for one row of one merchant, so that a moved ciphertext does not open (R15)."""

from __future__ import annotations

from collections.abc import Mapping

from salur.connectors.base.types import Credentials
from salur.foundation import secrets


def owner_name(merchant_id: int, kind: str, connection_id: int) -> str:
    """Whose row it is, as the sealed text repeats it; ``kind`` is ``store`` or ``account``."""
    return f"{merchant_id}:{kind}:{connection_id}"


def seal(values: Mapping[str, str], merchant_id: int, kind: str, connection_id: int) -> str:
    """The values encrypted for that row."""
    return secrets.seal(values, belongs_to=owner_name(merchant_id, kind, connection_id))


def unseal(sealed: str, merchant_id: int, kind: str, connection_id: int) -> Credentials:
    """The credentials; raises :class:`salur.foundation.secrets.SecretUnreadable`."""
    return Credentials(secrets.unseal(sealed, belongs_to=owner_name(merchant_id, kind, connection_id)))
