"""Shopify's search words: ``updated_at:>='2026-01-01T00:00:00Z' AND updated_at:<'...'``."""

import operator
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from graphql import GraphQLError

_TERM = re.compile(r"""\s*(?:AND\s+)?(\w+):(>=|<=|>|<)?('[^']*'|"[^"]*"|[^\s'"]+)""")
_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "": operator.eq, ">": operator.gt, ">=": operator.ge, "<": operator.lt, "<=": operator.le,
}  # fmt: skip


def terms(text: str) -> list[tuple[str, str, str]]:
    """(field, comparison, value) of each term; all must hold. Raises GraphQLError for what is not understood."""
    found, place = [], 0
    while text[place:].strip():
        match = _TERM.match(text, place)
        if match is None:
            raise GraphQLError(f"Invalid search query: {text}", extensions={"code": "BAD_REQUEST"})
        found.append((match[1], match[2] or "", match[3].strip("'\"")))
        place = match.end()
    return found


def matcher(text: str | None, fields: Mapping[str, Callable[[Any], Any]]) -> Callable[[Any], bool]:
    """Whether something is meant; ``fields`` give what is compared: a text, or a number of unix seconds for times."""
    tests = []
    for name, sign, value in terms(text or ""):
        if name not in fields:
            raise GraphQLError(f"Invalid search field: {name}", extensions={"code": "BAD_REQUEST"})
        tests.append((fields[name], _COMPARE[sign], _when(value) if name.endswith("_at") else value))
    return lambda one: all(compare(get(one), value) for get, compare, value in tests)


def earliest(text: str | None) -> float:
    """The latest lower bound of updated_at, to begin there; 0.0 without one."""
    return max(
        (_when(value) for name, sign, value in terms(text or "") if name == "updated_at" and ">" in sign), default=0.0
    )


def _when(value: str) -> float:
    try:
        parsed = datetime.fromisoformat(value)
    except ValueError as problem:
        raise GraphQLError(f"Invalid timestamp: {value}", extensions={"code": "BAD_REQUEST"}) from problem
    return (parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)).timestamp()
