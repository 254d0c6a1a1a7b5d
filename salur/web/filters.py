"""Reading filters from an address: what cannot be understood is left out rather than refused."""

from __future__ import annotations

from django.http import QueryDict

LONGEST = 100


def word(query: QueryDict, name: str) -> str:
    """Free text, shortened to what a search can mean; NUL cannot be searched for."""
    return query.get(name, "").strip().replace("\x00", "")[:LONGEST]


def row_id(query: QueryDict, name: str) -> int | None:
    """The id of a row, or None."""
    value = query.get(name, "")
    return int(value) if value.isascii() and value.isdigit() and len(value) < 19 else None
