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
    store_arranging,
    store_cancelling,
    store_confirming,
    store_messages,
    store_oddities,
    store_products,
    store_statuses,
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
    store_oddities.BOOK,
    store_statuses.BOOK,
    store_arranging.ACCEPT,
    store_arranging.BOOK,
    store_confirming.BOOK,
    store_cancelling.BOOK,
    store_cancelling.DECIDE,
    store_products.LISTINGS,
    store_products.STOCK,
    store_messages.BOOK,
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
