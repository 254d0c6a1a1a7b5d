"""Reading a partner's JSON without trusting it: every wrong shape is :class:`ContractBroken` naming its place.

Partners send numbers as text, text as numbers, null for empty and lists for objects (contract sheets); these
readers accept what can be understood without a guess and refuse the rest.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, tzinfo
from decimal import Decimal, InvalidOperation

from .errors import ContractBroken

LARGEST = 10**18
PLAIN = 12  # digits that are below it whatever they are
LAST_SECOND = 253_402_300_799  # end of the year 9999, the last that datetime can hold

JsonObject = Mapping[str, object]


def _no_constant(word: str) -> object:
    raise ValueError(f"{word} is not JSON")


def parse_json(raw: bytes | str, where: str) -> object:
    """JSON with decimal numbers kept exact. ``where`` names the document in the error."""
    try:
        return json.loads(raw, parse_float=Decimal, parse_constant=_no_constant)
    except (ValueError, RecursionError, InvalidOperation) as error:
        raise ContractBroken("not_json", f"{where}: {error}"[:300], field=where) from error


def as_object(value: object, where: str) -> JsonObject:
    """``value`` as a JSON object."""
    if isinstance(value, dict):
        return value
    raise ContractBroken("not_an_object", f"{where} is {type(value).__name__}", field=where)


def as_objects(value: object, where: str) -> Sequence[JsonObject]:
    """``value`` as a list of objects; null means none, a lone object means one."""
    if value is None or value == "":
        return []
    if isinstance(value, dict):
        return [value]
    if isinstance(value, list):
        return [as_object(item, f"{where}[{index}]") for index, item in enumerate(value)]
    raise ContractBroken("not_a_list", f"{where} is {type(value).__name__}", field=where)


def text(source: JsonObject, key: str, default: str = "") -> str:
    """The text under ``key``; a number is written out, null and missing give ``default``."""
    value = source.get(key)
    if value is None:
        return default
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(_bounded(Decimal(value), key))
    if isinstance(value, Decimal):
        return f"{_bounded(value, key):f}"
    raise ContractBroken("not_text", f"{key} is {type(value).__name__}", field=key)


def needed_text(source: JsonObject, key: str) -> str:
    """As :func:`text`, but it must be there and not be empty."""
    value = text(source, key)
    if not value:
        raise ContractBroken("missing", f"{key} is missing", field=key)
    return value


def _bounded(number: Decimal, key: str) -> Decimal:
    """Refuse what is no amount at all, and exponents that would fill the memory when written out."""
    if not number.is_finite() or abs(number) > LARGEST or int(number.as_tuple().exponent) < -18:
        raise ContractBroken("bad_number", f"{key} is out of range", field=key)
    return number


def amount(source: JsonObject, key: str, default: Decimal = Decimal(0)) -> Decimal:
    """A decimal number, given as number or text; null, empty and missing give ``default``."""
    value = source.get(key)
    if value is None or value == "":
        return default
    if isinstance(value, bool) or not isinstance(value, int | Decimal | str):
        raise ContractBroken("bad_number", f"{key} is {type(value).__name__}", field=key)
    try:
        number = Decimal(value.strip() if isinstance(value, str) else value)
    except InvalidOperation as error:
        raise ContractBroken("bad_number", f"{key} is not a number", field=key) from error
    return _bounded(number, key)


def whole(source: JsonObject, key: str, default: int = 0) -> int:
    """A whole number, given as number or text (also "3.00"); null, empty and missing give ``default``."""
    value = source.get(key)
    if isinstance(value, str) and len(value) <= PLAIN and value.isascii() and value.isdigit():
        return int(value)  # by far the most of a great warehouse's figures; the long way is ten times dearer
    number = amount(source, key, Decimal(default))
    if number != number.to_integral_value():
        raise ContractBroken("bad_number", f"{key} is not whole", field=key)
    return int(number)


def flag(source: JsonObject, key: str, default: bool = False) -> bool:
    """A truth value, given as boolean, 0/1 or "true"/"false"."""
    value = source.get(key)
    if value is None or value == "":
        return default
    if isinstance(value, bool):
        return value
    word = str(value).strip().lower() if isinstance(value, str | int) else ""
    if word in ("true", "1", "yes"):
        return True
    if word in ("false", "0", "no"):
        return False
    raise ContractBroken("bad_flag", f"{key} is neither true nor false", field=key)


def moment(source: JsonObject, key: str) -> datetime | None:
    """A time given in seconds since 1970, UTC; null, empty, missing and 0 mean none."""
    seconds = whole(source, key)
    if seconds == 0:
        return None
    if not 0 < seconds <= LAST_SECOND:
        raise ContractBroken("bad_time", f"{key} is out of range", field=key)
    return datetime.fromtimestamp(seconds, UTC)


def local_moment(source: JsonObject, key: str, zone: tzinfo) -> datetime | None:
    """A time written "YYYY-MM-DD HH:MM:SS" in the partner's ``zone``, in UTC; empty and all noughts mean none."""
    written = text(source, key).strip()
    if not written or written.startswith("0000"):
        return None
    try:
        return datetime.fromisoformat(written).replace(tzinfo=zone).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise ContractBroken("bad_time", f"{key}: {written[:40]}", field=key) from error


def iso_moment(source: JsonObject, key: str) -> datetime | None:
    """A time written as ISO 8601 with its offset ("2023-11-14T22:13:20+07:00", or Z), in UTC; empty means none.

    Without an offset it is refused: which zone is meant would be a guess.
    """
    written = text(source, key).strip()
    if not written or written.startswith("0000"):
        return None
    try:
        at = datetime.fromisoformat(written)
        if at.tzinfo is None:
            raise ValueError("no offset")
        return at.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise ContractBroken("bad_time", f"{key}: {written[:40]}", field=key) from error


def needed_iso_moment(source: JsonObject, key: str) -> datetime:
    """As :func:`iso_moment`, but it must be there."""
    value = iso_moment(source, key)
    if value is None:
        raise ContractBroken("missing", f"{key} is missing", field=key)
    return value


def millisecond_moment(source: JsonObject, key: str) -> datetime | None:
    """A time given in milliseconds since 1970, UTC; null, empty, missing and 0 mean none."""
    thousandths = whole(source, key)
    if thousandths == 0:
        return None
    if not 0 < thousandths <= LAST_SECOND * 1000:
        raise ContractBroken("bad_time", f"{key} is out of range", field=key)
    seconds, rest = divmod(thousandths, 1000)
    return datetime.fromtimestamp(seconds, UTC).replace(microsecond=rest * 1000)


def needed_moment(source: JsonObject, key: str) -> datetime:
    """As :func:`moment`, but it must be there."""
    value = moment(source, key)
    if value is None:
        raise ContractBroken("missing", f"{key} is missing", field=key)
    return value
