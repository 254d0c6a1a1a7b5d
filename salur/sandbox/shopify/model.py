"""Words and documents of the simulated Shopify (contracts/shopify/statuses.csv)."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from salur.sandbox.storefront.model import Line, Order, Shop

FINANCIAL = (
    "PENDING", "AUTHORIZED", "PAID", "PARTIALLY_PAID", "PARTIALLY_REFUNDED", "REFUNDED", "VOIDED", "EXPIRED",
)  # fmt: skip
FULFILLMENT = (
    "UNFULFILLED", "OPEN", "IN_PROGRESS", "PENDING_FULFILLMENT", "REQUEST_DECLINED", "RESTOCKED", "ON_HOLD",
    "SCHEDULED", "PARTIALLY_FULFILLED", "FULFILLED", "FULFILLMENT_NOT_REQUIRED",
)  # fmt: skip
FULFILLMENT_ORDER = ("OPEN", "IN_PROGRESS", "ON_HOLD", "SCHEDULED", "CLOSED", "CANCELLED", "INCOMPLETE")
ACTIONS = {
    "OPEN": ("CREATE_FULFILLMENT", "MOVE", "HOLD"),
    "IN_PROGRESS": ("CREATE_FULFILLMENT",),
    "ON_HOLD": ("RELEASE_HOLD",),
    "SCHEDULED": ("MARK_AS_OPEN",),
}
CASH_ON_DELIVERY = "Cash on Delivery (COD)"
ZONES = {
    "TH": "Asia/Bangkok", "US": "America/New_York", "ID": "Asia/Jakarta", "MY": "Asia/Kuala_Lumpur",
    "SG": "Asia/Singapore", "PH": "Asia/Manila", "VN": "Asia/Ho_Chi_Minh", "GB": "Europe/London",
}  # fmt: skip


@dataclass(frozen=True)
class Location:
    """A place that the shop ships from."""

    id: int
    name: str
    active: bool = True


@dataclass
class FulfillmentOrder:
    """What one location has to ship of an order; ``lines`` are the order's lines by fulfilment-order line id."""

    id: int
    location: Location
    lines: dict[int, Line]
    #: A status set by control, else None.
    pinned: str | None = None


@dataclass
class Subscription:
    """One webhook address of one topic; ``by_hand``: left in the shop's settings, signed with the key shown there."""

    id: int
    topic: str
    uri: str
    fields: list[str] = field(default_factory=list)
    by_hand: bool = False


def gid(kind: str, number: object) -> str:
    """A global id."""
    return f"gid://shopify/{kind}/{number}"


def ungid(text: str) -> tuple[str, str]:
    """Kind and number of a global id; two empty texts for anything else."""
    parts = text.split("/")
    return (parts[3], parts[4]) if len(parts) == 5 and text.startswith("gid://shopify/") else ("", "")


def utc(seconds: int) -> str:
    """DateTime of GraphQL: UTC with Z."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def local(seconds: int, shop: Shop) -> str:
    """A time of a webhook's body: with the shop's own offset."""
    return datetime.fromtimestamp(seconds, ZoneInfo(ZONES[shop.region])).isoformat()


def amount(value: Decimal) -> str:
    """Money as text with at least one decimal."""
    text = f"{value:.2f}"
    return text.removesuffix("0")


def domain(shop: Shop) -> str:
    """The shop's own host."""
    return shop.id if shop.id.endswith(".myshopify.com") else f"{shop.id}.myshopify.com"


def refunded(order: Order, line: Line) -> int:
    """Pieces of a line that were removed or given back (``extra.refunded``: pieces by SKU)."""
    given: dict[str, Any] = order.extra.get("refunded", {})
    return min(line.quantity, int(given.get(line.variant.sku, 0)))


def digital(order: Order, line: Line) -> bool:
    """Whether the line needs no shipping (``extra.digital``: SKUs)."""
    return line.variant.sku in order.extra.get("digital", ())


def wanted(order: Order, line: Line) -> int:
    """Pieces that have to be shipped in all."""
    return 0 if digital(order, line) else line.quantity - refunded(order, line)


def financial_of(order: Order) -> str:
    """displayFinancialStatus."""
    if "financial" in order.extra:
        return str(order.extra["financial"])
    if order.step == "cancelled":
        if not order.paid or order.cash_on_delivery:
            return "VOIDED"
        return "REFUNDED" if order.extra.get("refund", True) else "PAID"
    owed = order.cash_on_delivery and order.step not in ("delivered", "completed")
    return "PENDING" if order.step == "unpaid" or owed else "PAID"


def fulfillment_of(order: Order, unshipped: bool) -> str:
    """displayFulfillmentStatus; ``unshipped``: pieces are left."""
    if "fulfillment" in order.extra:
        return str(order.extra["fulfillment"])
    if not any(wanted(order, line) for line in order.lines) and order.step != "cancelled":
        return "FULFILLMENT_NOT_REQUIRED"
    if not order.shipments:
        return "IN_PROGRESS" if order.step == "ready" else "UNFULFILLED"
    return "PARTIALLY_FULFILLED" if unshipped else "FULFILLED"
