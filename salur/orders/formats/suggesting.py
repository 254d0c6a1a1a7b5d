"""What the first rows of a file give away about dates and amounts. Suggestions only; a person confirms them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from .options import ReadOptions

_TIMES = ("ordered_at", "paid_at", "updated_at")
_AMOUNTS = ("unit_price", "total")
_DATE = re.compile(r"(\d{1,2})[-/. ](\d{1,2})[-/. ]\d{2,4}\b")
_COMMA = re.compile(r"\d\.\d{3},\d{1,2}\b|^\D*\d+,\d{1,2}\D*$")
_POINT = re.compile(r"\d,\d{3}\.\d{1,2}\b|^\D*\d+\.\d{1,2}\D*$")


def suggest_options(columns: Mapping[str, str], headers: Sequence[str], rows: Sequence[Sequence[str]]) -> ReadOptions:
    """The order of dates and the decimal sign, where the rows allow only one; ``columns`` as guessed or said."""
    return ReadOptions(
        dates=_dates(_cells(columns, headers, rows, _TIMES)), decimal=_sign(_cells(columns, headers, rows, _AMOUNTS))
    )


def _cells(
    columns: Mapping[str, str], headers: Sequence[str], rows: Sequence[Sequence[str]], targets: Sequence[str]
) -> list[str]:
    places = [place for place, name in enumerate(headers) if columns.get(name) in targets]
    return [row[place].strip() for row in rows for place in places if place < len(row)]


def _dates(cells: Sequence[str]) -> str:
    found = [(int(match[1]), int(match[2])) for cell in cells if (match := _DATE.match(cell))]
    day_first, month_first = any(one > 12 for one, _ in found), any(two > 12 for _, two in found)
    if day_first == month_first:
        return ""
    return "dmy" if day_first else "mdy"


def _sign(cells: Sequence[str]) -> str:
    comma, point = any(map(_COMMA.search, cells)), any(map(_POINT.search, cells))
    if comma == point:
        return ""
    return "," if comma else "."
