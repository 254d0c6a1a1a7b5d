"""Cells as other programs write them: money with signs, dates in a named order, countries by name.

What could mean two things is still refused; a person's word (``ReadOptions``) or the format's own custom decides it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from .cells import Cells
from .country_names import country_code

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from .options import ReadOptions

_AROUND = r"[^\d.,'()\n-]{0,6}"
_AMOUNT = re.compile(rf"{_AROUND}(\d[\d.,'  ]*){_AROUND}")
_GROUPED = {
    ".": re.compile(r"(?:\d+|\d{1,3}(?:[,'  ]\d{3})+)(?:\.\d{1,4})?"),
    ",": re.compile(r"(?:\d+|\d{1,3}(?:[.'  ]\d{3})+)(?:,\d{1,4})?"),
}
_NOT_DIGITS = re.compile(r"\D")
# Where nobody writes decimals, 150.000 can only be thousands.
_NO_DECIMALS = frozenset(("IDR", "VND", "JPY", "KRW"))
_THREE_DECIMALS = frozenset(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"))
_DIGITS = 12

# Signs that mean one currency only: a bare $ is many countries', ¥ two.
_SIGNS: Mapping[str, str] = {
    "€": "EUR",
    "£": "GBP",
    "฿": "THB",
    "₫": "VND",
    "rp": "IDR",
    "rm": "MYR",
    "₱": "PHP",
    "us $": "USD",
    "us$": "USD",
    "au $": "AUD",
    "c $": "CAD",
    "s$": "SGD",
    "nt$": "TWD",
    "hk$": "HKD",
}

_MONTHS: Mapping[str, int] = {
    word: number
    for number, words in enumerate(
        (
            "jan januar januari",
            "feb februar februari",
            "mar mär mrz maret mac märz march",
            "apr april",
            "may mai mei",
            "jun juni june",
            "jul juli july julai",
            "aug agt agu ags ogo ogos agustus august",
            "sep sept september",
            "oct okt oktober october",
            "nov november",
            "dec dez des dis desember dezember disember december",
        ),
        1,
    )
    for word in words.split()
} | {"january": 1, "february": 2}
_CLOCK = r"(?:[ T,]+(?P<h>\d{1,2}):(?P<m>\d{2})(?::(?P<s>\d{2})(?:\.\d+)?)?(?: ?(?P<half>[AaPp])\.?[Mm]\.?)?)?"
_ZONE = r"(?: ?(?P<zone>Z|UTC|GMT|[+-]\d{2}:?\d{2}))?"
_DATES = (
    re.compile(rf"(?P<y>\d{{4}})[-/.年](?P<mo>\d{{1,2}})[-/.月](?P<d>\d{{1,2}})日?{_CLOCK}{_ZONE}"),
    re.compile(rf"(?P<one>\d{{1,2}})[-/. ](?P<two>\d{{1,2}})[-/. ](?P<y>\d{{4}}|\d{{2}}){_CLOCK}{_ZONE}"),
    re.compile(rf"(?P<word>[^\W\d_]{{3,9}})\.?[- ](?P<d>\d{{1,2}}),?[- ](?P<y>\d{{4}}|\d{{2}}){_CLOCK}{_ZONE}"),
    re.compile(rf"(?P<d>\d{{1,2}})\.?[- ](?P<word>[^\W\d_]{{3,9}})\.?,?[- ](?P<y>\d{{4}}|\d{{2}}){_CLOCK}{_ZONE}"),
)


class LooseCells(Cells):
    """See the module. ``options`` come from a person, else from the format."""

    def __init__(self, zone: ZoneInfo, now: datetime, options: ReadOptions, encoding: str = "UTF-8") -> None:
        super().__init__(zone, now, encoding)
        self.options = options

    def read_money(self, text: str, currency: str) -> Decimal | None:
        """See :meth:`Cells.read_money`."""
        match = _AMOUNT.fullmatch(text)
        if match is None:
            return None
        written = match[1].strip()
        sign = self.options.decimal or _decimal_sign(written, currency)
        if not sign or not _GROUPED[sign].fullmatch(written):
            return None
        whole, _, rest = written.partition(sign)
        digits = _NOT_DIGITS.sub("", whole)
        return Decimal(f"{digits}.{rest or 0}") if len(digits) <= _DIGITS else None

    def read_time(self, text: str) -> datetime:
        """See :meth:`Cells.read_time`."""
        for shape in _DATES:
            if match := shape.fullmatch(text):
                return _moment(match, self.options.dates)
        return super().read_time(text)

    def read_country(self, text: str) -> str:
        """See :meth:`Cells.read_country`."""
        return super().read_country(text) or country_code(text)

    def country(self, text: str, column: str, line: int) -> str:
        """See :meth:`Cells.country`; where the file names none, the one that was said."""
        return super().country(text, column, line) if text else self.options.country

    def currency(self, text: str, column: str, line: int) -> str:
        """See :meth:`Cells.currency`; signs of one currency are understood."""
        return super().currency(_SIGNS.get(text.lower(), text), column, line) or self.options.currency


def sign_currency(amount: str) -> str:
    """The currency that an amount's sign means, empty where it may be several."""
    around = _NOT_SIGN.sub("", amount).strip().lower()
    return _SIGNS.get(around, "")


_NOT_SIGN = re.compile(r"[\d.,'-]")


def with_custom(options: ReadOptions, *, dates: str) -> ReadOptions:
    """``options``, with the format's custom where the person said nothing."""
    return options if options.dates else replace(options, dates=dates)


def _decimal_sign(written: str, currency: str) -> str:
    """The decimal sign that an amount itself gives away; empty where it may be either."""
    last = max(written.rfind("."), written.rfind(","))
    if last < 0:
        return "."
    sign = written[last]
    other = "," if sign == "." else "."
    if other in written:
        return sign if written.count(sign) == 1 else ""
    if written.count(sign) > 1:
        return other
    behind = len(written) - last - 1
    if behind != 3:
        return sign
    if currency in _NO_DECIMALS:
        return other
    return sign if currency in _THREE_DECIMALS or written.startswith("0") else ""


def _moment(match: re.Match[str], order: str) -> datetime:
    found = match.groupdict()
    if found.get("word"):
        month = _MONTHS.get(found["word"].casefold(), 0)
        day = int(found["d"])
    elif found.get("mo"):
        month, day = int(found["mo"]), int(found["d"])
    elif order:
        one, two = int(found["one"]), int(found["two"])
        month, day = (two, one) if order == "dmy" else (one, two)
    else:
        raise ValueError(match[0])  # two meanings, and nobody has said which
    year = int(found["y"]) + (2000 if len(found["y"]) == 2 else 0)
    moment = datetime(year, month, day, _hour(found), int(found["m"] or 0), int(found["s"] or 0))  # noqa: DTZ001 - local
    zone = found["zone"]
    if not zone:
        return moment
    return datetime.fromisoformat(moment.isoformat() + ("Z" if zone in ("UTC", "GMT") else zone))


def _hour(found: Mapping[str, str | None]) -> int:
    hour = int(found["h"] or 0)
    if not found["half"]:
        return hour
    if not 1 <= hour <= 12:
        raise ValueError(hour)
    return hour % 12 + (12 if found["half"] in "Pp" else 0)
