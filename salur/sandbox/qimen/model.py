"""What a simulated Qimen warehouse keeps."""

from dataclasses import dataclass, field

from salur.sandbox.engine.exchange import Bucket

#: contracts/qimen/statuses.csv
_BOTH = ("NEW", "ACCEPT", "EXCEPTION", "CANCELED", "CLOSED", "REJECT", "CANCELEDFAIL")
ORDER_STATUSES = (*_BOTH, "PARTDELIVERED", "DELIVERED")
RECEIVING_STATUSES = (*_BOTH, "PARTFULFILLED", "FULFILLED")
#: The way of an outbound list through the house.
WAY = ("NEW", "ACCEPT", "PRINT", "PICK", "CHECK", "PACKAGE", "WEIGH", "READY")
OUTBOUND_PROCESSES = (
    *WAY[1:], "DELIVERED", "PARTDELIVERED", "REFUSE", "EXCEPTION", "CLOSED", "CANCELED", "REJECT", "SIGN",
    "TMSCANCELED", "OTHER",
)  # fmt: skip
INBOUND_PROCESSES = ("ACCEPT", "PARTFULFILLED", "FULFILLED", "EXCEPTION", "CLOSED", "CANCELED", "REJECT", "OTHER")
PROCESSES = tuple(dict.fromkeys((*OUTBOUND_PROCESSES, *INBOUND_PROCESSES)))
#: Process status -> status of the outbound list; the other processes leave it as it is (assumed).
STATUS_OF = {
    **dict.fromkeys(WAY[1:], "ACCEPT"),
    **{code: code for code in ("DELIVERED", "PARTDELIVERED", "EXCEPTION", "CLOSED", "CANCELED", "REJECT")},
}
ENDED = ("CANCELED", "CLOSED", "REJECT")
WITH_REASON = ("EXCEPTION", "REJECT", "CANCELEDFAIL")


#: One line of the stock list: warehouse, SKU, inventory type, batch.
Row = tuple[str, str, str, int]


@dataclass(frozen=True)
class Warehouse:
    """A warehouse that the account may use."""

    code: str
    name: str
    country: str


@dataclass
class Item:
    """A registered SKU; ``number`` is the warehouse's own (itemId)."""

    sku: str
    number: str
    name: str


@dataclass
class Stock:
    """Units of one SKU in one warehouse. ``sellable`` are good and free, ``onway`` announced."""

    sellable: int = 0
    reserved: int = 0
    damaged: int = 0
    onway: int = 0
    changed: int = 0


@dataclass(frozen=True)
class Line:
    """One line of a list."""

    number: str
    sku: str
    quantity: int


@dataclass(frozen=True)
class Process:
    """A step that was reported."""

    code: str
    at: int
    info: str


@dataclass
class Entry:
    """An inbound list. Quantities per SKU, totals so far."""

    number: str
    reference: str
    kind: str
    warehouse: str
    lines: list[Line]
    status: str
    created: int
    changed: int
    received: dict[str, int] = field(default_factory=dict)
    damaged: dict[str, int] = field(default_factory=dict)
    onway: dict[str, int] = field(default_factory=dict)
    batches: list[dict[str, str]] = field(default_factory=list)
    reason: str = ""
    out_biz_code: str = ""
    final: bool = False
    refused_repeats: int = 0
    processes: list[Process] = field(default_factory=list)
    history: list[tuple[int, str]] = field(default_factory=list)

    @property
    def planned(self) -> dict[str, int]:
        """Announced units per SKU."""
        found: dict[str, int] = {}
        for line in self.lines:
            found[line.sku] = found.get(line.sku, 0) + line.quantity
        return found


@dataclass
class Shipment:
    """An outbound list. ``stage`` is the last code it was given, ``step`` how far along WAY it has come."""

    number: str
    reference: str
    kind: str
    warehouse: str
    lines: list[Line]
    status: str
    created: int
    changed: int
    logistics_code: str = ""
    logistics_name: str = ""
    express_code: str = ""
    label_url: str = ""
    label_sha256: str = ""
    stage: str = ""
    step: int = 0
    allocated: bool = False
    cancelling: bool = False
    shipped: dict[str, int] = field(default_factory=dict)
    shipped_at: int = 0
    reason: str = ""
    out_biz_code: str = ""
    refused_repeats: int = 0
    processes: list[Process] = field(default_factory=list)
    history: list[tuple[int, str]] = field(default_factory=list)

    @property
    def left(self) -> dict[str, int]:
        """Units per SKU that have not been shipped."""
        found: dict[str, int] = {}
        for line in self.lines:
            found[line.sku] = found.get(line.sku, 0) + line.quantity
        return {sku: units - self.shipped.get(sku, 0) for sku, units in found.items()}


@dataclass
class Account:
    """A merchant's account: one customer, one owner of goods."""

    app_key: str
    secret: str
    customer_id: str
    owner: str
    warehouses: dict[str, Warehouse]
    callback_url: str = ""
    items: dict[str, Item] = field(default_factory=dict)
    stock: dict[tuple[str, str], Stock] = field(default_factory=dict)
    shipments: dict[str, Shipment] = field(default_factory=dict)
    shipment_codes: dict[str, list[str]] = field(default_factory=dict)
    waiting: dict[str, Shipment] = field(default_factory=dict)
    entries: dict[str, Entry] = field(default_factory=dict)
    entry_codes: dict[str, list[str]] = field(default_factory=dict)
    #: The stock list by warehouse, inventory type and number of batches; emptied whenever stock moves.
    rows: dict[tuple[str, str, int], list[Row]] = field(default_factory=dict)
    bucket: Bucket = field(default_factory=Bucket)

    def stock_of(self, warehouse: str, sku: str) -> Stock:
        """The units there, made when first asked for."""
        return self.stock.setdefault((warehouse, sku), Stock())
