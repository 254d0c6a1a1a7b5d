"""A client of the simulated TikTok Shop, written from its contract and sharing nothing with it."""

from __future__ import annotations

import hashlib
import hmac
import json
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx

from tests.sandbox.clients import Control

BACK = "https://hub.example.com/back?store=1"


def signed(secret: str, path: str, query: dict[str, str], body: bytes) -> str:
    """Lower-case hex of secret, path, sorted query, body, secret."""
    joined = "".join(name + query[name] for name in sorted(query))
    text = (secret + path + joined).encode() + body + secret.encode()
    return hmac.new(secret.encode(), text, hashlib.sha256).hexdigest()


class Tiktok:
    """A signed client of one shop; also of Tokopedia."""

    def __init__(self, control: Control, partner: str = "tiktok") -> None:
        known = control.get("credentials")[partner]
        self.control, self.partner, self.form, self.shop_id = control, partner, known["form"], known["shop_id"]
        self.key, self.secret = self.form["app_key"], self.form["app_secret"]
        self.token, self.cipher = "", ""

    def link(self, shop_id: str = "") -> Tiktok:
        """Take a token from control."""
        self.shop_id = shop_id or self.shop_id
        tokens = self.control.post(f"{self.partner}/tokens", shop_id=self.shop_id)
        self.token, self.cipher = tokens["access_token"], tokens["shop_cipher"]
        return self

    def log_in(self, **form: str) -> dict[str, str]:
        """The seller's answer at the login page: what the browser comes back with."""
        self.control.post(f"{self.partner}/app", redirect=BACK)
        query = {"service_id": self.form["service_id"], "state": "s1"}
        answer = httpx.post(f"{self.form['login_url']}/open/authorize", params=query, data=form, timeout=20)
        assert answer.status_code == 302, answer.text
        return dict(parse_qsl(urlsplit(answer.headers["location"]).query))

    def tokens(self, which: str, **given: str) -> Any:
        """An unsigned call for tokens."""
        query = {"app_key": self.key, "app_secret": self.secret, **given}
        return httpx.get(f"{self.form['auth_url']}/api/v2/token/{which}", params=query, timeout=20).json()

    def send(self, method: str, path: str, body: Any = None, **query: Any) -> httpx.Response:
        """Any call; a query value None leaves the parameter out."""
        now = str(int(self.control.get("clock")["now"]))
        shop = {} if path.startswith("/authorization/") else {"shop_cipher": self.cipher}
        given = {"app_key": self.key, "timestamp": now, **shop, **query}
        plain = {name: str(value) for name, value in given.items() if value is not None}
        raw = b"" if body is None else json.dumps(body).encode()
        plain["sign"] = signed(self.secret, path, plain, raw)
        headers = {"x-tts-access-token": self.token, "Content-Type": "application/json"}
        return self.control.http.request(
            method, f"/{self.partner}{path}", params=plain, content=raw or None, headers=headers
        )

    def ask(self, method: str, path: str, body: Any = None, **query: Any) -> Any:
        """The JSON of any answer."""
        return self.send(method, path, body, **query).json()

    def get(self, path: str, **query: Any) -> Any:
        """``data`` of a good GET."""
        return self._good(self.ask("GET", path, **query))

    def post(self, path: str, body: Any = None, **query: Any) -> Any:
        """``data`` of a good POST."""
        return self._good(self.ask("POST", path, {} if body is None else body, **query))

    def code(self, method: str, path: str, body: Any = None, **query: Any) -> int:
        """The code of a refusal."""
        answer = self.ask(method, path, body, **query)
        assert answer["code"] != 0 and answer["data"] is None, answer
        number: int = answer["code"]
        return number

    @staticmethod
    def _good(answer: Any) -> Any:
        assert answer["code"] == 0, answer
        return answer["data"]

    # --- steps ---------------------------------------------------------------------------------------------------

    def order(self, number: str) -> Any:
        """An order in detail."""
        (row,) = self.get("/order/202507/orders", ids=number)["orders"]
        return row

    def listed(self, size: int = 2, **body: Any) -> list[str]:
        """All order numbers by update time, page by page."""
        found: list[str] = []
        token = None
        while True:
            query = {"page_size": size, "sort_field": "update_time", "sort_order": "ASC", "page_token": token}
            page = self.post("/order/202309/orders/search", body, **query)
            found += [row["id"] for row in page["orders"]]
            token = page["next_page_token"]
            if not token:
                return found

    def packages(self, number: str) -> list[str]:
        """Package ids of an order."""
        return [one["id"] for one in self.order(number)["packages"]]

    def arrange(self, number: str) -> None:
        """Every package of an order, with the first slot that is free."""
        for package in self.packages(number):
            path = f"/fulfillment/202309/packages/{package}"
            slots = self.get(f"{path}/handover_time_slots")["pickup_slots"]
            free = next(
                ({key: one[key] for key in ("start_time", "end_time")} for one in slots if one["avaliable"]), None
            )
            body = {"handover_method": "PICKUP", "pickup_slot": free} if free else {}
            self.post(f"{path}/ship", body)

    def document(self, package: str) -> Any:
        """The label's answer."""
        path = f"/fulfillment/202309/packages/{package}/shipping_documents"
        return self.ask("GET", path, document_type="SHIPPING_LABEL")


def order(control: Control, partner: str = "tiktok", **wish: Any) -> str:
    """One order."""
    wanted = {"items": [{"sku": "MUG-350-WHT", "quantity": 2}], "courier": "J&T Express", **wish}
    number: str = control.post(f"{partner}/orders", **wanted)["numbers"][0]
    return number


def known(control: Control, number: str) -> dict[str, Any]:
    """What the store knows of an order."""
    row: dict[str, Any] = next(one for one in control.get("tiktok/orders")["orders"] if one["number"] == number)
    return row
