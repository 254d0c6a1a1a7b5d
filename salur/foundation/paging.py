"""Keyset paging: a page is the rows after (or before) a key, so it stays stable while rows arrive."""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.core.exceptions import ValidationError
from django.db.models import Model, Q, QuerySet

M = TypeVar("M", bound=Model)


class BadCursor(ValueError):
    """The cursor was not made by us."""


@dataclass(frozen=True)
class Keyset(Generic[M]):
    """One page with the cursors of its neighbours (None: there is none)."""

    rows: list[M]
    next_cursor: str | None
    previous_cursor: str | None


def _encode(direction: str, key: list[Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps([direction, *key], default=str).encode()).decode().rstrip("=")


def _decode(cursor: str, width: int) -> tuple[str, list[Any]]:
    try:
        values = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, binascii.Error) as error:
        raise BadCursor("the cursor cannot be read") from error
    if not isinstance(values, list) or len(values) != width + 1 or values[0] not in ("n", "p"):
        raise BadCursor("the cursor does not belong to this list")
    if any(isinstance(value, str) and "\x00" in value for value in values):  # PostgreSQL's text holds none
        raise BadCursor("the cursor cannot be read")
    return values[0], values[1:]


def _beyond(fields: list[str], key: list[Any], *, forward: bool) -> Q:
    """Rows strictly past ``key``; a leading minus means descending.

    The bound on the first field follows from the rest, but only from it the database knows where in an index to begin.
    """
    condition, equal = Q(), Q()
    for name, value in zip(fields, key, strict=True):
        condition |= equal & _past(name, value, forward=forward)
        equal &= Q(**{name.lstrip("-"): value})
    return condition if len(fields) == 1 else _past(fields[0], key[0], forward=forward, equal="e") & condition


def _past(name: str, value: Any, *, forward: bool, equal: str = "") -> Q:
    side = "lt" if name.startswith("-") == forward else "gt"
    return Q(**{f"{name.lstrip('-')}__{side}{equal}": value})


def _turned(name: str) -> str:
    return name[1:] if name.startswith("-") else f"-{name}"


def keyset_page(queryset: QuerySet[M], *, order: list[str], cursor: str | None, size: int = 50) -> Keyset[M]:
    """The page at ``cursor`` (None: the first). ``order`` must end in a unique field. Raises :class:`BadCursor`."""
    direction, key = _decode(cursor, len(order)) if cursor else ("n", [])
    forward = direction == "n"
    if key:
        try:
            queryset = queryset.filter(_beyond(order, key, forward=forward))
        except (TypeError, ValueError, ValidationError) as error:  # a value that its column cannot hold
            raise BadCursor("the cursor does not belong to this list") from error
    rows = list(queryset.order_by(*(order if forward else [_turned(n) for n in order]))[: size + 1])
    more = len(rows) > size
    rows = rows[:size]
    if not forward:
        rows.reverse()

    def edge(row: M) -> list[Any]:
        return [getattr(row, name.lstrip("-")) for name in order]

    has_next = more if forward else bool(key)
    has_previous = bool(key) if forward else more
    return Keyset(
        rows,
        _encode("n", edge(rows[-1])) if rows and has_next else None,
        _encode("p", edge(rows[0])) if rows and has_previous else None,
    )
