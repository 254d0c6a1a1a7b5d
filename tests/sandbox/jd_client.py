"""A client of simulated JD, written from contracts/jd and sharing nothing with the simulator."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx

from tests.sandbox.clients import Control

PARAM = "360buy_param_json"
ZONE = timezone(timedelta(hours=8))
REDIRECT = "https://hub.example.com/back?connection=7"


def signature(secret: str, params: dict[str, str]) -> str:
    """The router's signature."""
    text = "".join(key + params[key] for key in sorted(params) if key != "sign" and params[key][:1] != "@")
    return hashlib.md5(f"{secret}{text}{secret}".encode(), usedforsecurity=False).hexdigest().upper()


def written(unix: float) -> str:
    """A time as JD writes it."""
    return datetime.fromtimestamp(unix, UTC).astimezone(ZONE).strftime("%Y-%m-%d %H:%M:%S")


class Jd:
    """One PIN through one app."""

    def __init__(self, control: Control, given: dict[str, Any] | None = None) -> None:
        self.control = control
        self.given = given or control.get("credentials")["jd"]
        self.app_key, self.secret, self.pin = (self.given[name] for name in ("app_key", "app_secret", "pin"))
        self.dept, self.warehouse = self.given["department_no"], self.given["warehouse_no"]
        self.shop, self.supplier = self.given["shop_no"], self.given["supplier_no"]
        self.token = ""

    def link(self) -> Jd:
        """Take a token from control."""
        self.token = self.control.post("jd/tokens", pin=self.pin)["access_token"]
        return self

    def system(self, method: str, /, **changed: str | None) -> dict[str, str]:
        """The system parameters without the signature; None leaves one out."""
        params: dict[str, str | None] = {
            "method": f"jingdong.eclp.{method}",
            "app_key": self.app_key,
            "access_token": self.token,
            "timestamp": written(self.control.get("clock")["now"]),
            "v": "2.0",
            **changed,
        }
        return {name: value for name, value in params.items() if value is not None}

    def send(
        self, method: str, params: Any, /, *, in_query: bool = False, sign: str | None = None, **changed: str | None
    ) -> httpx.Response:
        """Any call; business parameters travel in the form or in the query."""
        query = self.system(method, **changed)
        text = params if isinstance(params, str) else json.dumps(params, ensure_ascii=False)
        query["sign"] = signature(self.secret, {**query, PARAM: text}) if sign is None else sign
        if in_query:
            return self.post({**query, PARAM: text})
        return self.post(query, {PARAM: text})

    def post(self, query: dict[str, str], form: dict[str, str] | None = None) -> httpx.Response:
        """A call as it is given."""
        return self.control.http.post("/jd/routerjson", params=query, data=form)

    def ask(self, method: str, params: Any, /, **options: Any) -> dict[str, Any]:
        """The JSON of the reply, good or bad; HTTP 200 either way."""
        answer = self.send(method, params, **options)
        assert answer.status_code == 200, answer.text
        parsed: dict[str, Any] = answer.json()
        return parsed

    def good(self, method: str, **params: Any) -> dict[str, Any]:
        """What stands below the root of a good reply."""
        answer = self.ask(method, params)
        root = f"jingdong_eclp_{method.replace('.', '_')}_responce"
        assert list(answer) == [root], answer
        body: dict[str, Any] = answer[root]
        assert body["code"] == "0"
        return body

    def bad(self, method: str, params: Any = None, /, **options: Any) -> str:
        """The code of a refusal."""
        answer = self.ask(method, {} if params is None else params, **options)
        assert list(answer) == ["error_response"], answer
        assert set(answer["error_response"]) == {"code", "zh_desc", "en_desc"}
        code: str = answer["error_response"]["code"]
        return code

    def words(self, method: str, params: Any) -> str:
        """The English words of a refusal."""
        text: str = self.ask(method, params)["error_response"]["en_desc"]
        return text

    # --- what tests want -----------------------------------------------------------------------------------------

    def order(self, reference: str, sku: str = "MUG-350-WHT", quantity: int = 1, **more: Any) -> dict[str, Any]:
        """The parameters of addOrder with another carrier's AWB."""
        return {
            "isvUUID": reference,
            "isvSource": self.given["isv_source"],
            "shopNo": self.shop,
            "departmentNo": self.dept,
            "warehouseNo": self.warehouse,
            "shipperNo": self.given["shipper_no"],
            "salesPlatformOrderNo": f"M-{reference}",
            "salePlatformSource": self.given["sp_source"],
            "consigneeName": "Budi Santoso",
            "consigneeMobile": "62812345678",
            "consigneeAddress": "Jl. Sudirman No. 12/3, Setiabudi",
            "thirdWayBill": f"JX-{reference}",
            "orderMark": "0" * 50,
            "isvGoodsNo": sku,
            "quantity": str(quantity),
            **more,
        }

    def push(self, reference: str, **more: Any) -> str:
        """Send an outbound list; its number."""
        number: str = self.good("order.addOrder", **self.order(reference, **more))["eclpSoNo"]
        return number

    def inbound(self, reference: str, **more: Any) -> dict[str, Any]:
        """The parameters of addPoOrder: ten mugs."""
        return {
            "spPoOrderNo": reference,
            "deptNo": self.dept,
            "whNo": self.warehouse,
            "supplierNo": self.supplier,
            "isvGoodsNo": "MUG-350-WHT",
            "numApplication": "10",
            "goodsStatus": "1",
            **more,
        }

    def announce(self, reference: str, **more: Any) -> str:
        """Send an inbound list; its number."""
        number: str = self.good("po.addPoOrder", **self.inbound(reference, **more))["poOrderNo"]
        return number

    def po(self, number: str) -> dict[str, Any]:
        """An inbound list as JD reads it back."""
        found: dict[str, Any] = self.good("po.queryPoOrder", poOrderNo=number)["queryPoModelList"][0]
        return found

    def status(self, number: str) -> str:
        """The present status of an outbound list."""
        found: str = self.good("order.queryOrder", eclpSoNo=number)["queryorder_result"]["currentStatus"]
        return found

    def cancel(self, number: str) -> str:
        """Ask to cancel an outbound list; the verdict's code."""
        verdict = self.good("order.cancelOrder", eclpSoNo=number)["cancelorder_result"]
        assert verdict["msg"]
        code: str = verdict["code"]
        return code

    def stock(self, sku: str = "MUG-350-WHT", **more: Any) -> tuple[int, int] | None:
        """Total and usable units of a SKU; None when no row shows it."""
        ask = {"deptNo": self.dept, "warehouseNo": self.warehouse, **more}
        for row in self.good("stock.queryStock", **ask)["querystock_result"]:
            inner = row.get("v1", row)
            if inner["sellerGoodsSign"] == sku:
                return inner["totalNum"], inner["usableNum"]
        return None

    def made(self) -> list[dict[str, Any]]:
        """Control's list of outbound lists."""
        found: list[dict[str, Any]] = self.control.get("jd/orders")["orders"]
        return found

    # --- the login host ------------------------------------------------------------------------------------------

    def login_query(self, **changed: str) -> dict[str, str]:
        """What the browser is sent with."""
        return {
            "app_key": self.app_key,
            "response_type": "code",
            "redirect_uri": REDIRECT,
            "state": "xyz",
            "scope": "snsapi_base",
            **changed,
        }

    def log_in(self, *, subscribe: bool = False, pin: str = "") -> str:
        """Log the PIN in on the page; the code."""
        form = {"pin": pin or self.pin, **({"subscribe": "1"} if subscribe else {})}
        answer = self.control.http.post("/jd/oauth2/to_login", params=self.login_query(), data=form)
        assert answer.status_code == 302, answer.text
        back = parse_qs(urlsplit(answer.headers["location"]).query)
        assert (back["state"], back["connection"]) == (["xyz"], ["7"])
        return back["code"][0]

    def exchange(self, code: str, **changed: str) -> dict[str, Any]:
        """A code for tokens, good or bad."""
        return self._tokens("access_token", {"grant_type": "authorization_code", "code": code, **changed})

    def refresh(self, token: str, **changed: str) -> dict[str, Any]:
        """A refresh token for the next pair, good or bad."""
        return self._tokens("refresh_token", {"grant_type": "refresh_token", "refresh_token": token, **changed})

    def _tokens(self, path: str, query: dict[str, str]) -> dict[str, Any]:
        app = {"app_key": self.app_key, "app_secret": self.secret}
        answer = self.control.http.get(f"/jd/oauth2/{path}", params={**app, **query})
        assert answer.status_code == 200
        parsed: dict[str, Any] = answer.json()
        return parsed

    def works(self, token: str) -> bool:
        """Whether an access token opens anything."""
        self.token = token
        answer = self.ask("master.queryDept", {})
        if "error_response" not in answer:
            return True
        assert answer["error_response"]["code"] == "19"
        return False
