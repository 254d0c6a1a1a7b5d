"""Reading bodies and queries as strictly as the vendor: missing, too long, unknown and out of range are refused."""

import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from salur.sandbox.engine.exchange import Refusal

#: HTTP status by code. The last two codes are assumed (contracts/gearment/facts.md).
HTTP_STATUS = {
    "INVALID_ARGUMENT": 400,
    "UNAUTHENTICATED": 401,
    "PERMISSION_DENIED": 403,
    "NOT_FOUND": 404,
    "ALREADY_EXISTS": 400,
    "FAILED_PRECONDITION": 400,
}
LARGEST_PAGE = 100
USUAL_PAGE = 20
_WHOLE = re.compile(r"-?[0-9]{1,18}")


def refuse(code: str, message: str, field: str = "") -> Refusal:
    """A refusal, to be raised. ``field`` tells where, if it is about one field."""
    details = [{"field": field, "issue": message}] if field else []
    return Refusal(code, message, status=HTTP_STATUS[code], extra={"details": details})


def invalid(field: str, issue: str) -> Refusal:
    """The refusal of one field's value, to be raised."""
    return refuse("INVALID_ARGUMENT", f"{field}: {issue}", field)


def not_found(what: str, wanted: str, field: str) -> Refusal:
    """The refusal of an id that nothing has, to be raised."""
    return refuse("NOT_FOUND", f"{what} {wanted} was not found", field)


class Fields:
    """One object of a body. ``at`` is the path to it; null counts as left out."""

    def __init__(self, values: Mapping[str, Any], at: str, known: Collection[str]) -> None:
        self._values = {name: value for name, value in values.items() if value is not None}
        self.at = at
        unknown = sorted(set(self._values) - set(known))
        if unknown:
            raise invalid(self.path(unknown[0]), "unknown field")

    def path(self, name: str) -> str:
        """Where a field stands."""
        return f"{self.at}.{name}" if self.at else name

    def has(self, name: str) -> bool:
        """Whether the field was sent."""
        return name in self._values

    def text(self, name: str, longest: int, *, required: bool = False, shortest: int = 0) -> str:
        """A text of bounded length, empty when left out."""
        value = self._values.get(name, "")
        if not isinstance(value, str):
            raise invalid(self.path(name), "value must be a text")
        if required and not value.strip():
            raise invalid(self.path(name), "value is required")
        if len(value) > longest:
            raise invalid(self.path(name), f"value length must be at most {longest} characters")
        if value and len(value) < shortest:
            raise invalid(self.path(name), f"value length must be at least {shortest} characters")
        return value

    def url(self, name: str, longest: int, *, required: bool = False) -> str:
        """An http or https address."""
        value = self.text(name, longest, required=required)
        if value and not is_address(value):
            raise invalid(self.path(name), "value must be an http or https address")
        return value

    def whole(self, name: str, low: int, high: int, *, required: bool = True) -> int:
        """A whole number, 0 when left out; texts of digits count."""
        value = self._values.get(name)
        if value is None and not required:
            return 0
        if isinstance(value, bool | float) or not _WHOLE.fullmatch(str(value)):
            raise invalid(self.path(name), "value must be an integer")
        number = int(str(value))
        if not low <= number <= high:
            raise invalid(self.path(name), f"value must be between {low} and {high}")
        return number

    def flag(self, name: str, default: bool) -> bool:
        """True or false."""
        value = self._values.get(name, default)
        if not isinstance(value, bool):
            raise invalid(self.path(name), "value must be true or false")
        return value

    def code(self, name: str, table: Mapping[str, int], default: str = "") -> str:
        """A name of an enumeration; its number is taken too."""
        value = self._values.get(name, "")
        return _coded(value, table, self.path(name)) if value != "" else default

    def part(self, name: str, known: Collection[str]) -> "Fields":
        """An object within; empty when left out."""
        value = self._values.get(name, {})
        if not isinstance(value, dict):
            raise invalid(self.path(name), "value must be an object")
        return Fields(value, self.path(name), known)

    def parts(self, name: str, known: Collection[str], least: int, most: int) -> list["Fields"]:
        """A list of objects."""
        rows = self._list(name, least, most)
        found = []
        for position, row in enumerate(rows):
            at = f"{self.path(name)}[{position}]"
            if not isinstance(row, dict):
                raise invalid(at, "value must be an object")
            found.append(Fields(row, at, known))
        return found

    def texts(self, name: str, least: int, longest: int, *, urls: bool = False) -> list[str]:
        """A list of texts, each of bounded length and none empty."""
        rows = self._list(name, least, 1000)
        for position, row in enumerate(rows):
            at = f"{self.path(name)}[{position}]"
            if not isinstance(row, str) or not 0 < len(row) <= longest:
                raise invalid(at, f"value must be a text of 1 to {longest} characters")
            if urls and not is_address(row):
                raise invalid(at, "value must be an http or https address")
        return [str(row) for row in rows]

    def _list(self, name: str, least: int, most: int) -> list[Any]:
        rows = self._values.get(name, [])
        if not isinstance(rows, list):
            raise invalid(self.path(name), "value must be a list")
        if len(rows) < least:
            raise invalid(self.path(name), f"value must contain at least {least} item(s) [repeated.min_items]")
        if len(rows) > most:
            raise invalid(self.path(name), f"value must contain at most {most} item(s) [repeated.max_items]")
        return rows


def is_address(text: str) -> bool:
    """Whether this is an address on the web."""
    return text.startswith(("http://", "https://"))


def _coded(value: Any, table: Mapping[str, int], at: str) -> str:
    if isinstance(value, str) and value in table:
        return value
    for name, number in table.items():
        if not isinstance(value, bool) and value in (number, str(number)):
            return name
    raise invalid(at, f"value must be one of {', '.join(table)}")


class Query:
    """The query of a call: repeated names are lists, names that nobody knows are passed over."""

    def __init__(self, pairs: Sequence[tuple[str, str]]) -> None:
        self._values: dict[str, list[str]] = {}
        for name, value in pairs:
            self._values.setdefault(name, []).append(value)

    def texts(self, name: str) -> list[str]:
        """``filter.<name>``; empty when it was not sent."""
        found = self._values.get(f"filter.{name}", [])
        if any(not 0 < len(one) <= 100 for one in found):
            raise invalid(f"filter.{name}", "value length must be between 1 and 100 characters")
        return found

    def codes(self, name: str, table: Mapping[str, int]) -> list[str]:
        """``filter.<name>`` of an enumeration."""
        return [_coded(one, table, f"filter.{name}") for one in self._values.get(f"filter.{name}", [])]

    def one(self, name: str) -> str:
        """The last value under this very name; empty when it was not sent."""
        return self._values.get(name, [""])[-1]

    def page(self) -> tuple[int, int]:
        """Page (from 1) and its size."""
        size = self._whole("paging.limit") or USUAL_PAGE
        if size > LARGEST_PAGE:
            raise invalid("paging.limit", f"value must be at most {LARGEST_PAGE}")
        return self._whole("paging.page") or 1, size

    def _whole(self, name: str) -> int:
        value = self.one(name) or "0"
        if value.startswith("-") or not _WHOLE.fullmatch(value):
            raise invalid(name, "value must be an integer")
        return int(value)
