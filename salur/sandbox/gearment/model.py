"""What the simulated print-on-demand vendor keeps. Money is in US cents, times are unix seconds (0: not yet)."""

from dataclasses import dataclass, field
from typing import Any

from salur.sandbox.gearment import codes


@dataclass
class Variant:
    """One size and colour of a product."""

    variant_id: str
    legacy_id: int
    sku: str
    color: str
    size: str
    hex_color: str
    cents: int
    product: "Product"
    stock_label: str = f"{codes.STOCK}IN_STOCK"

    @property
    def name(self) -> str:
        """As buyers read it."""
        return " / ".join(part for part in (self.color, self.size) if part)


@dataclass
class Product:
    """One article of the catalogue. ``locations``: where it can be printed, as in codes.LOCATIONS."""

    product_id: str
    legacy_id: int
    name: str
    locations: tuple[str, ...]
    variants: list[Variant] = field(default_factory=list)


@dataclass
class Line:
    """A line of a draft and of its order. ``prints``: (location code, address of the design)."""

    number: int
    variant: Variant
    quantity: int
    prints: list[tuple[str, str]]
    barcode_url: str = ""

    @property
    def cents(self) -> int:
        """Goods value."""
        return self.variant.cents * self.quantity


@dataclass
class Wanted:
    """What a client asks to be made, read and checked. ``address`` is empty for the seller's own label."""

    reference: str
    platform: str
    store_id: str
    lines: list[Line]
    address: dict[str, Any]
    method: str
    label_urls: list[str]
    gift_message: str
    agree_at_risk: bool
    auto_approve: bool


@dataclass
class Label:
    """The seller's label as it was fetched. ``tracking``: what stands under its bars, if it could be read."""

    sha256: str = ""
    pages: int = 0
    tracking: str = ""


@dataclass
class Draft:
    """A draft order. ``order_id`` is empty until it has become an order."""

    draft_id: str
    wanted: Wanted
    label: Label
    status: str
    address_status: str
    created: int
    approved: int = 0
    order_id: str = ""
    history: list[tuple[int, str]] = field(default_factory=list)


@dataclass
class Order:
    """An order, made from a draft."""

    order_id: str
    draft: Draft
    status: str
    payment: str
    created: int
    changed: int
    paid: int = 0
    shipped: int = 0
    tracking: str = ""
    tracked: int = 0
    cancel_status: str = f"{codes.CANCEL}NOT_REQUESTED"
    refund_status: str = f"{codes.REFUND}NOT_REQUESTED"
    cancel_reason: str = ""
    refunded: bool = False
    history: list[tuple[int, str]] = field(default_factory=list)

    @property
    def wanted(self) -> Wanted:
        """What was asked for."""
        return self.draft.wanted


@dataclass
class Ticket:
    """A support request."""

    number: int
    order_id: str
    created: int
    category: str
    detail: str
    solution: str
    image_urls: list[str]
    status: str = "STATUS_PENDING"


@dataclass
class Webhook:
    """A subscription."""

    webhook_id: str
    topic: str
    version: str
    delivery_url: str
    store_id: str
    name: str
    status: str
    created: int


@dataclass
class Account:
    """A team. ``signature`` is what the developer settings show beside the key; ``stores``: name by id."""

    team_id: str
    client_key: str
    client_secret: str
    signature: str
    stores: dict[str, str]
    blocked: bool = False
    drafts: dict[str, Draft] = field(default_factory=dict)
    orders: dict[str, Order] = field(default_factory=dict)
    by_reference: dict[str, list[str]] = field(default_factory=dict)
    refused_repeats: dict[str, int] = field(default_factory=dict)
    tickets: list[Ticket] = field(default_factory=list)
    webhooks: dict[str, Webhook] = field(default_factory=dict)
