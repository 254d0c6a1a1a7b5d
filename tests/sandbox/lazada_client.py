"""A client of the simulated Lazada, written from its contract and sharing nothing with it."""

from __future__ import annotations

import hashlib
import hmac
import json
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx

from tests.sandbox.clients import Control

BACK = "https://hub.example.com/back?store=1"


def signed(secret: str, path: str, parameters: dict[str, str]) -> str:
    """Upper-case hex over the path and the sorted parameters."""
    text = path + "".join(name + parameters[name] for name in sorted(parameters))
    return hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest().upper()


class Lazada:
    """A signed client of one shop."""

    def __init__(self, control: Control) -> None:
        known = control.get("credentials")["lazada"]
        self.control, self.form, self.shop_id = control, known["form"], known["shop_id"]
        self.key, self.secret = self.form["app_key"], self.form["app_secret"]
        self.token = ""

    def link(self, shop_id: str = "") -> Lazada:
        """Take a token from control."""
        self.shop_id = shop_id or self.shop_id
        self.token = self.control.post("lazada/tokens", shop_id=self.shop_id)["access_token"]
        return self

    def log_in(self, **form: str) -> dict[str, str]:
        """The seller's answer at the login page: what the browser comes back with."""
        query = {"response_type": "code", "force_auth": "true", "client_id": self.key, "redirect_uri": BACK}
        address = f"{self.form['base_url']}/oauth/authorize"
        answer = httpx.post(address, params={**query, "state": "s1"}, data=form, timeout=20)
        assert answer.status_code == 302, answer.text
        return dict(parse_qsl(urlsplit(answer.headers["location"]).query))

    def system(self, path: str, business: dict[str, str], **other: str) -> dict[str, str]:
        """The system parameters with the signature; ``other`` replaces some before signing."""
        now = int(self.control.get("clock")["now"] * 1000)
        system = {"app_key": self.key, "timestamp": str(now), "sign_method": "sha256"}
        system |= ({"access_token": self.token} if self.token else {}) | other
        return {**system, "sign": signed(self.secret, path, {**system, **business})}

    def send(self, method: str, path: str, business: dict[str, str], **other: str) -> httpx.Response:
        """Any call: GET with everything in the query, POST with a form."""
        system = self.system(path, business, **other)
        address = f"/lazada/rest{path}"
        if method == "GET":
            return self.control.http.get(address, params={**system, **business})
        return self.control.http.post(address, params=system, data=business)

    def ask(self, method: str, path: str, **business: Any) -> Any:
        """The JSON of any answer."""
        plain = {key: value if isinstance(value, str) else json.dumps(value) for key, value in business.items()}
        answer = self.send(method, path, plain)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def get(self, path: str, **business: Any) -> Any:
        """``data`` or ``result`` of a good GET."""
        return self._good(self.ask("GET", path, **business))

    def post(self, path: str, **business: Any) -> Any:
        """``data`` or ``result`` of a good POST."""
        return self._good(self.ask("POST", path, **business))

    @staticmethod
    def _good(answer: Any) -> Any:
        assert answer["code"] == "0", answer
        return answer.get("data", answer.get("result"))

    # --- steps ---------------------------------------------------------------------------------------------------

    def items(self, number: str) -> list[dict[str, Any]]:
        """The pieces of an order."""
        found: list[dict[str, Any]] = self.get("/order/items/get", order_id=number)
        return found

    def piece_ids(self, number: str) -> list[int]:
        """Their ids."""
        return [row["order_item_id"] for row in self.items(number)]

    def pack(self, number: str, pieces: list[int] | None = None, **other: Any) -> Any:
        """Pack all pieces, or these; the whole result."""
        wanted = {"order_id": number, "order_item_list": pieces or self.piece_ids(number)}
        request = {"pack_order_list": [wanted], "delivery_type": "dropship", "shipping_allocate_type": "TFS"}
        return self.post("/order/fulfill/pack", packReq={**request, **other})

    def packed(self, number: str, pieces: list[int] | None = None) -> list[dict[str, Any]]:
        """Pack; the rows of the pieces."""
        rows: list[dict[str, Any]] = self.pack(number, pieces)["data"]["pack_order_list"][0]["order_item_list"]
        return rows

    def rts(self, *packages: str) -> list[str]:
        """Ready to ship; the codes."""
        wanted = {"packages": [{"package_id": one} for one in packages]}
        rows = self.post("/order/package/rts", readyToShipReq=wanted)["data"]["packages"]
        return [row["item_err_code"] for row in rows]

    def document(self, *packages: str) -> Any:
        """The label's answer."""
        wanted = {"doc_type": "PDF", "packages": [{"package_id": one} for one in packages]}
        return self.post("/order/package/document/get", getDocumentReq=wanted)

    def listed(self, limit: int = 2, **query: str) -> list[str]:
        """All order numbers by update time, page by page."""
        found: list[str] = []
        asked = {"update_after": "2020-01-01T00:00:00+07:00", "sort_by": "updated_at", "sort_direction": "ASC"}
        while True:
            page = self.get("/orders/get", **{**asked, **query}, limit=str(limit), offset=str(len(found)))
            found += [row["order_number"] for row in page["orders"]]
            if page["count"] < limit:
                assert len(found) == page["countTotal"]
                return found


def order(control: Control, **wish: Any) -> str:
    """One order."""
    number: str = control.post("lazada/orders", **{"items": [{"sku": "MUG-350-WHT", "quantity": 2}], **wish})[
        "numbers"
    ][0]
    return number


def known(control: Control, number: str) -> dict[str, Any]:
    """What the store knows of an order."""
    row: dict[str, Any] = next(one for one in control.get("lazada/orders")["orders"] if one["number"] == number)
    return row
