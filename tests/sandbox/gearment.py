"""A client of the simulated print-on-demand vendor, written from contracts/gearment."""

from __future__ import annotations

from typing import Any

import httpx

from tests.sandbox.clients import Control, contract

API = "/gearment/integration-handler/api/v3"
SKU = "GM-TEE-BLACK-M"


class Vendor:
    """One team's client."""

    def __init__(self, control: Control, given: dict[str, Any] | None = None) -> None:
        self.control = control
        self.given = given or control.get("credentials")["gearment"]
        form = self.given["form"]
        self.headers = {
            "X-Gearment-Client-Key": form["client_key"],
            "X-Gearment-Client-Secret": form["client_secret"],
        }
        self.store_id = form["store_id"]

    def send(self, method: str, path: str, body: Any = None, **query: Any) -> httpx.Response:
        """Any call. ``filter_x`` in the query stands for filter.x, ``paging_x`` for paging.x."""
        params = {name.replace("filter_", "filter.").replace("paging_", "paging."): one for name, one in query.items()}
        return self.control.http.request(method, f"{API}/{path}", params=params, json=body, headers=self.headers)

    def good(self, method: str, path: str, body: Any = None, **query: Any) -> dict[str, Any]:
        """The JSON of a good reply."""
        answer = self.send(method, path, body, **query)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def bad(self, method: str, path: str, body: Any = None, **query: Any) -> tuple[int, str, str]:
        """Status, code and field of a refusal."""
        answer = self.send(method, path, body, **query)
        said = answer.json()
        assert set(said) == {"code", "message", "details"}
        assert said["message"]
        return answer.status_code, said["code"], "".join(detail["field"] for detail in said["details"])

    def variant(self, sku: str = SKU) -> str:
        """A variant's id."""
        found: str = self.good("GET", "catalog/variants", filter_skus=sku)["data"][0]["variant_id"]
        return found

    def wanted(self, reference: str = "R1", **changed: Any) -> dict[str, Any]:
        """The contract's example of a creation, with this team's store; a change to None leaves a field out."""
        example = contract("gearment", "examples/VendorCreateOrderDraft.json")["exchanges"][0]
        data = {**example["request"]["json"]["data"], "reference_id": reference, "store_id": self.store_id, **changed}
        return {"data": {name: value for name, value in data.items() if value is not None}}

    def labeled(self, reference: str = "R1", **changed: Any) -> dict[str, Any]:
        """The same with the seller's own label."""
        urls = ["https://labels.example.com/1.pdf"]
        label = {"address": None, "shipping_method": None, "shipping_label_urls": urls}
        return self.wanted(reference, **{**label, **changed})

    def draft(self, reference: str = "R1", **changed: Any) -> dict[str, Any]:
        """Create a draft; it approves itself."""
        made: dict[str, Any] = self.good("POST", "orders/draft", self.wanted(reference, **changed))["data"]
        return made

    def order(self, reference: str = "R1", **changed: Any) -> str:
        """Create a draft and tell the number of the order that it became."""
        number: str = self.draft(reference, **changed)["origin_order_id"]
        assert number
        return number

    def read(self, number: str) -> dict[str, Any]:
        """One order."""
        found: dict[str, Any] = self.good("GET", f"orders/{number}")["data"]
        return found

    def listed(self, path: str, **query: Any) -> list[str]:
        """Numbers of drafts or orders."""
        return [row["order_id"] for row in self.good("GET", path, **query)["data"]]

    def move(self, reference: str, **body: Any) -> dict[str, Any]:
        """Move an order by control."""
        row: dict[str, Any] = self.control.post(f"gearment/orders/{reference}/status", **body)
        return row

    def ask_to_cancel(self, number: str) -> dict[str, Any]:
        """The ticket that asks for it."""
        body = {"order_id": number, "issue_category": "CATEGORY_CANCEL_BY_BUYER", "issue_detail": "changed their mind"}
        ticket: dict[str, Any] = self.good("POST", "support/requests", body)["support_request"]
        return ticket

    def known(self) -> list[dict[str, Any]]:
        """Control's list of documents."""
        rows: list[dict[str, Any]] = self.control.get("gearment/orders")["orders"]
        return rows


def cents(money: dict[str, Any]) -> int:
    """An amount as the usual settings write it."""
    assert money["currency_code"] == "USD"
    return int(money["units"]) * 100 + int(money["nanos"]) // 10**7
