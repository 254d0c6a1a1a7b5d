"""Numbers of locations: how they are written, in which order people walk past them, and ranges of them (R54)."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass

LONGEST = 40  # characters of a number
MOST = 5000  # numbers made at once
PLACES = 10  # digits to which a run of digits is filled up for sorting

_SEPARATOR = re.compile(r"\s*(?:\.{2,3}|…)\s*")
_FORBIDDEN = re.compile('[\x00-\x1f\x7f,;"\ud800-\udfff]')
_RUNS = re.compile(r"[0-9]+|[^\W\d_]+|[\W_]|\d")


class BadNumber(ValueError):
    """A number or range that cannot be taken; the code is a key of ``problems.LINE_MESSAGES``."""

    def __init__(self, code: str, **detail: str | int) -> None:
        super().__init__(code)
        self.code, self.detail = code, detail


@dataclass(frozen=True, slots=True)
class _Part:
    """One piece of a range: the values it takes one after the other."""

    values: list[str]


def tidy(text: str) -> str:
    """A location's number as it is kept: in capitals, single spaces. Raises :class:`BadNumber`."""
    number = " ".join(text.split()).upper()
    if not number:
        raise BadNumber("location_missing")
    if len(number) > LONGEST:
        raise BadNumber("location_too_long", limit=LONGEST, found=len(number))
    if _FORBIDDEN.search(number) or ".." in number:
        raise BadNumber("location_character", value=number)
    return number


def pick_key(number: str) -> str:
    """What sorts A-2 before A-10."""
    return re.sub(r"[0-9]+", lambda run: run[0].zfill(PLACES), number)


def expand(text: str) -> list[str]:
    """The numbers that a text means: one, or all of a range such as ``A-01-01 .. A-03-20``.

    In a range each run of digits, and each single letter, that differs between the ends counts from the one to the
    other; the last counts fastest. Raises :class:`BadNumber`.
    """
    ends = _SEPARATOR.split(text.strip())
    if len(ends) == 1:
        return [tidy(text)]
    if len(ends) != 2:
        raise BadNumber("range_ends")
    first, last = map(tidy, ends)
    parts = list(_parts(first, last))
    count = 1
    for part in parts:
        count *= len(part.values)
        if count > MOST:
            raise BadNumber("range_too_long", limit=MOST)
    return [tidy("".join(values)) for values in itertools.product(*(part.values for part in parts))]


def _parts(first: str, last: str) -> Iterator[_Part]:
    ours, theirs = _RUNS.findall(first), _RUNS.findall(last)
    if len(ours) != len(theirs):
        raise BadNumber("range_shape", first=first, last=last)
    for one, other in zip(ours, theirs, strict=True):
        yield _Part([one] if one == other else _counted(one, other, first, last))


def _counted(one: str, other: str, first: str, last: str) -> list[str]:
    if one.isdigit() and other.isdigit():
        low, high = int(one), int(other)
        width = len(one) if len(one) == len(other) or one.startswith("0") else 0
        values = [str(n).zfill(width) for n in range(low, min(high, low + MOST) + 1)]
    elif len(one) == len(other) == 1 and one.isascii() and other.isascii() and (one + other).isalpha():
        values = [chr(n) for n in range(ord(one), ord(other) + 1)]
    else:
        raise BadNumber("range_shape", first=first, last=last)
    if not values:
        raise BadNumber("range_backwards", first=first, last=last)
    return values
