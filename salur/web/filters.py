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
    return int(value) if _is_id(value) else None


def row_ids(query: QueryDict, name: str, most: int | None = None) -> list[int]:
    """Ids of the rows that were chosen, at most so many; what is none is left out."""
    return [int(value) for value in query.getlist(name) if _is_id(value)][:most]


def _is_id(value: str) -> bool:
    """Digits, few enough for a database's number; “²” is a digit for some, and no number."""
    return value.isascii() and value.isdigit() and len(value) < 19
