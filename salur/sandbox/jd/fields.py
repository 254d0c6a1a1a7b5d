"""Reading business parameters as strictly as JD: missing, too long and out of range are refused."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from salur.sandbox.engine.exchange import Refusal

#: Business codes (contracts/jd/statuses.csv, machine business).
FIELD = "3100"
PAGE = "3108"
DEPARTMENT = "3401"
NOT_FOUND = "3404"
DUPLICATE = "3409"
SHORTAGE = "3411"

#: JD's clock (jd.md, 2).
ZONE = timezone(timedelta(hours=8))
_FORM = "%Y-%m-%d %H:%M:%S"


def refuse(code: str, chinese: str, english: str) -> Refusal:
    """A refusal in both languages."""
    return Refusal(code, english, extra={"zh_desc": chinese})


def moment(unix: int) -> str:
    """A time as JD writes it; empty for none."""
    return datetime.fromtimestamp(unix, UTC).astimezone(ZONE).strftime(_FORM) if unix else ""


def unix_of(written: str) -> float:
    """The unix time of a time as JD writes it; raises ValueError for any other form."""
    return datetime.strptime(written, _FORM).replace(tzinfo=ZONE).timestamp()


def text(params: Mapping[str, Any], name: str, longest: int = 4000, *, required: bool = True) -> str:
    """A text of bounded length; empty when it is missing and may be."""
    value = params.get(name)
    if isinstance(value, dict | list | bool):
        raise refuse(FIELD, f"{name} 格式错误", f"{name} must be a text")
    words = "" if value is None else str(value).strip()
    if required and not words:
        raise refuse(FIELD, f"{name} 必填", f"{name} is required")
    if len(words) > longest:
        raise refuse(FIELD, f"{name} 超过{longest}字符", f"{name} is longer than {longest} characters")
    return words


def whole(params: Mapping[str, Any], name: str, low: int, high: int, default: int | None = None) -> int:
    """A whole number; texts of digits count."""
    written = text(params, name, required=default is None)
    if not written and default is not None:
        return default
    return _whole(name, written, low, high)


def _whole(name: str, written: str, low: int, high: int) -> int:
    if not written.lstrip("-").isdecimal() or not written.isascii():
        raise refuse(FIELD, f"{name} 必须是整数", f"{name} must be an integer")
    number = int(written)
    if not low <= number <= high:
        raise refuse(FIELD, f"{name} 超出范围", f"{name} must be between {low} and {high}")
    return number


def one_of(params: Mapping[str, Any], name: str, allowed: tuple[str, ...], default: str = "") -> str:
    """One of a few texts."""
    value = text(params, name, required=not default) or default
    if value not in allowed:
        raise refuse(FIELD, f"{name} 无效", f"{name} must be one of {', '.join(allowed)}")
    return value


def listed(params: Mapping[str, Any], name: str, *, required: bool = True) -> list[str]:
    """The parts of a text joined by comma."""
    words = text(params, name, 100_000, required=required)
    return [part.strip() for part in words.split(",")] if words else []


def column(params: Mapping[str, Any], name: str, length: int, *, required: bool = True) -> list[str]:
    """A list that lines up with others of that length; empty when it is missing and may be."""
    parts = listed(params, name, required=required)
    if parts and len(parts) != length:
        raise refuse(FIELD, f"{name} 数量不一致", f"{name} has {len(parts)} entries, not {length}")
    return parts


def counts(params: Mapping[str, Any], name: str, length: int) -> list[int]:
    """A list of whole numbers above nought."""
    return [_whole(name, part, 1, 10**7) for part in column(params, name, length)]


def prices(params: Mapping[str, Any], length: int) -> list[float]:
    """The list ``price``: two decimals at most; all nought when it is missing."""
    parts = column(params, "price", length, required=False) or ["0"] * length
    for part in parts:
        figure, _, decimals = part.partition(".")
        if not figure.isdecimal() or len(decimals) > 2 or (decimals and not decimals.isdecimal()):
            raise refuse(FIELD, "price 格式错误", "price must be numbers of two decimals")
    return [float(part) for part in parts]


def amount(params: Mapping[str, Any], name: str) -> float:
    """A sum of money; nought when it is missing."""
    try:
        return float(text(params, name, required=False) or 0)
    except ValueError as problem:
        raise refuse(FIELD, f"{name} 格式错误", f"{name} must be a number") from problem


def page(params: Mapping[str, Any], number: str, largest: int, default: int | None = None) -> tuple[int, int]:
    """Page number (from 1) and size."""
    try:
        first = whole(params, number, 1, 10**6, None if default is None else 1)
        return first, whole(params, "pageSize", 1, largest, default)
    except Refusal as problem:
        raise refuse(PAGE, "分页信息参数错误", problem.reason) from problem


def span(params: Mapping[str, Any]) -> tuple[float, float]:
    """The required times startDate and endDate in unix seconds."""
    ends = []
    for name in ("startDate", "endDate"):
        written = text(params, name)
        try:
            ends.append(unix_of(written))
        except ValueError as problem:
            raise refuse(FIELD, f"{name} 格式错误", f"{name} must be yyyy-MM-dd HH:mm:ss") from problem
    return ends[0], ends[1]


def json_text(params: Mapping[str, Any], name: str) -> None:
    """An optional text that must be JSON."""
    try:
        json.loads(text(params, name, 100_000, required=False) or "{}")
    except ValueError as problem:
        raise refuse(FIELD, f"{name} 格式错误", f"{name} must be JSON") from problem
