"""Reading a request as strictly as the warehouse: missing, too long and out of range are refused."""

from collections.abc import Collection
from datetime import UTC, datetime, timedelta, timezone

from salur.sandbox.engine.document import Node
from salur.sandbox.engine.exchange import Refusal

#: Error codes, all assumed (contracts/qimen/examples/errors.json).
SIGN = "sign-check-failure"
APP_KEY = "invalid-app-key"
CUSTOMER = "invalid-customer"
TIMESTAMP = "invalid-timestamp"
METHOD = "invalid-method"
BODY = "invalid-body"
FIELD = "invalid-parameter"
WAREHOUSE = "warehouse-not-found"
OWNER = "owner-not-found"
ITEM_MISSING = "item-not-found"
ITEM_EXISTS = "item-exists"
ITEM_ID = "item-id"
ORDER_MISSING = "order-not-found"
ORDER_EXISTS = "order-exists"
STATE = "order-status"
STOCK = "stock-short"
LABEL = "label"
TOO_MANY = "too-many-requests"

ZONE = timezone(timedelta(hours=8))
LARGEST_PAGE = 100
_FORM = "%Y-%m-%d %H:%M:%S"


def moment(unix: float) -> str:
    """A time as the warehouse writes it; empty for none."""
    return datetime.fromtimestamp(unix, UTC).astimezone(ZONE).strftime(_FORM) if unix else ""


def unix(words: str) -> float:
    """Unix seconds of such a time; raises ValueError."""
    return datetime.strptime(words, _FORM).replace(tzinfo=ZONE).timestamp()


def _named(node: Node, name: str) -> str:
    return name if node.name == "request" else f"{node.name}.{name}"


def text(node: Node, name: str, longest: int = 50, *, required: bool = True) -> str:
    """A text of bounded length."""
    words = node.value(name)
    if required and not words:
        raise Refusal(FIELD, f"{_named(node, name)} is required")
    if len(words) > longest:
        raise Refusal(FIELD, f"{_named(node, name)} is longer than {longest} characters")
    return words


def one_of(node: Node, name: str, allowed: Collection[str], *, required: bool = True) -> str:
    """One of a list of codes."""
    words = text(node, name, required=required)
    if words and words not in allowed:
        raise Refusal(FIELD, f"{_named(node, name)} must be one of {', '.join(allowed)}")
    return words


def whole(node: Node, name: str, low: int, high: int, default: int | None = None) -> int:
    """A whole number."""
    words = text(node, name, required=default is None)
    if not words and default is not None:
        return default
    if not words.isascii() or not words.isdigit() or not low <= int(words) <= high:
        raise Refusal(FIELD, f"{_named(node, name)} must be a whole number between {low} and {high}")
    return int(words)


def number(node: Node, name: str, *, required: bool = True) -> None:
    """Check for a number that is not below nought."""
    words = text(node, name, required=required)
    try:
        good = not words or float(words) >= 0
    except ValueError:
        good = False
    if not good:
        raise Refusal(FIELD, f"{_named(node, name)} must be a number not below 0")


def time(node: Node, name: str, *, required: bool = True) -> None:
    """Check for a time."""
    words = text(node, name, required=required)
    try:
        unix(words or "2000-01-01 00:00:00")
    except ValueError as problem:
        raise Refusal(FIELD, f"{_named(node, name)} must be yyyy-MM-dd HH:mm:ss") from problem


def lines(request: Node) -> list[Node]:
    """The order lines, never none."""
    found = request.child("orderLines").all("orderLine")
    if not found:
        raise Refusal(FIELD, "orderLines is required")
    return found


def page(request: Node) -> slice:
    """The part of a list that is asked for."""
    size = whole(request, "pageSize", 1, LARGEST_PAGE, LARGEST_PAGE)
    start = (whole(request, "page", 1, 10**6, 1) - 1) * size
    return slice(start, start + size)
