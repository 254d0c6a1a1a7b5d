"""A rule's conditions as they are compared: words without regard to case, postcodes by beginning or range."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

POSTCODE = re.compile(r"[0-9A-Za-z][0-9A-Za-z \-]{0,14}")
RANGE = re.compile(r"([0-9A-Za-z]{2,12})-([0-9A-Za-z]{2,12})")


@lru_cache(maxsize=20_000)
def plain(word: str) -> str:
    """A word as it is compared: no case, no double spaces."""
    return " ".join(word.split()).casefold()


def plain_postcode(code: str) -> str:
    """A postcode as it is compared: no spaces, no case."""
    return code.replace(" ", "").casefold()


class Postcodes:
    """Beginnings and ranges of postcodes. A range holds codes of its own length only: 100-199 is not 1500."""

    __slots__ = ("_beginnings", "_ranges")

    def __init__(self, entries: Iterable[str]) -> None:
        self._beginnings: tuple[str, ...] = ()
        self._ranges: list[tuple[str, str]] = []
        for entry in entries:
            bounds = range_of(entry)
            if bounds is None:
                self._beginnings += (plain_postcode(entry).rstrip("*"),)
            else:
                self._ranges.append(bounds)

    def __contains__(self, code: object) -> bool:
        known = plain_postcode(str(code))
        if not known:
            return False
        if self._beginnings and known.startswith(self._beginnings):
            return True
        return any(len(low) == len(known) and low <= known <= high for low, high in self._ranges)


def range_of(entry: str) -> tuple[str, str] | None:
    """Both ends of a range, None for a beginning."""
    found = RANGE.fullmatch(entry.replace(" ", ""))
    return None if found is None else (found[1].casefold(), found[2].casefold())


def bad_postcode(entry: str) -> bool:
    """Whether an entry is neither a beginning nor a range with ends of one length in order."""
    bounds = range_of(entry)
    if bounds is None:
        return "-" in entry or POSTCODE.fullmatch(entry.rstrip("*")) is None
    return len(bounds[0]) != len(bounds[1]) or bounds[0] > bounds[1]


class Names:
    """Names without regard to case; an entry that ends in ``*`` is a beginning."""

    __slots__ = ("_beginnings", "_whole")

    def __init__(self, entries: Iterable[str]) -> None:
        words = [plain(entry) for entry in entries]
        self._whole = frozenset(word for word in words if not word.endswith("*"))
        self._beginnings = tuple(word.rstrip("*") for word in words if word.endswith("*"))

    def __contains__(self, name: object) -> bool:
        known = plain(str(name))
        return known in self._whole or (bool(self._beginnings) and known.startswith(self._beginnings))
