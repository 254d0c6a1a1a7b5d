"""What a simulated store keeps. Times are unix seconds, money is Decimal, quantities are pieces."""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from salur.sandbox.engine.people import Person

#: The steps of an order's life, whatever a partner calls them. ``ready``: arranged or packed, not handed over yet.
STEPS = ("unpaid", "paid", "ready", "shipped", "delivered", "completed", "cancel_asked", "cancelled")
BEFORE_SHIPPED = ("unpaid", "paid", "ready")


@dataclass(frozen=True)
class Courier:
    """A courier that a buyer may choose. ``weight`` is how often it is; 0: only when asked for by name."""

    name: str
    prefix: str = "XX"
    code: str = ""
    cash_on_delivery: bool = False
    instant: bool = False
    weight: int = 1


@dataclass
class Variant:
    """One SKU of a listing. ``stock`` is what the store still sells; ``name`` is empty without variants."""

    id: int
    sku: str
    name: str
    price: Decimal
    grams: int
    stock: int


@dataclass
class Listing:
    """A product as the store lists it."""

    id: int
    title: str
    variants: list[Variant]
    created: int
    updated: int
    live: bool = True


@dataclass
class Line:
    """One order line; ``id`` is unique in the store."""

    id: int
    listing: Listing
    variant: Variant
    quantity: int
    price: Decimal


@dataclass
class Shipment:
    """What the seller told of a parcel: its number and courier, and the pieces by line id."""

    id: int
    tracking: str
    courier: str
    at: int
    pieces: dict[int, int]
    #: Whatever the partner keeps beside.
    extra: dict[str, Any] = field(default_factory=dict)


@dataclass
class Order:
    """An order. ``step`` is where it stands in the common words, ``status`` in the partner's own.

    ``extra`` is the partner's: reverse orders, package numbers, whatever its wire format needs to remember.
    """

    number: str
    id: int
    person: Person
    region: str
    currency: str
    courier: Courier
    lines: list[Line]
    cash_on_delivery: bool
    created: int
    updated: int
    paid: int
    ship_by: int
    step: str
    status: str
    note: str = ""
    tracking: str = ""
    tracking_due: float | None = None
    package: str = ""
    label_ready: float | None = None
    label_asked: int = 0
    times_accepted: int = 0
    times_arranged: int = 0
    arranged_with: dict[str, Any] = field(default_factory=dict)
    shipments: list[Shipment] = field(default_factory=list)
    shipped: int = 0
    before_cancel: tuple[str, str] = ("", "")
    cancel_by: str = ""
    cancel_reason: str = ""
    cancel_asked: str = ""
    history: list[tuple[int, str]] = field(default_factory=list)
    extra: dict[str, Any] = field(default_factory=dict)

    @property
    def total(self) -> Decimal:
        """What the buyer pays, in the order's currency."""
        return sum((line.price * line.quantity for line in self.lines), Decimal(0))


def spoil(order: Order) -> None:
    """What control wished to be wrong: ``extra.currency`` is another one, with ``extra.no_items`` there is no line."""
    order.currency = str(order.extra.get("currency", order.currency))
    if order.extra.get("no_items"):
        order.lines = []


@dataclass
class Shop:
    """A shop and everything in it. ``linked``: the seller has let the hub in."""

    id: str
    name: str
    region: str
    currency: str
    listings: dict[int, Listing] = field(default_factory=dict)
    orders: dict[str, Order] = field(default_factory=dict)
    by_update: list[tuple[int, str]] = field(default_factory=list)
    linked: bool = False
    extra: dict[str, Any] = field(default_factory=dict)
