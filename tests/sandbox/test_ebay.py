"""The simulated eBay against contracts/ebay, over real HTTP."""

from __future__ import annotations

import csv
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from salur.sandbox.ebay.seller import CANCELS, FULFILLMENTS, PAYMENTS
from tests.sandbox.clients import CONTRACTS, Control, contract
from tests.sandbox.test_contracts import example_shape, shape

MUG, SHIRT = "MUG-350-WHT", "TSHIRT-BAS-M"
SCOPE = "https://api.ebay.com/oauth/api_scope"
SCOPES = " ".join(f"{SCOPE}/{name}" for name in ("sell.fulfillment", "sell.inventory", "commerce.identity.readonly"))
BACK = "https://hub.example.com/callback"
ORDER = "/sell/fulfillment/v1/order"
CANCEL = "/post-order/v2/cancellation"


def iso(unix: float) -> str:
    return datetime.fromtimestamp(unix, UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")


class Ebay:
    """A client written from the contract."""

    def __init__(self, control: Control) -> None:
        given = control.get("credentials")["ebay"]
        self.control, self.form, self.shop_id = control, given["form"], given["shop_id"]
        self.token = ""

    def link(self) -> Ebay:
        """Take a token from control."""
        self.token = self.control.post("ebay/tokens")["access_token"]
        return self

    def agree(self, **query: str) -> httpx.Response:
        """The seller agrees on the consent page."""
        asked = {
            "client_id": self.form["client_id"],
            "redirect_uri": self.form["ru_name"],
            "response_type": "code",
            "scope": SCOPES,
            "state": "st&ate=1",
            **query,
        }
        return self.control.http.post("/ebay/oauth2/authorize", params=asked)

    def grant(self, auth: tuple[str, str] | None = None, **form: str) -> httpx.Response:
        """The token address."""
        keys = auth or (self.form["client_id"], self.form["client_secret"])
        return self.control.http.post("/ebay/identity/v1/oauth2/token", data=form, auth=keys)

    def send(self, method: str, path: str, **options: Any) -> httpx.Response:
        """Any call: with IAF where it is Post-Order."""
        headers = {"Authorization": f"Bearer {self.token}"}
        if path.startswith("/post-order"):
            headers = {"Authorization": f"IAF {self.token}", "X-EBAY-C-MARKETPLACE-ID": "EBAY_US"}
        return self.control.http.request(method, f"/ebay{path}", headers=headers, **options)

    def good(self, method: str, path: str, **options: Any) -> Any:
        """The JSON of a good answer."""
        answer = self.send(method, path, **options)
        assert answer.is_success, answer.text
        return answer.json() if answer.content else None

    def refused(self, method: str, path: str, **options: Any) -> tuple[int, int]:
        """Status and errorId of a bad answer."""
        answer = self.send(method, path, **options)
        (error,) = answer.json()["error" if path.startswith("/post-order") else "errors"]
        return answer.status_code, error["errorId"]

    def now(self, back: float = 0) -> str:
        """So many seconds ago, as eBay writes it."""
        return iso(self.control.get("clock")["now"] - back)

    def orders(self, text: str = "", **query: Any) -> Any:
        """The list; by default what was changed in the last day."""
        asked = {"filter": text or f"lastmodifieddate:[{self.now(86400)}..]", **query}
        return self.good("GET", ORDER, params=asked)

    def order(self, number: str) -> Any:
        """One order in full."""
        return self.good("GET", f"{ORDER}/{number}")

    def make(self, **wish: Any) -> list[str]:
        """Orders."""
        made: list[str] = self.control.post("ebay/orders", **wish)["numbers"]
        return made

    def ship(self, number: str, **changed: Any) -> httpx.Response:
        """A parcel of everything; ``changed`` replaces fields, None leaves one out."""
        lines = [
            {"lineItemId": one["lineItemId"], "quantity": one["quantity"]} for one in self.order(number)["lineItems"]
        ]
        body = {"lineItems": lines, "shippingCarrierCode": "UPS", "trackingNumber": "1Z999", **changed}
        kept = {name: value for name, value in body.items() if value is not None}
        return self.send("POST", f"{ORDER}/{number}/shipping_fulfillment", json=kept)


@pytest.fixture
def ebay(control: Control) -> Ebay:
    return Ebay(control).link()


def test_a_seller_agrees_and_the_runames_address_gets_a_code_that_basic_exchanges(control: Control) -> None:
    ebay = Ebay(control)
    assert ebay.agree().status_code == 400, "no accept address yet"
    assert control.http.post("/partners/ebay/accept", data={"url": BACK}).status_code == 303
    answer = ebay.agree()
    query = {key: values[0] for key, values in parse_qs(urlsplit(answer.headers["location"]).query).items()}
    assert answer.headers["location"].startswith(BACK + "?")
    assert (query["state"], query["expires_in"]) == ("st&ate=1", "299")
    asked = {"grant_type": "authorization_code", "code": query["code"], "redirect_uri": ebay.form["ru_name"]}
    assert ebay.grant(("x", "y"), **asked).json()["error"] == "invalid_client"
    assert ebay.grant((ebay.form["client_id"], "wrong"), **asked).status_code == 401
    assert ebay.grant(**{**asked, "redirect_uri": BACK}).json()["error"] == "invalid_grant"
    pair = ebay.grant(**asked).json()
    assert (pair["expires_in"], pair["refresh_token_expires_in"]) == (7200, 47_304_000)
    assert ebay.grant(**asked).json()["error"] == "invalid_grant"
    ebay.token = pair["access_token"]
    assert ebay.good("GET", "/commerce/identity/v1/user/")["userId"] == ebay.shop_id
    for wrong in ({"redirect_uri": BACK}, {"scope": "everything"}, {"response_type": "token"}, {"client_id": "else"}):
        assert ebay.agree(**wrong).status_code == 400, wrong


def test_a_refresh_token_goes_on_and_gives_no_more_than_was_granted(control: Control) -> None:
    ebay = Ebay(control)
    control.post("ebay/accept", url=BACK)
    narrow = f"{SCOPE}/sell.fulfillment.readonly"
    code = parse_qs(urlsplit(ebay.agree(scope=narrow).headers["location"]).query)["code"][0]
    asked = {"grant_type": "authorization_code", "code": code, "redirect_uri": ebay.form["ru_name"]}
    held = ebay.grant(**asked).json()["refresh_token"]
    for _ in range(2):
        told = ebay.grant(grant_type="refresh_token", refresh_token=held, scope=narrow).json()
        assert "refresh_token" not in told
    assert ebay.grant(grant_type="refresh_token", refresh_token=held, scope=SCOPES).json()["error"] == "invalid_scope"
    ebay.token = told["access_token"]
    (number,) = ebay.make()
    assert ebay.order(number)["orderId"] == number
    assert ebay.ship(number).status_code == 403
    assert ebay.refused("GET", "/commerce/identity/v1/user/") == (403, 1100)
    control.post("clock", advance=7201)
    assert ebay.refused("GET", ORDER) == (401, 1001)
    control.post("ebay/tokens", expire="link")
    assert ebay.grant(grant_type="refresh_token", refresh_token=held).json()["error"] == "invalid_grant"


def test_bearer_and_iaf_are_not_the_same(ebay: Ebay) -> None:
    (number,) = ebay.make()
    asked = {"legacyOrderId": number}
    http, token = ebay.control.http, ebay.token
    place = {"X-EBAY-C-MARKETPLACE-ID": "EBAY_US"}
    path = f"/ebay{CANCEL}/check_eligibility"
    assert http.post(path, json=asked, headers={"Authorization": f"Bearer {token}", **place}).status_code == 401
    assert http.post(path, json=asked, headers={"Authorization": f"IAF {token}"}).status_code == 400
    assert http.post(path, json=asked, headers={"Authorization": f"IAF {token}", **place}).status_code == 200
    assert http.get(f"/ebay{ORDER}", headers={"Authorization": f"IAF {token}"}).status_code == 401


def test_orders_are_paged_by_offset_and_both_ends_belong_to_the_range(control: Control, ebay: Ebay) -> None:
    made = ebay.make(count=25, spread_seconds=2500, updated_seconds_ago=100)
    page = ebay.orders(limit=10)
    found = [row["orderId"] for row in page["orders"]]
    while "next" in page:
        following = urlsplit(page["next"])
        page = ebay.good("GET", f"{following.path.removeprefix('/ebay')}?{following.query}")
        found += [row["orderId"] for row in page["orders"]]
    assert (sorted(found), page["total"]) == (sorted(made), 25)
    times = sorted(row["lastModifiedDate"] for row in ebay.orders(limit=200)["orders"])
    assert ebay.orders(f"lastmodifieddate:[{times[0]}..{times[-1]}]")["total"] == 25
    assert ebay.orders(f"lastmodifieddate:[{times[1]}..{times[-2]}]")["total"] == 23
    assert len(ebay.orders()["orders"]) == 25
    assert [row["orderId"] for row in ebay.orders(limit=7, offset=3)["orders"]] == found[3:10], "no multiple of it"
    two = ebay.good("GET", ORDER, params={"orderIds": f"{made[3]},{made[1]},NOSUCH", "filter": "nonsense"})
    assert [row["orderId"] for row in two["orders"]] == [made[3], made[1]]
    assert ebay.refused("GET", ORDER, params={"orderIds": ",".join(["1"] * 51)})[0] == 400


def test_filters_are_read_strictly(control: Control, ebay: Ebay) -> None:
    ebay.make(updated_seconds_ago=7200)
    now, hour, day = ebay.now(), ebay.now(3600), ebay.now(86400)
    for wrong in (
        "lastmodifieddate:[yesterday..]", f"lastmodifieddate:{day}..{now}", f"lastmodifieddate:[{day}]",
        f"lastmodifieddate:[{day[:-5]}Z..]", f"lastmodifieddate:[{now}..{day}]", "lastmodifieddate:[..]",
        f"modified:[{day}..]", "orderfulfillmentstatus:{NOT_STARTED}", "orderfulfillmentstatus:{NOT_STARTED|FULFILLED}",
        "orderfulfillmentstatus:[NOT_STARTED]", f"lastmodifieddate:[{day}..],", f"lastmodifieddate:[{ebay.now(8e7)}..]",
    ):  # fmt: skip
        assert ebay.refused("GET", ORDER, params={"filter": wrong}) == (400, 30800), wrong
    bare = f"{ORDER}?filter=lastmodifieddate:[{day}..]"
    raw = ebay.control.http.build_request("GET", f"/ebay{bare}", headers={"Authorization": f"Bearer {ebay.token}"})
    raw.url = raw.url.copy_with(raw_path=f"/ebay{bare}".encode())
    assert ebay.control.http.send(raw).status_code == 400, "brackets must be encoded"
    open_ones, done = (
        "orderfulfillmentstatus:{NOT_STARTED|IN_PROGRESS}",
        "orderfulfillmentstatus:{FULFILLED|IN_PROGRESS}",
    )
    assert ebay.orders(f"lastmodifieddate:[{day}..],{open_ones}")["total"] == 1
    assert ebay.orders(f"{done},lastmodifieddate:[{day}..{now}]")["total"] == 0
    assert ebay.orders(f"lastmodifieddate:[{hour}..]")["total"] == 0
    both = f"creationdate:[{day}..{now}],lastmodifieddate:[{hour}..]"
    assert ebay.orders(both)["total"] == 1, "only the creation counts"
    assert ebay.good("GET", ORDER)["total"] == 1, "the last 90 days"
    for query in ({"limit": 201}, {"limit": 0}, {"offset": -1}):
        assert ebay.refused("GET", ORDER, params=query) == (400, 30810)


def test_a_purchase_that_waits_for_its_payment_is_not_shown(control: Control, ebay: Ebay) -> None:
    (waiting,), (shown,) = ebay.make(step="unpaid"), ebay.make(extra={"payment": "PENDING"})
    assert [row["orderId"] for row in ebay.orders()["orders"]] == [shown]
    assert ebay.order(shown)["orderPaymentStatus"] == "PENDING"
    assert ebay.refused("GET", f"{ORDER}/{waiting}") == (404, 32100)
    control.post(f"ebay/orders/{waiting}/status", status="PAID")
    assert ebay.order(waiting)["orderPaymentStatus"] == "PAID"


def test_parcels_are_told_one_by_one(control: Control, ebay: Ebay) -> None:
    (number,) = ebay.make(items=[{"sku": MUG, "quantity": 2}, {"sku": SHIRT}])
    first, second = ebay.order(number)["lineItems"]
    answer = ebay.ship(number, lineItems=[{"lineItemId": first["lineItemId"], "quantity": 1}])
    assert (answer.status_code, answer.content) == (201, b"")
    row = ebay.order(number)
    assert (row["orderFulfillmentStatus"], row["fulfillmentHrefs"]) == ("IN_PROGRESS", [answer.headers["location"]])
    assert [one["lineItemFulfillmentStatus"] for one in row["lineItems"]] == ["IN_PROGRESS", "NOT_STARTED"]
    assert ebay.refused("POST", f"{ORDER}/{number}/shipping_fulfillment", json={})[1] == 32230
    assert ebay.ship(number).json()["errors"][0]["errorId"] == 32240, "more than is left"
    rest = [{"lineItemId": one["lineItemId"], "quantity": 1} for one in (first, second)]
    assert ebay.ship(number, lineItems=rest, trackingNumber="77", shippingCarrierCode="Bike").status_code == 201
    parcels = ebay.good("GET", f"{ORDER}/{number}/shipping_fulfillment")
    assert [(one["shippingCarrierCode"], one["shipmentTrackingNumber"]) for one in parcels["fulfillments"]] == [
        ("UPS", "1Z999"), ("Other", "77"),
    ]  # fmt: skip
    place = urlsplit(answer.headers["location"]).path.removeprefix("/ebay")
    assert ebay.good("GET", place) == parcels["fulfillments"][0]
    assert ebay.order(number)["orderFulfillmentStatus"] == "FULFILLED"
    (bare,) = ebay.make()
    assert ebay.ship(bare, trackingNumber=None, shippingCarrierCode=None).status_code == 201


def test_a_parcel_that_cannot_be_is_refused(control: Control, ebay: Ebay) -> None:
    (number,) = ebay.make()
    line = ebay.order(number)["lineItems"][0]["lineItemId"]
    for changed, error in (
        ({"trackingNumber": "1Z-9"}, 32210), ({"trackingNumber": None}, 32220), ({"shippingCarrierCode": None}, 32220),
        ({"lineItems": [{"lineItemId": "1", "quantity": 1}]}, 32230), ({"shippedDate": "2026-01-02"}, 32260),
        ({"lineItems": [{"lineItemId": line, "quantity": 99}]}, 32240),
        ({"lineItems": [{"lineItemId": line, "quantity": 0}]}, 32240),
    ):  # fmt: skip
        answer = ebay.ship(number, **changed)
        assert (answer.status_code, answer.json()["errors"][0]["errorId"]) == (400, error), changed
    control.post(f"ebay/orders/{number}/status", status="CANCELED")
    answer = ebay.ship(number)
    assert (answer.status_code, answer.json()["errors"][0]["errorId"]) == (409, 32250)


def test_a_seller_cancels_and_the_order_is_off_when_the_money_is_returned(control: Control, ebay: Ebay) -> None:
    control.post("settings", ebay={"refund_delay": 600})
    (number,), (sent,) = ebay.make(items=[{"sku": MUG}]), ebay.make()
    body = {"legacyOrderId": number, "cancelReason": "OUT_OF_STOCK_OR_CANNOT_FULFILL"}
    assert ebay.good("POST", f"{CANCEL}/check_eligibility", json={"legacyOrderId": number})["eligible"] is True
    assert ebay.send("POST", CANCEL, json={**body, "cancelReason": "WHIM"}).status_code == 400
    answer = ebay.send("POST", CANCEL, json=body)
    assert answer.status_code == 201
    assert ebay.order(number)["cancelStatus"]["cancelState"] == "IN_PROGRESS"
    assert ebay.ship(number).status_code == 409
    assert ebay.refused("POST", CANCEL, json=body) == (400, 1616)
    control.post("clock", advance=601)
    row = ebay.order(number)
    assert (row["cancelStatus"]["cancelState"], row["orderPaymentStatus"]) == ("CANCELED", "FULLY_REFUNDED")
    assert row["cancelStatus"]["cancelRequests"][0]["cancelRequestId"] == answer.json()["cancelId"]
    (listed,) = [one for one in ebay.orders()["orders"] if one["orderId"] == number]
    assert listed["cancelStatus"]["cancelRequests"] == [], "the list leaves them out"
    ebay.ship(sent)
    late = ebay.good("POST", f"{CANCEL}/check_eligibility", json={"legacyOrderId": sent})
    assert (late["eligible"], late["failureReason"]) == (False, ["ALREADY_SHIPPED"])
    assert ebay.refused("POST", CANCEL, json={**body, "legacyOrderId": sent}) == (400, 1616)


@pytest.mark.parametrize(("answer", "state"), [("approve", "CANCELED"), ("reject", "NONE_REQUESTED")])
def test_a_buyer_who_asks_is_answered_once(control: Control, ebay: Ebay, answer: str, state: str) -> None:
    control.post("settings", ebay={"refund_delay": 0})
    (number,) = ebay.make()
    control.post(f"ebay/orders/{number}/status", step="cancel_asked")
    asked = ebay.order(number)["cancelStatus"]
    assert (asked["cancelState"], asked["cancelRequests"][0]["cancelInitiator"]) == ("IN_PROGRESS", "BUYER")
    path = f"{CANCEL}/{asked['cancelRequests'][0]['cancelRequestId']}"
    assert ebay.send("POST", f"{path}/reject", json={}).status_code == 400
    body = {"shipmentDate": {"value": ebay.now()}} if answer == "reject" else None
    assert ebay.send("POST", f"{path}/{answer}", json=body).status_code == 200
    assert ebay.order(number)["cancelStatus"]["cancelState"] == state
    assert ebay.refused("POST", f"{path}/{answer}", json=body) == (400, 1610)
    assert ebay.refused("POST", f"{CANCEL}/1/approve") == (404, 1600)


def test_sending_the_parcel_ends_a_buyers_wish(control: Control, ebay: Ebay) -> None:
    (number,) = ebay.make()
    control.post(f"ebay/orders/{number}/status", step="cancel_asked")
    assert ebay.ship(number).status_code == 201
    row = ebay.order(number)
    assert (row["orderFulfillmentStatus"], row["cancelStatus"]["cancelState"]) == ("FULFILLED", "NONE_REQUESTED")
    assert row["cancelStatus"]["cancelRequests"][0]["cancelRequestState"] == "REJECTED"


def test_every_listed_status_and_no_other_is_shown(control: Control, ebay: Ebay) -> None:
    with (CONTRACTS / "ebay" / "statuses.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    listed = {
        kind: {row["code"] for row in rows if row["machine"] == kind} for kind in ("fulfillment", "payment", "cancel")
    }
    assert [listed["fulfillment"], listed["payment"], listed["cancel"]] == [
        set(FULFILLMENTS), set(PAYMENTS), set(CANCELS),
    ]  # fmt: skip
    seen: dict[str, set[str]] = {"fulfillment": set(), "payment": set(), "cancel": set()}
    for move in (*({"status": one} for one in (*FULFILLMENTS, *PAYMENTS, "CANCELED")), {"step": "cancel_asked"}):
        (number,) = ebay.make()
        control.post(f"ebay/orders/{number}/status", **move)
        row = ebay.order(number)
        seen["fulfillment"].add(row["orderFulfillmentStatus"])
        seen["payment"].add(row["orderPaymentStatus"])
        seen["cancel"].add(row["cancelStatus"]["cancelState"])
    assert seen == listed


def test_an_order_may_be_spoilt(ebay: Ebay) -> None:
    (number,) = ebay.make(extra={"no_address": True, "no_items": True, "currency": "XTS"})
    bare = ebay.order(number)
    assert (bare["lineItems"], bare["fulfillmentStartInstructions"]) == ([], [])
    assert (bare["pricingSummary"]["total"]["currency"], bare["orderFulfillmentStatus"]) == ("XTS", "NOT_STARTED")
    (number,) = ebay.make(items=[{"sku": f"SKU-{one}"} for one in range(500)], person={"name": "محمد 😀"})
    full = ebay.order(number)
    to = full["fulfillmentStartInstructions"][0]["shippingStep"]["shipTo"]
    assert (len(full["lineItems"]), to["fullName"]) == (500, "محمد 😀")


def test_stock_is_set_for_many_skus_each_with_its_own_answer(control: Control, ebay: Ebay) -> None:
    control.post("ebay/items", stock=9)
    path = "/sell/inventory/v1/inventory_item"
    page = ebay.good("GET", path, params={"limit": 30})
    found = [one["sku"] for one in page["inventoryItems"]]
    page = ebay.good("GET", page["next"])
    found += [one["sku"] for one in page["inventoryItems"]]
    assert (len(set(found)), page["total"], "next" in page) == (40, 40, False)

    def update(*wanted: tuple[str, Any]) -> httpx.Response:
        rows = [{"sku": sku, "shipToLocationAvailability": {"quantity": units}} for sku, units in wanted]
        return ebay.send("POST", "/sell/inventory/v1/bulk_update_price_quantity", json={"requests": rows})

    assert update((MUG, 4)).status_code == 200
    some = update((MUG, 5), ("NOSUCH", 1), (SHIRT, -1))
    assert (some.status_code, [one["statusCode"] for one in some.json()["responses"]]) == (207, [200, 404, 400])
    assert update(*[(MUG, 1)] * 26).status_code == 400
    assert {one["sku"]: one["stock"] for one in control.get("ebay/items")["items"]}[MUG] == 5
    assert ebay.good("GET", f"{path}/{SHIRT}")["availability"]["shipToLocationAvailability"]["quantity"] == 9


def test_the_days_quota_is_held(control: Control, ebay: Ebay) -> None:
    control.post("settings", ebay={"daily_limit": True, "daily_calls": 2})
    codes = [ebay.send("GET", ORDER).status_code for _ in range(3)]
    assert codes == [200, 200, 429]
    assert ebay.refused("GET", ORDER) == (429, 2001)
    assert ebay.send("GET", "/sell/inventory/v1/inventory_item").status_code == 200, "another API"
    control.post("clock", advance=86_401)
    assert ebay.link().send("GET", ORDER).status_code == 200


def test_answers_have_the_examples_shape(control: Control, ebay: Ebay) -> None:
    (number,) = ebay.make(items=[{"sku": MUG, "quantity": 2}, {"sku": SHIRT}])
    ebay.make()

    def same(got: Any, name: str, exchange: str) -> None:
        assert set(shape(got)) == example_shape("ebay", name, exchange), name

    same(ebay.order(number), "getOrder", "paid")
    same(ebay.orders(limit=1), "getOrders", "a page with more to come")
    control.post("settings", ebay={"refund_delay": 0})
    ebay.ship(number)
    same(ebay.good("GET", f"{ORDER}/{number}/shipping_fulfillment"), "getShippingFulfillments", "one parcel")
    same(ebay.good("GET", "/commerce/identity/v1/user/"), "getUser", "the seller")
    control.post("ebay/items", skus=["X-1"])
    same(ebay.good("GET", "/sell/inventory/v1/inventory_item", params={"limit": 1}), "getInventoryItems", "a page")
    (off,) = ebay.make(items=[{"sku": MUG}, {"sku": SHIRT}])
    control.post(f"ebay/orders/{off}/status", status="CANCELED")
    same(ebay.order(off), "getOrder", "cancelled")
    known = [one["answer"].get("json") for one in contract("ebay", "examples/getOrder.json")["exchanges"]]
    assert ebay.send("GET", f"{ORDER}/NOSUCH").json() in known
