"""What simulated JD keeps, and the codes it knows (jd.md, 4 and 5; contracts/jd/statuses.csv)."""

from dataclasses import dataclass, field
from typing import Any

#: Code and the words of soStatusName.
ORDER_STATUSES = {
    "10009": "初始化",
    "10010": "初始化",
    "100130": "暂停",
    "100131": "暂停",
    "100132": "暂停",
    "10014": "已下发库房",
    "10015": "任务已分配",
    "10016": "拣货下架",
    "10017": "复核",
    "10018": "货品已打包",
    "10019": "交接发货",
    "10020": "包裹出库",
    "10028": "取消成功",
    "10029": "取消失败",
    "10032": "分拣中心验货",
    "10033": "站点验货",
    "10034": "妥投",
    "10035": "拒收",
}
TAKEN, PICKED, PACKED, SHIPPED, CANCELLED, CANCEL_FAILED = "10010", "10016", "10018", "10019", "10028", "10029"
#: The steps of the warehouse after a list was taken, one after the other.
STEPS = ("10014", "10015", PICKED, "10017", PACKED, SHIPPED)
BEFORE_PICKING = ("10009", TAKEN, "100130", "100131", "100132", "10014", "10015")
AT_WAREHOUSE = (*BEFORE_PICKING, PICKED, "10017", PACKED, CANCEL_FAILED)
GONE = (SHIPPED, "10020", "10032", "10033", "10034", "10035")

INBOUND_STATUSES = {
    "10": "new",
    "20": "sent to the warehouse",
    "30": "partly received",
    "50": "goods checked in",
    "70": "complete",
    "90": "cancelling",
    "91": "cancelled",
    "92": "cancel failed",
}
INBOUND_OPEN = ("10", "20")
INBOUND_RECEIVING = ("30", "50")

JD_EXPRESS = "CYS0000010"
#: Number, name, whether it takes cash on delivery.
SHIPPERS = ((JD_EXPRESS, "京东快递", True), ("CYS0000021", "Kurir toko", False))
#: salePlatformSource.
JD_MALL = "1"
PLATFORMS = ((JD_MALL, "京东"), ("2", "天猫"), ("6", "其他"))


@dataclass
class App:
    """A developer's application at the gateway."""

    app_key: str
    app_secret: str


@dataclass
class Warehouse:
    """A warehouse; ``country`` is in no answer of JD's."""

    number: str
    name: str
    country: str
    province: str = ""
    city: str = ""


@dataclass
class Product:
    """A registered SKU of one department; ``fields`` as the client sent them."""

    goods_no: str
    department: str
    sku: str
    fields: dict[str, Any]


@dataclass
class Stock:
    """Units of one SKU of one department in one warehouse."""

    sellable: int = 0
    reserved: int = 0
    damaged: int = 0


@dataclass
class Line:
    """A line of a document. ``goods_status``: 1 good, 2 damaged, 3 sample."""

    product: Product
    quantity: int
    price: float = 0.0
    goods_status: str = "1"


@dataclass
class ShipOrder:
    """An outbound list. ``allocated``: its units are reserved."""

    number: str
    reference: str
    fields: dict[str, Any]
    lines: list[Line]
    status: str
    created: int
    tracking: str = ""
    allocated: bool = False
    shipped: int = 0
    cancelling: bool = False
    reason: str = ""
    repeats: int = 0
    history: list[tuple[int, str]] = field(default_factory=list)

    @property
    def department(self) -> str:
        """Department number."""
        return str(self.fields["departmentNo"])

    @property
    def warehouse(self) -> str:
        """Warehouse number."""
        return str(self.fields["warehouseNo"])


@dataclass
class Batch:
    """Units of a SKU with their production batch; dates as YYYY-MM-DD."""

    sku: str
    batch: str
    quantity: int
    produced: str = ""
    expires: str = ""


@dataclass
class Inbound:
    """An inbound list. ``received`` and ``damaged``: totals so far per SKU, beside each other."""

    number: str
    reference: str
    fields: dict[str, Any]
    lines: list[Line]
    status: str
    created: int
    completed: int = 0
    cancelling: bool = False
    repeats: int = 0
    received: dict[str, int] = field(default_factory=dict)
    damaged: dict[str, int] = field(default_factory=dict)
    batches: list[Batch] = field(default_factory=list)
    history: list[tuple[int, str]] = field(default_factory=list)

    @property
    def department(self) -> str:
        """Department number."""
        return str(self.fields["deptNo"])

    @property
    def warehouse(self) -> str:
        """Warehouse number."""
        return str(self.fields["whNo"])

    def planned(self) -> dict[str, int]:
        """Units announced per SKU, in whatever state."""
        units: dict[str, int] = {}
        for line in self.lines:
            units[line.product.sku] = units.get(line.product.sku, 0) + line.quantity
        return units


@dataclass
class Account:
    """What one PIN owns. The dicts of master data go by number; suppliers and shops serve all departments."""

    pin: str
    app_key: str
    isv_source: str
    departments: dict[str, str]
    warehouses: dict[str, Warehouse]
    shops: dict[str, str]
    suppliers: dict[str, str]
    callback_url: str = ""
    #: Keys of the apps at whose login the box "subscribe to messages" was ticked.
    subscribed: set[str] = field(default_factory=set)
    #: By department and SKU.
    products: dict[tuple[str, str], Product] = field(default_factory=dict)
    #: By department, warehouse and SKU.
    stock: dict[tuple[str, str, str], Stock] = field(default_factory=dict)
    orders: dict[str, ShipOrder] = field(default_factory=dict)
    inbounds: dict[str, Inbound] = field(default_factory=dict)

    def stock_of(self, department: str, warehouse: str, sku: str) -> Stock:
        """The units there, made when first asked for."""
        return self.stock.setdefault((department, warehouse, sku), Stock())

    def by_goods_no(self, goods_no: str) -> Product | None:
        """The product with JD's number."""
        return next((one for one in self.products.values() if one.goods_no == goods_no), None)
