"""Addresses under which a partner fetches a label without signing in, for partners that take no file.

The address itself is the key: signed, for one label, and of use for some days only. Whoever holds it can read the
buyer's name and address, so it goes to the partner and nowhere else.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.core.signing import BadSignature, TimestampSigner

GOOD_FOR = timedelta(days=30)
PATH = "/labels/{key}.pdf"
_SALT = "salur.label"


@dataclass(frozen=True, slots=True)
class LabelKey:
    """Which label an address opens."""

    merchant_id: int
    outbound_id: int
    label_id: int


def _signer() -> TimestampSigner:
    return TimestampSigner(sep=".", salt=_SALT)


def label_address(merchant_id: int, outbound_id: int, label_id: int) -> str:
    """The public address of a label, good for 30 days from now."""
    key = _signer().sign(f"{merchant_id}-{outbound_id}-{label_id}")
    return f"{settings.SALUR.base_url.rstrip('/')}{PATH.format(key=key)}"


def read_key(key: str) -> LabelKey | None:
    """What the key opens; None where it is not ours, was altered, or is too old."""
    try:
        numbers = _signer().unsign(key, max_age=GOOD_FOR).split("-")
        return LabelKey(*(int(number) for number in numbers))
    except (BadSignature, ValueError, TypeError):
        return None
