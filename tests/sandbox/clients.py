"""Clients of the simulated partners, written from the contracts and sharing nothing with the simulators."""

from __future__ import annotations

import hashlib
import hmac
import html
import json
import re
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import httpx

CONTRACTS = Path(__file__).parents[2] / "contracts"


def contract(partner: str, name: str) -> Any:
    """A JSON file of the contracts."""
    return json.loads((CONTRACTS / partner / name).read_text(encoding="utf-8"))


def hmac_hex(key: str, text: str) -> str:
    """HMAC-SHA256 in lower-case hex."""
    return hmac.new(key.encode(), text.encode(), hashlib.sha256).hexdigest()


class Control:
    """The control API of a running sandbox."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.http = httpx.Client(base_url=url, timeout=20, trust_env=False)

    def post(self, path: str, **body: Any) -> Any:
        """POST to control; the answer must be good."""
        answer = self.http.post(f"/_control/{path}", json=body)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def get(self, path: str, **query: Any) -> Any:
        """GET from control; the answer must be good."""
        answer = self.http.get(f"/_control/{path}", params=query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def fault(self, partner: str, operation: str, kind: str, **more: Any) -> None:
        """Switch a fault on."""
        self.post("faults", partner=partner, operation=operation, kind=kind, **more)

    def count(self, partner: str, operation: str) -> dict[str, Any]:
        """The counter of an operation."""
        found: dict[str, Any] = self.get("counts")[partner][operation]
        return found

    def orders(self, **wanted: Any) -> list[str]:
        """Make store orders; returns their numbers."""
        made: list[str] = self.post("shopee/orders", **wanted)["order_sns"]
        return made

    def order(self, order_sn: str) -> dict[str, Any]:
        """What the store knows of an order."""
        return next(one for one in self.get("shopee/orders")["orders"] if one["order_sn"] == order_sn)


class Shop:
    """A signed client of one shop."""

    def __init__(self, control: Control) -> None:
        given = control.get("credentials")["shopee"]
        self.control = control
        self.partner_id, self.key, self.shop_id = given["partner_id"], given["partner_key"], given["shop_id"]
        self.push_key = given["push_key"]
        self.token = ""

    def link(self) -> Shop:
        """Take a token from control."""
        self.token = self.control.post("shopee/tokens", shop_id=self.shop_id)["access_token"]
        return self

    def query(self, path: str, *, public: bool = False) -> dict[str, str]:
        """The common parameters with the signature."""
        timestamp = int(self.control.get("clock")["now"])
        base = f"{self.partner_id}/api/v2/{path}{timestamp}"
        query = {"partner_id": str(self.partner_id), "timestamp": str(timestamp)}
        if not public:
            base += f"{self.token}{self.shop_id}"
            query |= {"access_token": self.token, "shop_id": str(self.shop_id)}
        return {**query, "sign": hmac_hex(self.key, base)}

    def send(self, method: str, path: str, *, public: bool = False, body: Any = None, **query: Any) -> httpx.Response:
        """Any call."""
        return self.control.http.request(
            method, f"/shopee/api/v2/{path}", params={**self.query(path, public=public), **query}, json=body
        )

    def get(self, path: str, **query: Any) -> Any:
        """The ``response`` of a good GET."""
        answer = self.send("GET", path, **query).json()
        assert answer["error"] == "", answer
        return answer["response"]

    def post(self, path: str, **body: Any) -> Any:
        """The ``response`` of a good POST."""
        answer = self.send("POST", path, body=body).json()
        assert answer["error"] == "", answer
        return answer["response"]

    def error(self, method: str, path: str, body: Any = None, **query: Any) -> str:
        """The error code of a bad call."""
        code: str = self.send(method, path, body=body, **query).json()["error"]
        assert code != ""
        return code

    def listed(self, **query: Any) -> list[str]:
        """All order numbers of the last day's changes, page by page."""
        now = int(self.control.get("clock")["now"])
        found: list[str] = []
        cursor = ""
        while True:
            asked = {"time_range_field": "update_time", "time_from": now - 86400, "time_to": now + 60, "page_size": 10}
            page = self.get("order/get_order_list", **{**asked, **query}, cursor=cursor)
            found += [row["order_sn"] for row in page["order_list"]]
            cursor = page["next_cursor"]
            if not page["more"]:
                return found

    def arrange(self, order_sn: str) -> None:
        """Arrange shipment in the first way that is offered."""
        offered = self.get("logistics/get_shipping_parameter", order_sn=order_sn)
        mode = next(iter(offered["info_needed"]))
        needed = offered["info_needed"][mode]
        block: dict[str, Any] = {}
        if mode == "pickup" and needed:
            address = offered["pickup"]["address_list"][0]
            block = {
                "address_id": address["address_id"],
                "pickup_time_id": address["time_slot_list"][0]["pickup_time_id"],
            }
        elif needed:
            block = {"branch_id": offered["dropoff"]["branch_list"][0]["branch_id"]}
        self.post("logistics/ship_order", order_sn=order_sn, **{mode: block})

    def label(self, order_sn: str) -> bytes:
        """Tracking number known: the label's PDF."""
        number = self.get("logistics/get_tracking_number", order_sn=order_sn)["tracking_number"]
        entry = {"order_sn": order_sn, "tracking_number": number}
        self.post("logistics/create_shipping_document", order_list=[entry])
        answer = self.send(
            "POST", "logistics/download_shipping_document", body={"order_list": [{"order_sn": order_sn}]}
        )
        assert answer.headers["content-type"] == "application/pdf", answer.text
        return answer.content


class Warehouse:
    """A client of one account at the operator."""

    def __init__(self, control: Control) -> None:
        given = control.get("credentials")["eccang"]
        self.control = control
        self.app_token, self.app_key = given["app_token"], given["app_key"]
        self.customer_code = given["customer_code"]

    def envelope(self, service: str, params: Any) -> str:
        """A call as XML."""
        text = escape(json.dumps(params, ensure_ascii=False))
        return (
            '<SOAP-ENV:Envelope xmlns:SOAP-ENV="http://schemas.xmlsoap.org/soap/envelope/" '
            'xmlns:ns1="http://www.example.org/Ec/"><SOAP-ENV:Body><ns1:callService>'
            f"<paramsJson>{text}</paramsJson><appToken>{self.app_token}</appToken><appKey>{self.app_key}</appKey>"
            f"<service>{service}</service></ns1:callService></SOAP-ENV:Body></SOAP-ENV:Envelope>"
        )

    def send(self, service: str, params: Any, **options: Any) -> httpx.Response:
        """Any call."""
        return self.send_xml(self.envelope(service, params), **options)

    def send_xml(self, xml: str, **options: Any) -> httpx.Response:
        """A ready envelope; ``options`` go to the HTTP client."""
        return self.control.http.post("/eccang/default/svc/web-service", content=xml.encode(), **options)

    def ask(self, service: str, **params: Any) -> dict[str, Any]:
        """The JSON of the reply, good or bad."""
        answer = self.send(service, params)
        assert answer.status_code == 200
        return reply(answer.text)

    def good(self, service: str, **params: Any) -> dict[str, Any]:
        """The JSON of a good reply."""
        answer = self.ask(service, **params)
        assert answer["ask"] == "Success", answer
        return answer

    def bad(self, service: str, **params: Any) -> str:
        """The words of a refusal."""
        answer = self.ask(service, **params)
        assert answer["ask"] == "Failure", answer
        words: str = answer["Error"]["errMessage"]
        return words

    def stock(self, sku: str) -> tuple[int, int]:
        """Sellable and reserved units of a SKU."""
        rows = self.good("getProductInventory", product_sku=sku)["data"]
        return sum(int(row["sellable"]) for row in rows), sum(int(row["reserved"]) for row in rows)

    def created(self) -> list[dict[str, Any]]:
        """Control's list of outbound lists."""
        found: list[dict[str, Any]] = self.control.get("eccang/orders")["orders"]
        return found


def reply(xml: str) -> dict[str, Any]:
    """The JSON inside response, as the simplest client reads it: by a pattern, on one line."""
    found = re.search("<response>(.*)</response>", xml)
    assert found is not None, xml
    text = found.group(1)
    text = text.removeprefix("<![CDATA[").removesuffix("]]>") if text.startswith("<![CDATA[") else html.unescape(text)
    parsed: dict[str, Any] = json.loads(text)
    return parsed


def wanted_order(reference: str, sku: str = "MUG-350-WHT", quantity: int = 1, **more: Any) -> dict[str, Any]:
    """The parameters of createOrder with the operator's own delivery."""
    return {
        "reference_no": reference,
        "shipping_method": "STANDARD",
        "warehouse_code": "TH01",
        "country_code": "TH",
        "address1": "บ้านเลขที่ 12/3 ถนนสุขุมวิท",
        "zipcode": "10110",
        "name": "สมชาย ใจดี & <co>",
        "phone": "66812345678",
        "verify": 1,
        "items": [{"product_sku": sku, "quantity": quantity}],
        **more,
    }
