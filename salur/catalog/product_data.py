"""What a master product says of itself, as people and programs write it, judged by one table of rules (R44, R51).

The form, the spreadsheet and the API read their values with the same functions, so that they refuse the same things in
the same words.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

from salur.tenancy.tags import TagsRefused, clean_tags, split_tags

from .models import MasterProduct

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise  # the type of a lazy text, known to the type checker only

LARGEST = 100_000_000  # grams, millimetres
LONGEST_LIFE = 36_500  # days
LARGEST_VALUE = Decimal(10) ** 14
VALUE_DECIMALS = 4
LONGEST = {"msku": 100, "name": 255, "barcode": 100}
TEXTS = ("name", "barcode")
SIZES = ("weight_g", "length_mm", "width_mm", "height_mm")
DAYS = ("shelf_life_days", "inbound_days", "outbound_days")
FIELDS = (*TEXTS, *SIZES, "declared_value", *DAYS, "tags")
"""What may be changed of a product; the MSKU never does, because warehouses know the product by it."""
PUSHED = frozenset((*TEXTS, *SIZES, "declared_value", *DAYS))
"""What warehouses are told: a change of it is pushed again (R52)."""

_UNSTORABLE = re.compile("[\0\ud800-\udfff]")
_WHOLE = re.compile("[0-9]{1,18}")
SHOWN = 60  # characters of a wrong value that are repeated

MESSAGES: dict[str, _StrPromise] = {
    "missing_value": _("This cell is empty, but a value is needed. Fill it in."),
    "too_long": _("This text has %(found)s characters; at most %(limit)s are possible. Shorten it: “%(value)s”."),
    "bad_character": _("“%(value)s” holds a character that cannot be stored (%(character)s). Type the text again."),
    "bad_number": _("“%(value)s” is not a whole number from 0 to %(limit)s."),
    "bad_value": _("“%(value)s” is not an amount. Write it like 12.50."),
    "limit_without_life": _("There is no shelf life, so no days of it can be left. Give the shelf life, or 0 here."),
    "limit_beyond_life": _("%(value)s days cannot be left of a shelf life of %(life)s days. Give fewer."),
    "tag_too_long": _("The tag “%(value)s” is too long."),
    "too_many_tags": _("These are too many tags."),
}


@dataclass(frozen=True, slots=True)
class DataFault:
    """What is wrong with one value. ``code``: a key of :data:`MESSAGES` (or of the parts' own)."""

    field: str
    code: str
    detail: dict[str, str | int] = dataclasses.field(default_factory=dict)


def fault_text(code: str, detail: Mapping[str, Any]) -> str:
    """What is wrong and what to do, in the language of the moment."""
    return str(MESSAGES[code]) % detail


class DataRefused(Exception):
    """Values that cannot be taken, with all that is wrong; nothing was written."""

    def __init__(self, faults: list[DataFault]) -> None:
        super().__init__(faults)
        self.faults = faults


def read_msku(text: str) -> tuple[str, list[DataFault]]:
    """The MSKU as it is kept."""
    msku = text.strip()
    if not msku:
        return "", [DataFault("msku", "missing_value")]
    return msku, _text_faults("msku", msku)


def read_values(given: Mapping[str, Any]) -> tuple[dict[str, Any], list[DataFault]]:
    """The given fields as they are kept, and what is wrong with any of them; texts and numbers are both understood."""
    values: dict[str, Any] = {}
    faults: list[DataFault] = []
    for name, raw in given.items():
        value, wrong = _read(name, raw)
        faults += wrong
        if not wrong:
            values[name] = value
    return values, faults


def _read(name: str, raw: Any) -> tuple[Any, list[DataFault]]:
    if name in TEXTS:
        text = str(raw).strip()
        missing = [DataFault(name, "missing_value")] if name == "name" and not text else []
        return text, missing or _text_faults(name, text)
    if name == "tags":
        return _tags(raw)
    if name == "declared_value":
        return _amount(raw)
    return _whole(name, raw, LONGEST_LIFE if name in DAYS else LARGEST)


def _text_faults(name: str, text: str) -> list[DataFault]:
    wrong = wrong_text(text, LONGEST[name])
    return [DataFault(name, *wrong)] if wrong else []


def wrong_text(text: str, longest: int) -> tuple[str, dict[str, str | int]] | None:
    """Why a text cannot be kept, as a key of :data:`MESSAGES` with its detail; None where it can."""
    if bad := _UNSTORABLE.search(text):
        return "bad_character", {"value": shown(text), "character": f"U+{ord(bad[0]):04X}"}
    if len(text) > longest:
        return "too_long", {"found": len(text), "limit": longest, "value": shown(text)}
    return None


def storable(texts: Iterable[str]) -> set[str]:
    """Those texts that a table could hold: no others need to be looked for."""
    return {text for text in texts if text and not _UNSTORABLE.search(text)}


def _whole(name: str, raw: Any, most: int) -> tuple[int, list[DataFault]]:
    text = str(raw).strip() or "0"
    if isinstance(raw, bool) or not _WHOLE.fullmatch(text) or int(text) > most:
        return 0, [DataFault(name, "bad_number", {"value": shown(text), "limit": most})]
    return int(text), []


def _amount(raw: Any) -> tuple[Decimal, list[DataFault]]:
    text = str(raw).strip() or "0"
    try:
        amount = Decimal(text) if text.isascii() and "e" not in text.casefold() and "_" not in text else Decimal(-1)
    except InvalidOperation:
        amount = Decimal(-1)
    if not amount.is_finite() or not 0 <= amount < LARGEST_VALUE or amount != round(amount, VALUE_DECIMALS):
        return Decimal(0), [DataFault("declared_value", "bad_value", {"value": shown(text)})]
    return amount, []


def _tags(raw: Any) -> tuple[list[str], list[DataFault]]:
    try:
        return clean_tags(split_tags(raw) if isinstance(raw, str) else raw), []
    except TagsRefused as refused:
        return [], [DataFault("tags", refused.code, {"value": shown(refused.tag)})]


def life_faults(values: Mapping[str, Any]) -> list[DataFault]:
    """Limits that the shelf life does not allow: days that must remain are fewer than the life itself (R51)."""
    life = values["shelf_life_days"]
    found = []
    for name in ("inbound_days", "outbound_days"):
        days = values[name]
        if days and not life:
            found.append(DataFault(name, "limit_without_life"))
        elif days and days >= life:
            found.append(DataFault(name, "limit_beyond_life", {"value": days, "life": life}))
    return found


def values_of(product: MasterProduct) -> dict[str, Any]:
    """A product's fields as :func:`read_values` answers them."""
    return {name: getattr(product, name) for name in FIELDS}


def plain(value: Any) -> Any:
    """A value as the history keeps it: JSON that reads as it was typed."""
    return f"{value.normalize():f}" if isinstance(value, Decimal) else value


def shown(text: str) -> str:
    """A wrong value as a message repeats it."""
    return "".join(letter if letter.isprintable() else " " for letter in text[:SHOWN])
