"""The filter of getOrders, read strictly: ``name:[from..to]`` and ``name:{A|B}``, parted by commas."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime

from salur.sandbox.ebay.call import wrong
from salur.sandbox.engine.exchange import Refusal

_PART = re.compile(r"([a-z]+):(\[[^\[\]{}]*\]|\{[^\[\]{}]*\})(?:,|$)")
_RANGE = re.compile(r"\[([^.\]]+\.\d{3}Z)\.\.(|[^.\]]+\.\d{3}Z)\]")
_STATUSES = (frozenset({"NOT_STARTED", "IN_PROGRESS"}), frozenset({"FULFILLED", "IN_PROGRESS"}))
#: These must be percent-encoded in the address (D:1).
_BARE = re.compile(r"[\[\]{}|]")


def iso(unix: float) -> str:
    """UTC with milliseconds and a Z."""
    return datetime.fromtimestamp(unix, UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{int(unix * 1000) % 1000:03d}Z"


def read_time(text: str) -> float:
    """The reverse; raises ValueError."""
    if not re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", text):
        raise ValueError("not a time with milliseconds and Z")
    return datetime.fromisoformat(text).timestamp()


@dataclass
class Filter:
    """Ranges are (from, to), both inclusive; ``to`` is None where it is open."""

    created: tuple[float, float | None] | None = None
    modified: tuple[float, float | None] | None = None
    statuses: frozenset[str] | None = None


def _bad(long: str = "The filter value is not valid.") -> Refusal:
    return wrong(30800, "Invalid filter.", long)


def read(text: str, said: str, oldest: float) -> Filter:
    """A filter from its decoded text and the query as it was sent; ``oldest`` is how far back it may reach."""
    if _BARE.search(said):
        raise _bad("The characters [ ] { } and | must be percent-encoded.")
    found, place = Filter(), 0
    while place < len(text):
        part = _PART.match(text, place)
        if part is None:
            raise _bad()
        place = part.end()
        name, value = part[1], part[2]
        if name in ("creationdate", "lastmodifieddate"):
            span = _range(value, oldest)
            if name == "creationdate":
                found.created = span
            else:
                found.modified = span
        elif name == "orderfulfillmentstatus" and value.startswith("{"):
            found.statuses = frozenset(value[1:-1].split("|"))
            if found.statuses not in _STATUSES:
                raise _bad("orderfulfillmentstatus takes {NOT_STARTED|IN_PROGRESS} or {FULFILLED|IN_PROGRESS}.")
        else:
            raise _bad()
    if text.endswith(","):
        raise _bad()
    if found.created is not None:
        found.modified = None  # only creationdate counts then (D:1)
    return found


def _range(value: str, oldest: float) -> tuple[float, float | None]:
    ends = _RANGE.fullmatch(value)
    if ends is None:
        raise _bad()
    try:
        since, until = read_time(ends[1]), read_time(ends[2]) if ends[2] else None
    except ValueError as problem:
        raise _bad() from problem
    if until is not None and until < since:
        raise _bad("The end of the range lies before its beginning.")
    if since < oldest:
        raise _bad("Orders are kept for two years.")
    return since, until
