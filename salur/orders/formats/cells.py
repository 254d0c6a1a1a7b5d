"""One cell to one value: text, money, pieces, time, country, yes or no. Repeated values are parsed once.

Every reader answers a value of its kind in any case; what is wrong is put down in ``faults``, so that all that is
wrong with an order is reported at once. The caches are emptied when full: a file of any length needs bounded memory.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from .countries import CODES
from .results import evidence

CACHE = 8_192
QUANTITY_LIMIT = 100_000
# Nobody sells by parcel post before this; spreadsheets turn an empty or mistaken date into 1900.
EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
# Clocks differ a little. More would let a wrong year, being the newest sight, shut out every later sync.
FUTURE_TOLERANCE = timedelta(minutes=10)

FAR_AHEAD = timedelta(days=730)

_GUARDED = "'=@+-"
# What a spreadsheet would run: a leading =, and functions or DDE calls behind @, + and -. Not "+66 81 ...", not -5.
_FORMULA = re.compile(r"=|[@+\-]\s*[A-Za-z][\w.]*\(|[@+\-].*\|.*!")
# The apostrophe by which a spreadsheet keeps text as text; the one of 's-Hertogenbosch stays.
_GUARD = re.compile(r"'(?=[0-9+\-=@])")
_ESCAPED_BYTE = re.compile("[\udc80-\udcff]")
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_MONEY = re.compile(r"[0-9]{1,12}(?:[.,][0-9]{1,4})?")
_THOUSANDS = re.compile(r"[1-9][0-9]{0,2}[.,][0-9]{3}")
_QUANTITY = re.compile(r"([0-9]{1,9})(?:\.0{1,2})?")
_TIME = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
    r"(?:[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,9})?)?(?: ?(?:Z|[+-][0-9]{2}:?[0-9]{2}))?)?"
)
_CURRENCY = re.compile(r"[A-Za-z]{3}")
_COUNTRIES = {code: code for code in CODES} | {code.lower(): code for code in CODES}
_YES_NO = {"": False} | dict.fromkeys(("yes", "y", "true", "1"), True) | dict.fromkeys(("no", "n", "false", "0"), False)
# Currencies with three decimals: there 5.250 is no thousands separator.
_THREE_DECIMALS = frozenset(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"))


@dataclass(frozen=True, slots=True)
class Column:
    """A column as its format names it. ``limit``: most characters. ``kind``: text, note (keeps lines) or code."""

    name: str
    limit: int
    kind: str = "text"
    required: bool = False


@dataclass(frozen=True, slots=True)
class Fault:
    """A problem before it is known which order it belongs to."""

    line: int
    column: str
    code: str
    detail: dict[str, str]


class Cells:
    """Reads cells of one file; ``zone`` is where times without an offset were written."""

    def __init__(self, zone: ZoneInfo, now: datetime, encoding: str = "UTF-8") -> None:
        self.zone = zone
        self.encoding = encoding
        self.now = now.astimezone(UTC)
        self.latest = self.now + FUTURE_TOLERANCE
        self.faults: list[Fault] = []
        self._money: dict[tuple[str, str], Decimal] = {}
        self._quantity: dict[str, int] = {}
        self._time: dict[str, datetime] = {}

    def fault(self, line: int, column: str, code: str, **detail: str) -> None:
        """Put down what is wrong."""
        self.faults.append(Fault(line, column, code, detail))

    def tidy(self, values: Sequence[str], columns: Sequence[Column], limits: Sequence[int], line: int) -> list[str]:
        """``values`` trimmed and checked; ``limits`` are the columns' own, laid out for speed."""
        cells = [value.strip() for value in values]
        for index, cell in enumerate(cells):
            if cell and (cell[0] in _GUARDED or len(cell) > limits[index] or not cell.isprintable()):
                cells[index] = self._inspect(cell, columns[index], line)
        return cells

    def _inspect(self, cell: str, column: Column, line: int) -> str:
        if cell[0] == "'":
            cell = cell[1:].lstrip() if column.kind == "code" or _GUARD.match(cell) else cell
        elif _FORMULA.match(cell):
            self.fault(line, column.name, "formula_cell", value=evidence(cell))
        if bad := _ESCAPED_BYTE.search(cell):
            byte = f"0x{ord(bad[0]) - 0xDC00:02X}"
            self.fault(line, column.name, "bad_bytes", found=byte, encoding=self.encoding, value=evidence(cell))
        elif bad := _UNWRITABLE.search(cell):
            self.fault(line, column.name, "bad_character", character=f"U+{ord(bad[0]):04X}", value=evidence(cell))
        if "\n" in cell or "\r" in cell or "\t" in cell:
            if column.kind == "code":
                self.fault(line, column.name, "bad_character", character="U+000A", value=evidence(cell))
            elif column.kind == "note":
                cell = cell.replace("\r\n", "\n").replace("\r", "\n")
            else:
                cell = " ".join(cell.split())
        if len(cell) > column.limit:
            self.fault(
                line, column.name, "too_long", limit=str(column.limit), found=str(len(cell)), value=evidence(cell)
            )
        return cell

    def money(self, text: str, column: str, line: int, currency: str = "") -> Decimal:
        """An amount, 0 for an empty cell; a decimal comma is understood, separated thousands are refused."""
        amount = self._money.get((text, currency))
        if amount is not None:
            return amount
        if not text:
            return Decimal(0)
        amount = self.read_money(text, currency)
        if amount is None:
            self.fault(line, column, "bad_money", value=evidence(text))
            return Decimal(0)
        if len(self._money) >= CACHE:
            self._money.clear()
        self._money[text, currency] = amount
        return amount

    def read_money(self, text: str, currency: str) -> Decimal | None:
        """The amount that ``text`` means without doubt, or None."""
        if not _MONEY.fullmatch(text) or (_THOUSANDS.fullmatch(text) and currency not in _THREE_DECIMALS):
            return None
        return Decimal(text.replace(",", "."))

    def quantity(self, text: str, column: str, line: int) -> int:
        """Whole pieces, at least one."""
        pieces = self._quantity.get(text)
        if pieces is not None:
            return pieces
        match = _QUANTITY.fullmatch(text)
        pieces = int(match[1]) if match else 0
        if not 1 <= pieces <= QUANTITY_LIMIT:
            self.fault(line, column, "bad_quantity", value=evidence(text), limit=str(QUANTITY_LIMIT))
            return 1
        if len(self._quantity) >= CACHE:
            self._quantity.clear()
        self._quantity[text] = pieces
        return pieces

    def time(self, text: str, column: str, line: int) -> datetime | None:
        """An ISO 8601 moment in UTC; None for an empty cell. A local time that occurs twice is the earlier one."""
        if not text:
            return None
        moment = self._time.get(text)
        if moment is not None:
            return moment
        try:
            moment = self._in_utc(self.read_time(text))
        except (ValueError, OverflowError):
            moment = None
        if moment is None or moment < EARLIEST:
            self.fault(line, column, "bad_time", value=evidence(text))
            return None
        if moment > self.latest:
            self.fault(line, column, "time_in_future", value=evidence(text), zone=self.zone.key)
            return None
        if len(self._time) >= CACHE:
            self._time.clear()
        self._time[text] = moment
        return moment

    def deadline(self, text: str, column: str, line: int) -> datetime | None:
        """A moment that may lie ahead, at most :data:`FAR_AHEAD`; None for an empty cell."""
        if not text:
            return None
        try:
            moment = self._in_utc(self.read_time(text))
        except (ValueError, OverflowError):
            moment = None
        if moment is None or not EARLIEST <= moment <= self.now + FAR_AHEAD:
            self.fault(line, column, "bad_time", value=evidence(text))
            return None
        return moment

    def _in_utc(self, moment: datetime) -> datetime:
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=self.zone)
        return moment.astimezone(UTC)

    def read_time(self, text: str) -> datetime:
        """The moment or the local time that ``text`` means; raises ValueError."""
        if not _TIME.fullmatch(text):
            raise ValueError(text)
        return datetime.fromisoformat(text.replace(" +", "+").replace(" -", "-").replace(" Z", "Z"))

    def country(self, text: str, column: str, line: int) -> str:
        """An ISO 3166 alpha-2 code in capitals."""
        code = _COUNTRIES.get(text)
        if code is None:
            code = self.read_country(text)
            if text and not code:
                self.fault(line, column, "bad_country", value=evidence(text))
        return code

    def read_country(self, text: str) -> str:
        """The code that ``text`` means, empty where there is none."""
        return _COUNTRIES.get(text.upper(), "") if len(text) == 2 else ""

    def currency(self, text: str, column: str, line: int) -> str:
        """Three letters in capitals; empty stays empty."""
        if text and not _CURRENCY.fullmatch(text):
            self.fault(line, column, "bad_currency", value=evidence(text))
            return ""
        return text.upper()

    def yes_no(self, text: str, column: str, line: int) -> bool:
        """yes or no in the usual spellings; empty is no."""
        answer = _YES_NO.get(text.lower())
        if answer is None:
            self.fault(line, column, "bad_yes_no", value=evidence(text))
            return False
        return answer

    def word(self, text: str, known: Mapping[str, str], column: str, line: int) -> str:
        """What ``known`` says of ``text`` (keys in lower case); an unknown word is put down, with the known ones."""
        found = known.get(text.lower())
        if found is None:
            choices = ", ".join(word for word in known if word)
            self.fault(line, column, "unknown_status", value=evidence(text), choices=choices)
            return ""
        return found

    def required(self, cells: Sequence[str], columns: Sequence[Column], line: int) -> None:
        """Every required column must hold something."""
        for cell, column in zip(cells, columns, strict=True):
            if column.required and not cell:
                self.fault(line, column.name, "missing_value")
