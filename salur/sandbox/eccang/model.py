"""What the simulated warehouse operator keeps."""

from dataclasses import dataclass, field
from typing import Any

#: eccang.md, A.4
ORDER_STATUSES = {
    "H": "stored as draft or held",
    "C": "waiting for shipment approval",
    "W": "waiting to ship",
    "D": "shipped",
    "N": "abnormal",
    "P": "problem piece",
    "X": "voided",
}
#: eccang.md, A.3
RECEIVING_STATUSES = ("C", "W", "P", "T", "Z", "G", "F", "E", "X")
RECEIVING_UNDER_WAY = ("P", "T", "Z", "G")


@dataclass
class Method:
    """A shipping method. ``own_label``: the customer brings tracking number and label."""

    code: str
    name: str
    own_label: bool


@dataclass
class Warehouse:
    """A warehouse of the operator that the account may use."""

    id: int
    code: str
    name: str
    country: str
    status: int = 1
    methods: tuple[Method, ...] = (
        Method("OWN_LABEL", "Customer's own label", own_label=True),
        Method("STANDARD", "Operator's standard delivery", own_label=False),
    )


@dataclass
class Stock:
    """Units of one SKU in one warehouse."""

    sellable: int = 0
    reserved: int = 0
    onway: int = 0
    pending: int = 0
    unsellable: int = 0
    changed: int = 0


@dataclass
class Product:
    """A registered SKU; ``fields`` as the client sent them."""

    sku: str
    fields: dict[str, Any]
    created: int
    changed: int


@dataclass
class ShipOrder:
    """An outbound list. ``allocated``: its units are reserved."""

    code: str
    reference: str
    fields: dict[str, Any]
    lines: list[tuple[str, int]]
    status: str
    created: int
    changed: int
    tracking_no: str = ""
    label_sha256: str = ""
    label_pages: int = 0
    allocated: bool = False
    picked: bool = False
    cancel_status: int = 0
    cancel_reason: str = ""
    abnormal_reason: str = ""
    shipped: int = 0
    refused_repeats: int = 0
    history: list[tuple[int, str]] = field(default_factory=list)

    @property
    def warehouse(self) -> str:
        """Warehouse code."""
        return str(self.fields["warehouse_code"])


@dataclass
class Asn:
    """An inbound list. Quantities per SKU."""

    code: str
    reference: str
    fields: dict[str, Any]
    planned: dict[str, int]
    status: str
    verified: bool
    created: int
    changed: int
    received: dict[str, int] = field(default_factory=dict)
    put_away: dict[str, int] = field(default_factory=dict)
    receiving_time: int = 0
    complete_time: int = 0
    shelf_time: int = 0

    @property
    def warehouse(self) -> str:
        """Warehouse code."""
        return str(self.fields["warehouse_code"])


@dataclass
class Subscription:
    """Where callbacks of one kind go."""

    kind: str
    callback: str
    erp_platform: str
    expire_date: str


@dataclass
class Account:
    """A merchant's account at the operator."""

    app_token: str
    app_key: str
    customer_code: str
    warehouses: dict[str, Warehouse] = field(default_factory=dict)
    products: dict[str, Product] = field(default_factory=dict)
    stock: dict[tuple[str, str], Stock] = field(default_factory=dict)
    orders: dict[str, ShipOrder] = field(default_factory=dict)
    by_reference: dict[str, list[str]] = field(default_factory=dict)
    asns: dict[str, Asn] = field(default_factory=dict)
    subscriptions: dict[str, Subscription] = field(default_factory=dict)

    def stock_of(self, warehouse: str, sku: str) -> Stock:
        """The units there, made when first asked for."""
        return self.stock.setdefault((warehouse, sku), Stock())
