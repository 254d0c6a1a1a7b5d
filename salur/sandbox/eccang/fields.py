"""Reading paramsJson as strictly as the operator: missing, too long and out of range are refused."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from salur.sandbox.engine.exchange import Refusal

#: Error codes. Only AUTH is documented; the others are assumed (eccang.md, A.2: full list not found).
AUTH = "50001"
UNKNOWN_SERVICE = "50002"
FIELD = "10001"
NOT_FOUND = "10002"
DUPLICATE = "10003"
STATE = "10004"
STOCK = "10005"
LABEL = "10006"

#: The operator's clock. That it is UTC+8 is assumed.
ZONE = timezone(timedelta(hours=8))
_FORM = "%Y-%m-%d %H:%M:%S"


def moment(unix: int) -> str:
    """A time as the operator writes it; empty for none."""
    return datetime.fromtimestamp(unix, UTC).astimezone(ZONE).strftime(_FORM) if unix else ""


def text(params: Mapping[str, Any], name: str, longest: int, *, required: bool = True) -> str:
    """A text of bounded length."""
    value = params.get(name)
    if isinstance(value, dict | list):
        raise Refusal(FIELD, f"{name} must be a text")
    words = "" if value is None else str(value).strip()
    if required and not words:
        raise Refusal(FIELD, f"{name} is required")
    if len(words) > longest:
        raise Refusal(FIELD, f"{name} is longer than {longest} characters")
    return words


def whole(params: Mapping[str, Any], name: str, low: int, high: int, default: int | None = None) -> int:
    """A whole number; texts of digits count."""
    value = params.get(name)
    if value in (None, "") and default is not None:
        return default
    if isinstance(value, bool | float) or not str(value or "0").lstrip("-").isdigit():
        raise Refusal(FIELD, f"{name} must be an integer")
    if value in (None, ""):
        raise Refusal(FIELD, f"{name} is required")
    number = int(str(value))
    if not low <= number <= high:
        raise Refusal(FIELD, f"{name} must be between {low} and {high}")
    return number


def number(params: Mapping[str, Any], name: str) -> float:
    """A required number above nought."""
    try:
        value = float(str(params.get(name, "")))
    except ValueError as problem:
        raise Refusal(FIELD, f"{name} is required and must be a number") from problem
    if not value > 0:
        raise Refusal(FIELD, f"{name} must be above 0")
    return value


def items(params: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The items of a list, never empty."""
    rows = params.get("items")
    if not isinstance(rows, list) or not rows or not all(isinstance(row, dict) for row in rows):
        raise Refusal(FIELD, "items is required")
    return rows


def listed(params: Mapping[str, Any], single: str, many: str) -> list[str]:
    """Codes given one by one or as a list; empty when neither is."""
    found = [str(params[single])] if params.get(single) else []
    more = params.get(many)
    if isinstance(more, list):
        found += [str(one) for one in more]
    return found


def span(params: Mapping[str, Any], name: str) -> tuple[int, int] | None:
    """A range of times from ``name``_from and ``name``_to; None when neither is given."""
    return between(params, f"{name}_from", f"{name}_to")


def between(params: Mapping[str, Any], start: str, end: str) -> tuple[int, int] | None:
    """A range of times from two fields; None when neither is given."""
    ends = []
    for name, otherwise in ((start, 0), (end, 2**40)):
        value = str(params.get(name) or "")
        if not value:
            ends.append(otherwise)
            continue
        try:
            ends.append(int(datetime.strptime(value, _FORM).replace(tzinfo=ZONE).timestamp()))
        except ValueError as problem:
            raise Refusal(FIELD, f"{name} must be YYYY-MM-DD HH:MM:SS") from problem
    return None if ends == [0, 2**40] else (ends[0], ends[1])


def page(params: Mapping[str, Any], largest: int, *, required: bool = False) -> tuple[int, int]:
    """Page number (from 1) and size."""
    default = None if required else min(20, largest)
    size = whole(params, "pageSize", 1, largest, default)
    return whole(params, "page", 1, 10**6, None if required else 1), size


def paged(rows: list[Any], number_size: tuple[int, int]) -> dict[str, Any]:
    """One page of rows with count, nextPage and pagination."""
    at, size = number_size
    start = (at - 1) * size
    return page_of(rows[start : start + size], len(rows), number_size)


def page_of(rows: list[Any], count: int, number_size: tuple[int, int]) -> dict[str, Any]:
    """The same, of rows that were made for this page only; there are ``count`` in all."""
    at, size = number_size
    return {
        "data": rows,
        "count": count,
        "nextPage": "true" if at * size < count else "false",
        "pagination": {"page": at, "pageSize": size},
    }
