"""Reading filters from an address: what cannot be understood is left out rather than refused."""

from __future__ import annotations

from django.http import QueryDict

LONGEST = 100


def word(query: QueryDict, name: str) -> str:
    """Free text, shortened to what a search can mean; NUL cannot be searched for."""
    return query.get(name, "").strip().replace("\x00", "")[:LONGEST]


def kept_text(query: QueryDict, name: str) -> str:
    """Free text of a form that is kept; NUL no database keeps."""
    return query.get(name, "").replace("\x00", "").strip()


def as_id(value: str) -> int | None:
    """The id that a text names: digits, few enough for a database's number; “²” is a digit for some, and no number."""
    return int(value) if value.isascii() and value.isdigit() and len(value) < 19 else None


def row_id(query: QueryDict, name: str) -> int | None:
    """The id of a row, or None."""
    return as_id(query.get(name, ""))


def row_ids(query: QueryDict, name: str, most: int | None = None) -> list[int]:
    """Ids of the rows that were chosen, at most so many; what is none is left out."""
    return [found for value in query.getlist(name) if (found := as_id(value)) is not None][:most]
