"""A client of one account at a simulated Qimen warehouse, written from the contracts."""

from __future__ import annotations

import hashlib
import re
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from xml.dom import minidom
from xml.sax.saxutils import escape

import httpx

from tests.sandbox.clients import Control

BEIJING = timezone(timedelta(hours=8))
SKU = "MUG-350-WHT"


def sign(secret: str, query: dict[str, str], body: str) -> str:
    """As contracts/qimen/signing.json says."""
    pairs = sorted((name, value) for name, value in query.items() if name != "sign" and value != "")
    text = secret + "".join(name + value for name, value in pairs) + body + secret
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest().upper()


def xml(content: Any, root: str = "request") -> str:
    """A document of nested dicts; lists repeat their element."""
    if isinstance(content, list):
        return "".join(xml(one, root) for one in content)
    inner = "".join(xml(value, name) for name, value in content.items()) if isinstance(content, dict) else None
    return f"<{root}>{escape(str(content)) if inner is None else inner}</{root}>"


def tree(text: str) -> dict[str, Any]:
    """A reply as nested dicts; every element is a list of texts or dicts."""

    def of(node: Any) -> Any:
        inner: dict[str, Any] = {}
        for child in node.childNodes:
            if child.nodeType == child.ELEMENT_NODE:
                inner.setdefault(child.tagName, []).append(of(child))
        return inner or "".join(child.data for child in node.childNodes)

    root = minidom.parseString(text).documentElement  # noqa: S318 - our own simulator's answer
    assert root is not None
    return {root.tagName: of(root)}


def shape(value: Any, path: str = "") -> set[str]:
    """The paths of all elements."""
    if not isinstance(value, dict):
        return set()
    paths = {f"{path}/{name}" for name in value}
    return paths.union(*(shape(one, f"{path}/{name}") for name, many in value.items() for one in _listed(many)))


def _listed(many: Any) -> list[Any]:
    return many if isinstance(many, list) else [many]


def first(text: str, name: str) -> str:
    """The text of the first element of that name; empty when there is none."""
    found = re.search(f"<{name}>([^<]*)</{name}>", text)
    return found.group(1) if found else ""


def item(house: QimenWarehouse, action: str = "add", **changed: Any) -> dict[str, Any]:
    """A new item as singleitem.synchronize takes it."""
    given = {"itemCode": "NEW-1", "itemName": "ใหม่ & new", "isShelfLifeMgmt": "N", "length": "10.5", **changed}
    return {"actionType": action, "warehouseCode": house.warehouse, "ownerCode": house.owner, "item": given}


class QimenWarehouse:
    """One account."""

    def __init__(self, control: Control, name: str = "qimen") -> None:
        given = control.get("credentials")[name]
        self.control, self.name = control, name
        self.url = str(given["base_url"])
        self.key, self.secret = str(given["app_key"]), str(given["secret_key"])
        self.customer, self.owner = str(given["customer_id"]), str(given["owner_code"])
        self.warehouse = str(given["warehouses"][0])

    def query(self, method: str) -> dict[str, str]:
        """The common parameters, not signed yet."""
        now = datetime.fromtimestamp(self.control.get("clock")["now"], UTC).astimezone(BEIJING)
        return {
            "method": method, "timestamp": now.strftime("%Y-%m-%d %H:%M:%S"), "format": "xml",
            "app_key": self.key, "v": "2.0", "sign_method": "md5", "customerId": self.customer,
        }  # fmt: skip

    def send(self, method: str, body: str, /, **changed: str) -> httpx.Response:
        """A signed call; ``changed`` parameters are signed too."""
        query = {**self.query(method), **changed}
        return self.post({**query, "sign": sign(self.secret, query, body)}, body)

    def post(self, query: dict[str, str], body: str, media: str = "text/xml;charset=UTF-8") -> httpx.Response:
        """Any call."""
        return self.control.http.post(self.url, params=query, content=body.encode(), headers={"Content-Type": media})

    def ask(self, method: str, content: dict[str, Any]) -> str:
        """The reply, good or bad."""
        answer = self.send(method, xml(content))
        assert answer.status_code == 200
        return answer.text

    def good(self, method: str, content: dict[str, Any]) -> str:
        """A good reply."""
        answer = self.ask(method, content)
        assert first(answer, "flag") == "success", answer
        return answer

    def bad(self, method: str, content: dict[str, Any]) -> tuple[str, str]:
        """Code and words of a refusal."""
        answer = self.ask(method, content)
        assert first(answer, "flag") == "failure", answer
        return first(answer, "code"), first(answer, "message")

    # --- what to send --------------------------------------------------------------------------------------------

    def delivery(self, code: str, quantity: Any = 1, sku: str = SKU, **head: Any) -> dict[str, Any]:
        """An outbound list as deliveryorder.create takes it."""
        who = {
            "name": "สมชาย & <co>",
            "mobile": "66812345678",
            "province": "กรุงเทพ",
            "city": "วัฒนา",
            "detailAddress": "12/3",
        }
        return {
            "deliveryOrder": {
                "deliveryOrderCode": code, "orderType": "JYCK", "warehouseCode": self.warehouse,
                "sourcePlatformCode": "OTHER", "createTime": "2024-01-02 03:04:05",
                "placeOrderTime": "2024-01-02 03:04:05", "operateTime": "2024-01-02 03:04:05",
                "shopNick": "Baan Suan", "logisticsCode": "OTHER", "expressCode": "TH0001",
                "senderInfo": who, "receiverInfo": {**who, "area": "คลองเตย"}, **head,
            },
            "orderLines": {
                "orderLine": [{"ownerCode": self.owner, "itemCode": sku, "planQty": quantity, "actualPrice": "129.00"}]
            },
            "extendProps": {"labelUrl": "https://hub.example/l.pdf"},
        }  # fmt: skip

    def entry(self, code: str, quantity: Any = 20, sku: str = SKU, **head: Any) -> dict[str, Any]:
        """An inbound list as entryorder.create takes it."""
        return {
            "entryOrder": {
                "entryOrderCode": code, "ownerCode": self.owner, "warehouseCode": self.warehouse,
                "orderType": "CGRK", **head,
            },
            "orderLines": {"orderLine": [{"ownerCode": self.owner, "itemCode": sku, "planQty": quantity}]},
        }  # fmt: skip

    def named(self, code: str, **more: Any) -> dict[str, Any]:
        """A list by its code."""
        return {"orderCode": code, "ownerCode": self.owner, "warehouseCode": self.warehouse, **more}

    def criteria(self, **more: Any) -> dict[str, Any]:
        """A stock query."""
        one = {"warehouseCode": self.warehouse, "ownerCode": self.owner, **more}
        return {"criteriaList": {"criteria": [one]}}

    # --- short cuts ----------------------------------------------------------------------------------------------

    def stock(self, sku: str = SKU) -> dict[str, tuple[int, int]]:
        """Free and held units by inventory type."""
        found: dict[str, tuple[int, int]] = {}
        for row in self.rows(**self.criteria(itemCode=sku)):
            free, held = found.get(row["inventoryType"], (0, 0))
            found[row["inventoryType"]] = (free + int(row["quantity"]), held + int(row["lockQuantity"]))
        return found

    def rows(self, **content: Any) -> list[dict[str, str]]:
        """The rows of inventory.query."""
        items = tree(self.good("inventory.query", content))["response"]["items"][0]
        return [{name: value[0] for name, value in row.items()} for row in items["item"]] if items else []

    def status(self, code: str) -> str:
        """The outbound list's status as queried."""
        return first(self.good("deliveryorder.query", self.named(code)), "status")

    def move(self, code: str, status: str, **more: Any) -> dict[str, Any]:
        """Control moves an outbound list."""
        moved: dict[str, Any] = self.control.post(f"{self.name}/orders/{code}/status", status=status, **more)
        return moved

    def move_in(self, code: str, status: str, **more: Any) -> dict[str, Any]:
        """Control moves an inbound list."""
        moved: dict[str, Any] = self.control.post(f"{self.name}/inbounds/{code}/status", status=status, **more)
        return moved

    def orders(self) -> list[dict[str, Any]]:
        """Control's outbound lists."""
        found: list[dict[str, Any]] = self.control.get(f"{self.name}/orders")["orders"]
        return found
