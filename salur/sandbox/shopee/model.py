"""What the simulated store keeps."""

from dataclasses import dataclass, field
from typing import Any

from salur.sandbox.engine.people import Person
from salur.sandbox.shopee.channels import Channel

#: Order status -> package status that goes with it when nothing more exact is known (shopee.md, Order status).
LOGISTICS_OF = {
    "UNPAID": "LOGISTICS_NOT_START",
    "PENDING": "LOGISTICS_PENDING_ARRANGE",
    "INVOICE_PENDING": "LOGISTICS_NOT_START",
    "READY_TO_SHIP": "LOGISTICS_READY",
    "PROCESSED": "LOGISTICS_REQUEST_CREATED",
    "RETRY_SHIP": "LOGISTICS_PICKUP_RETRY",
    "SHIPPED": "LOGISTICS_PICKUP_DONE",
    "TO_CONFIRM_RECEIVE": "LOGISTICS_DELIVERY_DONE",
    "COMPLETED": "LOGISTICS_DELIVERY_DONE",
    "TO_RETURN": "LOGISTICS_DELIVERY_DONE",
}
STATUSES = (*LOGISTICS_OF, "IN_CANCEL", "CANCELLED")
#: Order status -> the step of its life in the words that control has for every store; the usual status of a step first.
STEP_OF = {
    "UNPAID": "unpaid",
    "PENDING": "unpaid",
    "READY_TO_SHIP": "paid",
    "INVOICE_PENDING": "paid",
    "PROCESSED": "ready",
    "RETRY_SHIP": "ready",
    "SHIPPED": "shipped",
    "TO_CONFIRM_RECEIVE": "delivered",
    "TO_RETURN": "delivered",
    "COMPLETED": "completed",
    "IN_CANCEL": "cancel_asked",
    "CANCELLED": "cancelled",
}
LOGISTICS = (
    *sorted(set(LOGISTICS_OF.values())),
    "LOGISTICS_PICKUP_FAILED",
    "LOGISTICS_DELIVERY_FAILED",
    "LOGISTICS_REQUEST_CANCELED",
    "LOGISTICS_INVALID",
    "LOGISTICS_COD_REJECTED",
    "LOGISTICS_LOST",
)


@dataclass
class Model:
    """One SKU of a listing. ``model_id`` is 0 when the listing has no variants."""

    model_id: int
    sku: str
    name: str
    price: float
    grams: int
    stock: int
    reserved: int = 0


@dataclass
class Item:
    """A listing."""

    item_id: int
    name: str
    models: list[Model]
    create_time: int
    update_time: int
    status: str = "NORMAL"

    @property
    def has_model(self) -> bool:
        """Whether it has variants."""
        return self.models[0].model_id != 0


@dataclass
class Line:
    """One order line."""

    item: Item
    model: Model
    quantity: int


@dataclass
class Document:
    """A shipping document task."""

    kind: str
    ready_at: float
    announced: bool = False


@dataclass
class Order:
    """An order with its single package."""

    order_sn: str
    region: str
    currency: str
    person: Person
    channel: Channel
    lines: list[Line]
    cod: bool
    create_time: int
    update_time: int
    pay_time: int
    ship_by_date: int
    status: str
    package_number: str
    logistics: str
    message: str = ""
    note: str = ""
    tracking_number: str = ""
    tracking_due: float | None = None
    arranged_with: dict[str, Any] = field(default_factory=dict)
    times_arranged: int = 0
    documents: dict[str, Document] = field(default_factory=dict)
    label_asked: int = 0
    status_before_cancel: str = ""
    cancel_by: str = ""
    cancel_reason: str = ""
    buyer_cancel_reason: str = ""
    pickup_done_time: int = 0
    history: list[tuple[int, str]] = field(default_factory=list)
    hidden: bool = False  # lists name it, details leave it out

    @property
    def total(self) -> float:
        """What the buyer pays, in the order's currency."""
        return round(sum(line.model.price * line.quantity for line in self.lines), 2)


@dataclass
class Shop:
    """A shop and everything in it."""

    shop_id: int
    name: str
    region: str
    currency: str
    items: dict[int, Item] = field(default_factory=dict)
    orders: dict[str, Order] = field(default_factory=dict)
    by_update: list[tuple[int, str]] = field(default_factory=list)
    by_create: list[tuple[int, str]] = field(default_factory=list)
    linked: bool = False
    status: str = "NORMAL"
    auth_time: int = 0


@dataclass
class App:
    """The partner application that the hub is registered as."""

    partner_id: int
    partner_key: str
    push_key: str


@dataclass
class AccessToken:
    """A token for shop calls."""

    shop_id: int
    expires_at: float


@dataclass
class RefreshToken:
    """Single use; ``access`` is the token it came with."""

    shop_id: int
    expires_at: float
    access: str
    used: bool = False


@dataclass
class Code:
    """What the seller's browser brings back. Single use."""

    shop_id: int
    expires_at: float
    used: bool = False
