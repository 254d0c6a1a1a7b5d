"""Frozen values that cross the seam between hub and connectors.

Quantities are whole pieces, money is Decimal beside an ISO 4217 currency, times are aware datetimes in UTC, countries
are ISO 3166 alpha-2, weights grams, lengths millimetres."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Generic, TypeVar

from .shipping_option import ShippingOption as ShippingOption

T = TypeVar("T")


class OrderStatus(StrEnum):
    """The store's view of an order (canonical, design 7)."""

    UNPAID = "unpaid"
    PAID = "paid"
    READY = "ready"
    SHIPPED = "shipped"
    COMPLETED = "completed"
    CANCEL_REQUESTED = "cancel_requested"
    CANCELLED = "cancelled"
    UNKNOWN = "unknown"


class OutboundTask(StrEnum):
    """The warehouse's view of an outbound list (canonical, design 7)."""

    NONE = "none"
    ACCEPTED = "accepted"
    PICKING = "picking"
    PICKED = "picked"
    PACKED = "packed"
    COMPLETED = "completed"
    EXCEPTION = "exception"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Unmapped:
    """A partner status that we do not know: kept and shown, moves nothing."""

    raw: str


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a partner needs to know us by. Prints as ``***``; never log ``values``."""

    values: Mapping[str, str]

    def __repr__(self) -> str:
        return "Credentials(***)"

    def __getitem__(self, key: str) -> str:
        return self.values[key]

    def get(self, key: str, default: str = "") -> str:
        """The value of ``key`` or ``default``."""
        return self.values.get(key, default)

    def replaced(self, **changes: str) -> Credentials:
        """The same credentials with some values changed."""
        return Credentials({**self.values, **changes})


@dataclass(frozen=True, slots=True)
class PartnerIdentity:
    """Who the partner says we are: ``key`` is claimed for one merchant only (R12)."""

    key: str
    name: str = ""
    country: str = ""
    currency: str = ""
    details: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PartnerWarehouse:
    """One warehouse of an account as the partner lists it; ``name`` already follows the naming rule (P1)."""

    code: str
    name: str
    country: str
    usable: bool = True
    time_zone: str = ""
    details: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PartnerRef:
    """How to find one of our things at the partner: their number and our reference.

    ``warning``: the partner took the thing but not all of it (for instance not the label), in its words.
    """

    number: str
    reference: str = ""
    warning: str = ""


@dataclass(frozen=True, slots=True)
class Document:
    """A file handed over, for instance a label PDF."""

    name: str
    media_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Address:
    """Where a parcel goes. Empty string: not known. ``lines`` are street lines, most important first."""

    name: str = ""
    phone: str = ""
    email: str = ""
    lines: tuple[str, ...] = ()
    district: str = ""
    city: str = ""
    province: str = ""
    postal_code: str = ""
    country: str = ""


@dataclass(frozen=True, slots=True)
class StoreOrderLine:
    """One line of an order. ``key`` is the store's line id, unique within the order."""

    key: str
    sku: str
    name: str
    quantity: int
    unit_price: Decimal = Decimal(0)
    item_id: str = ""
    model_id: str = ""


@dataclass(frozen=True, slots=True)
class StoreOrder:
    """An order in full, from whatever source: store API, file, form, API.

    ``version`` orders two sights of the same order: an older one never replaces a newer (usually the store's
    update time). ``number`` is what people call the order by, where the store's API knows it by another one
    (``#1001``). ``raw_status`` keeps the store's own word beside the canonical ``status``.
    """

    external_id: str
    status: OrderStatus
    raw_status: str
    version: datetime
    ordered_at: datetime
    currency: str
    total: Decimal
    address: Address
    lines: tuple[StoreOrderLine, ...]
    paid_at: datetime | None = None
    ship_by: datetime | None = None
    courier: str = ""
    buyer: str = ""
    note: str = ""
    cash_on_delivery: bool = False
    awb: str = ""
    package: str = ""
    cancel_reason: str = ""
    number: str = ""


@dataclass(frozen=True, slots=True)
class OrderHead:
    """An order as a listing shows it, before its detail is fetched."""

    external_id: str
    updated_at: datetime | None = None
    raw_status: str = ""
    order: StoreOrder | None = None  # where the listing shows orders in full: spares the detail call


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """One page of a listing; ``cursor`` is None on the last."""

    items: Sequence[T]
    cursor: str | None = None


@dataclass(frozen=True, slots=True)
class TimeWindow:
    """From inclusive, until exclusive, both UTC."""

    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class OutboundLine:
    """What to pick: the partner's SKU (our MSKU) and pieces. ``details`` are the partner's own product fields."""

    sku: str
    quantity: int
    name: str = ""
    unit_price: Decimal = Decimal(0)
    partner_number: str = ""
    details: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class OutboundRequest:
    """An outbound list as a warehouse needs it. ``reference`` is ours and never changes with a re-push; ``label_url``
    is where the label may be fetched for some days, for partners that take an address only."""

    reference: str
    warehouse_code: str
    order_number: str
    channel: str
    store_name: str
    address: Address
    lines: tuple[OutboundLine, ...]
    awb: str
    courier: str
    currency: str
    total: Decimal
    cash_on_delivery: bool = False
    note: str = ""
    shipping_method: str = ""
    label_url: str = ""


@dataclass(frozen=True, slots=True)
class LineReport:
    """What the warehouse says of one line."""

    sku: str
    quantity: int
    shipped: int | None = None


@dataclass(frozen=True, slots=True)
class OutboundReport:
    """The warehouse's word on one outbound list; ``version`` orders two reports of the same list.

    ``cancellation`` is what became of a request to stop it: ``pending``, ``accepted``, ``refused``, or empty.
    """

    ref: PartnerRef
    reference: str
    status: OutboundTask | Unmapped
    raw_status: str
    version: datetime | None
    tracking: str = ""
    reason: str = ""
    lines: tuple[LineReport, ...] = ()
    cancellation: str = ""


@dataclass(frozen=True, slots=True)
class ProductRequest:
    """A product as a warehouse registers it. Days of life (0: no expiry), and left when it comes in, goes out (R51)."""

    sku: str
    name: str
    name_en: str = ""
    weight_g: int = 0
    length_mm: int = 0
    width_mm: int = 0
    height_mm: int = 0
    declared_value: Decimal = Decimal(0)
    barcode: str = ""
    warehouse_code: str = ""
    partner_number: str = ""
    shelf_life_days: int = 0
    inbound_days: int = 0
    outbound_days: int = 0
    details: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ItemResult:
    """The outcome for one item of a batch: batches never fail as one."""

    key: str
    ref: PartnerRef | None = None
    error: Exception | None = None


@dataclass(frozen=True, slots=True)
class StockLevel:
    """A warehouse's figures for one SKU, in pieces."""

    sku: str
    warehouse_code: str
    sellable: int
    allocated: int
    damaged: int
    incoming: int
    as_of: datetime | None = None


@dataclass(frozen=True, slots=True)
class CancelOutcome:
    """Answer to a cancel request: ``accepted`` (done), ``pending`` (poll on) or ``refused`` with a reason."""

    state: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class AwbResult:
    """The store's AWB number for an order; empty ``number`` means not yet, ``hint`` says the store's reason."""

    number: str
    package: str = ""
    courier: str = ""
    hint: str = ""


@dataclass(frozen=True, slots=True)
class LabelResult:
    """A label: ``document`` once ready, else ``pending`` true or a ``failure`` in the store's words."""

    document: Document | None = None
    pending: bool = False
    failure: str = ""


@dataclass(frozen=True, slots=True)
class ConfirmResult:
    """What the store shows after a shipment was confirmed (always read back)."""

    confirmed: bool
    raw_status: str
    tracking: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True)
class ShippedLine:
    """Pieces of an order's line that are in a parcel; ``key`` is the store's line id (StoreOrderLine.key)."""

    key: str
    quantity: int


@dataclass(frozen=True, slots=True)
class RawRequest:
    """An incoming webhook as it reached us; ``url`` is the public address the partner called.

    ``keys`` are the partner's keys that are known so far, by name, where it signs with keys that it hands out (ability
    ``message_keys``).
    """

    method: str
    url: str
    headers: Mapping[str, str]
    query: Mapping[str, str]
    body: bytes
    keys: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PartnerEvent:
    """A change notice; the hub fetches the detail afterwards. ``delivery_id`` is unique per message.

    ``erasure`` (a user's account is gone at the store) is put on record, ``other`` is kept; both change nothing.
    """

    kind: str  # order | tracking | label | outbound | inbound | stock | authorisation | erasure | other | test
    delivery_id: str
    subject: str = ""  # external order id, our reference, partner number or SKU
    raw_status: str = ""
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class TokenSet:
    """Tokens as an exchange or refresh gave them, with their ends in UTC.

    ``identity`` is kept with the credentials as ``shop_id``. ``details`` are further values of the partner that later
    calls need (a shop's cipher, its host), kept with the credentials under their own names.
    """

    access_token: str
    refresh_token: str
    access_expires_at: datetime
    refresh_expires_at: datetime | None = None
    identity: str = ""
    details: Mapping[str, str] = field(default_factory=dict)

    def __repr__(self) -> str:
        return "TokenSet(***)"
