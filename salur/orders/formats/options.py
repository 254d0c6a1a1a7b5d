"""How a file is to be read where it does not say so itself: encoding, dates, decimal sign, zone, what is missing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any
from zoneinfo import available_timezones

from .countries import CODES

# Codec by name -> how people know it. UTF-8 and marked UTF-16 need not be said; nothing else is ever guessed.
ENCODINGS: Mapping[str, str] = {
    "utf-8": "UTF-8",
    "cp1252": "Windows-1252",
    "cp1250": "Windows-1250",
    "cp1258": "Windows-1258",
    "cp874": "Windows-874",
    "gb18030": "GB18030",
    "big5": "Big5",
    "cp932": "Shift JIS",
    "utf-16-le": "UTF-16 LE",
}
DATES = ("", "dmy", "mdy")
DECIMALS = ("", ".", ",")


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """What a person says of a file. An empty value: as the file or its kind says.

    ``encoding``: a key of :data:`ENCODINGS`. ``dates``: ``dmy`` or ``mdy``, how dates like 01/05/2026 are meant.
    ``decimal``: the decimal sign. ``zone``: IANA name, where times without an offset were written. ``currency`` and
    ``country`` stand where the file names none. ``statuses``: the file's own words (lower case) -> a template status.
    """

    encoding: str = ""
    dates: str = ""
    decimal: str = ""
    zone: str = ""
    currency: str = ""
    country: str = ""
    statuses: Mapping[str, str] = field(default_factory=dict)

    def stored(self) -> dict[str, Any]:
        """As JSON keeps it: only what is set."""
        return {name: value for name, value in asdict(self).items() if value}


AS_IT_IS = ReadOptions()


def restored(kept: Mapping[str, Any] | None) -> ReadOptions:
    """What :meth:`ReadOptions.stored` made; unknown names (of a newer version) are passed over."""
    known = {one.name for one in fields(ReadOptions)}
    return ReadOptions(**{name: value for name, value in (kept or {}).items() if name in known})


def wrong_options(options: ReadOptions) -> list[str]:
    """Names of the options whose value cannot be used."""
    checks = {
        "encoding": not options.encoding or options.encoding in ENCODINGS,
        "dates": options.dates in DATES,
        "decimal": options.decimal in DECIMALS,
        "zone": not options.zone or options.zone in available_timezones(),
        "currency": not options.currency or (len(options.currency) == 3 and options.currency.isalpha()),
        "country": not options.country or options.country in CODES,
    }
    return [name for name, good in checks.items() if not good]
