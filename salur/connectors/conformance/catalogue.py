"""All checks, in the order of the table."""

from __future__ import annotations

from . import (
    arriving,
    authorisation,
    callbacks,
    cancelling,
    describes,
    lost,
    places,
    products,
    pushing,
    reading,
    secrecy,
    statuses,
    stocktaking,
    stores,
    strays,
    threads,
    tokens,
)
from .checks import Book, Check

BOOKS: tuple[Book, ...] = (
    describes.BOOK,
    authorisation.BOOK,
    tokens.OAUTH,
    tokens.GRANT,
    tokens.CLOCK,
    places.BOOK,
    products.BOOK,
    pushing.BOOK,
    lost.OUTBOUND,
    lost.INBOUND,
    reading.BOOK,
    strays.BOOK,
    statuses.STATUSES,
    statuses.OUTBOUND,
    statuses.INBOUND,
    cancelling.BOOK,
    stocktaking.BOOK,
    arriving.BOOK,
    callbacks.BOOK,
    threads.BOOK,
    stores.BOOK,
    secrecy.BOTH,
    secrecy.BOOK,
)
CHECKS: tuple[Check, ...] = tuple(check for book in BOOKS for check in book.checks)


def named(keys: list[str]) -> tuple[Check, ...]:
    """The checks whose id is among ``keys`` or begins with one of them; raises KeyError for one that finds none."""
    for key in keys:
        if not any(_is(check.id, key) for check in CHECKS):
            raise KeyError(key)
    return tuple(check for check in CHECKS if any(_is(check.id, key) for key in keys))


def _is(check_id: str, key: str) -> bool:
    return check_id == key or check_id.startswith(f"{key}.")
