"""The simulated Amazon against contracts/amazon, over real HTTP."""

from __future__ import annotations

import csv
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from salur.sandbox.amazon.seller import STEPS
from tests.sandbox.clients import CONTRACTS, Control, contract
from tests.sandbox.test_contracts import example_shape, shape

MUG, SHIRT = "MUG-350-WHT", "TSHIRT-BAS-M"
US = "ATVPDKIKX0DER"
EVERYTHING = "BUYER,RECIPIENT,PROCEEDS,CANCELLATION,FULFILLMENT,PACKAGES"
BACK = "https://hub.example.com/callback?x=1"


class Seller:
    """A client written from the contract."""

    def __init__(self, control: Control) -> None:
        given = control.get("credentials")["amazon"]
        self.control, self.form, self.shop_id = control, given["form"], given["shop_id"]
        self.token = ""

    def link(self) -> Seller:
        """Take a token from control."""
        self.token = self.control.post("amazon/tokens")["access_token"]
        return self

    def agree(self, **query: str) -> httpx.Response:
        """The seller agrees on the consent page."""
        asked = {"application_id": self.form["application_id"], "state": "st&ate=1", "redirect_uri": BACK, **query}
        return self.control.http.post("/amazon/apps/authorize/consent", params=asked, data={"shop_id": self.shop_id})

    def grant(self, **form: str) -> httpx.Response:
        """The token address."""
        keys = {"client_id": self.form["client_id"], "client_secret": self.form["client_secret"]}
        return self.control.http.post("/amazon/auth/o2/token", data={**keys, **form})

    def send(self, method: str, path: str, body: Any = None, **query: Any) -> httpx.Response:
        """Any call with the token."""
        headers = {"x-amz-access-token": self.token} if self.token else {}
        return self.control.http.request(method, f"/amazon{path}", params=query, json=body, headers=headers)

    def good(self, method: str, path: str, body: Any = None, **query: Any) -> Any:
        """The JSON of a good answer."""
        answer = self.send(method, path, body, **query)
        assert answer.is_success, answer.text
        return answer.json() if answer.content else None

    def refused(self, method: str, path: str, body: Any = None, **query: Any) -> tuple[int, str, str]:
        """Status, code and details of a bad answer."""
        answer = self.send(method, path, body, **query)
        (error,) = answer.json()["errors"]
        return answer.status_code, error["code"], error.get("details", "")

    def now(self, back: float = 0) -> str:
        """So many seconds ago, as Amazon writes it."""
        unix = self.control.get("clock")["now"] - back
        return datetime.fromtimestamp(unix, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

    def search(self, **query: Any) -> Any:
        """Orders updated in the last day, up to two minutes ago."""
        asked = {"lastUpdatedAfter": self.now(86400), "includedData": EVERYTHING, **query}
        return self.good("GET", "/orders/2026-01-01/orders", **asked)

    def order(self, number: str) -> Any:
        """One order in full."""
        return self.good("GET", f"/orders/2026-01-01/orders/{number}", includedData=EVERYTHING)["order"]

    def make(self, **wish: Any) -> list[str]:
        """Orders of ten minutes ago."""
        made: list[str] = self.control.post("amazon/orders", **{"updated_seconds_ago": 600, **wish})["numbers"]
        return made

    def confirm(self, number: str, change: dict[str, Any] | None = None, **detail: Any) -> httpx.Response:
        """Confirm a parcel of all items; ``detail`` changes the package, ``change`` the body."""
        items = [
            {"orderItemId": one["orderItemId"], "quantity": one["quantityOrdered"]}
            for one in self.order(number)["orderItems"]
        ]
        package = {
            "packageReferenceId": "7",
            "carrierCode": "UPS",
            "trackingNumber": "1Z999",
            "shipDate": self.now(),
            "orderItems": items,
            **detail,
        }
        body = {"marketplaceId": US, "packageDetail": package, **(change or {})}
        return self.send("POST", f"/orders/v0/orders/{number}/shipmentConfirmation", body)


@pytest.fixture
def seller(control: Control) -> Seller:
    return Seller(control).link()


def test_a_seller_agrees_and_the_code_works_once_where_it_was_asked_for(control: Control) -> None:
    seller = Seller(control)
    answer = seller.agree()
    back = urlsplit(answer.headers["location"])
    query = {key: values[0] for key, values in parse_qs(back.query).items()}
    assert (answer.status_code, back.netloc, query["x"]) == (302, "hub.example.com", "1")
    assert (query["state"], query["selling_partner_id"]) == ("st&ate=1", seller.shop_id)
    asked = {"grant_type": "authorization_code", "code": query["spapi_oauth_code"], "redirect_uri": BACK}
    assert seller.grant(**{**asked, "redirect_uri": "https://else.example"}).json()["error"] == "invalid_grant"
    assert seller.grant(**asked, client_secret="wrong").status_code == 401
    pair = seller.grant(**asked).json()
    assert (pair["token_type"], pair["expires_in"]) == ("bearer", 3600)
    assert seller.grant(**asked).json()["error"] == "invalid_grant"
    seller.token = pair["access_token"]
    assert seller.good("GET", "/sellers/v1/marketplaceParticipations")["payload"][0]["marketplace"]["id"] == US
    late = parse_qs(urlsplit(seller.agree().headers["location"]).query)["spapi_oauth_code"][0]
    control.post("clock", advance=301)
    assert seller.grant(**{**asked, "code": late}).status_code == 400
    assert seller.agree(application_id="amzn1.other").status_code == 400
    no = control.http.post(
        "/amazon/apps/authorize/consent",
        params={"application_id": seller.form["application_id"], "state": "s", "redirect_uri": BACK},
        data={"answer": "no"},
    )
    assert "spapi_oauth_code" not in no.headers["location"]


def test_the_refresh_token_stays_and_ends_with_the_authorisation(control: Control) -> None:
    seller = Seller(control)
    held = control.post("amazon/tokens")
    asked = {"grant_type": "refresh_token", "refresh_token": held["refresh_token"]}
    for _ in range(2):
        pair = seller.grant(**asked).json()
        assert pair["refresh_token"] == held["refresh_token"]
    seller.token = pair["access_token"]
    assert seller.search()["orders"] == []
    control.post("clock", advance=3601)
    path = "/orders/2026-01-01/orders"
    assert seller.refused("GET", path) == (403, "Unauthorized", "The access token you provided has expired.")
    control.post("amazon/tokens", expire="link")
    assert seller.grant(**asked).json()["error"] == "invalid_grant"
    for token in ("", "Atz|else"):
        seller.token = token
        assert seller.refused("GET", path)[:2] == (403, "Unauthorized")


def test_orders_are_paged_oldest_first_and_one_that_changes_is_met_again(control: Control, seller: Seller) -> None:
    made = seller.make(count=25, spread_seconds=2500)
    asked = {"maxResultsPerPage": 10, "lastUpdatedAfter": seller.now(86400), "lastUpdatedBefore": seller.now(130)}
    page = seller.search(**asked)
    found = [row["orderId"] for row in page["orders"]]
    control.post("amazon/orders/change", numbers=[made[12]], note="changed")
    while "pagination" in page:
        page = seller.search(**asked, paginationToken=page["pagination"]["nextToken"])
        found += [row["orderId"] for row in page["orders"]]
    assert found == [*made[:12], *made[13:]]
    control.post("clock", advance=200)
    later = seller.search(lastUpdatedAfter=asked["lastUpdatedBefore"])["orders"]
    assert [row["orderId"] for row in later] == [made[12]]
    first = seller.order(made[0])["lastUpdatedTime"]
    inside = seller.search(lastUpdatedAfter=first, lastUpdatedBefore=first)["orders"]
    assert [row["orderId"] for row in inside] == [made[0]], "both ends belong to it"


def test_a_page_token_is_for_the_same_question_and_for_a_day(control: Control, seller: Seller) -> None:
    seller.make(count=3)
    asked = {"maxResultsPerPage": 1, "lastUpdatedAfter": seller.now(86400), "includedData": EVERYTHING}
    path = "/orders/2026-01-01/orders"
    token = seller.good("GET", path, **asked)["pagination"]["nextToken"]
    assert seller.refused("GET", path, **{**asked, "maxResultsPerPage": 2}, paginationToken=token)[1] == "InvalidInput"
    control.post("clock", advance=86401)
    seller.link()
    assert seller.refused("GET", path, **asked, paginationToken=token)[2] == "paginationToken is invalid or expired"


def test_a_search_names_one_time_a_known_dataset_and_a_before_that_has_settled(seller: Seller) -> None:
    since = seller.now(3600)
    for query in (
        {},
        {"createdAfter": since, "lastUpdatedAfter": since},
        {"lastUpdatedAfter": since, "createdBefore": since},
        {"lastUpdatedAfter": since, "lastUpdatedBefore": seller.now(60)},
        {"lastUpdatedAfter": since, "lastUpdatedBefore": seller.now(7200)},
        {"lastUpdatedAfter": "2026-01-01"},
        {"lastUpdatedAfter": since, "maxResultsPerPage": 101},
        {"lastUpdatedAfter": since, "includedData": "BUYER,SHOES"},
        {"lastUpdatedAfter": since, "includedData": ["BUYER", "TAX"]},
        {"lastUpdatedAfter": since, "fulfillmentStatuses": "Shipped"},
        {"lastUpdatedAfter": since, "paginationToken": "old"},
    ):
        assert seller.refused("GET", "/orders/2026-01-01/orders", **query)[:2] == (400, "InvalidInput"), query


def test_a_search_is_narrowed_by_place_status_and_who_sends(seller: Seller) -> None:
    (own,) = seller.make()
    (theirs,) = seller.make(extra={"fulfilled_by": "AMAZON"})
    (pending,) = seller.make(step="unpaid")

    def found(**query: str) -> list[str]:
        return sorted(row["orderId"] for row in seller.search(**query)["orders"])

    assert found(fulfilledBy="MERCHANT") == sorted([own, pending])
    assert found(fulfillmentStatuses="UNSHIPPED,SHIPPED") == sorted([own, theirs])
    assert found(marketplaceIds="A1F83G8C2ARO7P") == []
    assert found(marketplaceIds=f"A1F83G8C2ARO7P,{US}") == sorted([own, theirs, pending])


def test_a_pending_order_and_what_was_not_asked_for_show_neither_people_nor_money(seller: Seller) -> None:
    (paid,), (pending,) = seller.make(), seller.make(step="unpaid")
    hidden = {"buyer", "recipient", "proceeds"}
    assert hidden <= set(seller.order(paid)) and not hidden & set(seller.order(pending))
    assert "price" not in seller.order(pending)["orderItems"][0]["product"]
    plain = seller.good("GET", f"/orders/2026-01-01/orders/{paid}")["order"]
    assert not {*hidden, "fulfillment", "packages"} & set(plain)


def test_parcels_ship_an_order_piece_by_piece_and_the_same_reference_edits_one(
    control: Control, seller: Seller
) -> None:
    (number,) = seller.make(items=[{"sku": MUG, "quantity": 2}, {"sku": SHIRT}])
    first, second = seller.order(number)["orderItems"]
    one = [{"orderItemId": first["orderItemId"], "quantity": 1}]
    assert seller.confirm(number, orderItems=one).status_code == 204
    assert seller.order(number)["fulfillment"]["fulfillmentStatus"] == "PARTIALLY_SHIPPED"
    rest = [*one, {"orderItemId": second["orderItemId"], "quantity": 1}]
    assert seller.confirm(number, packageReferenceId="8", orderItems=rest).status_code == 204
    assert seller.confirm(
        number, orderItems=one, trackingNumber="1Z000", carrierCode="Other", carrierName="Bike"
    ).is_success
    order = seller.order(number)
    assert order["fulfillment"]["fulfillmentStatus"] == "SHIPPED"
    assert [(one["packageReferenceId"], one["carrier"], one["trackingNumber"]) for one in order["packages"]] == [
        ("7", "Bike", "1Z000"), ("8", "UPS", "1Z999"),
    ]  # fmt: skip
    assert [one["fulfillment"]["quantityUnfulfilled"] for one in order["orderItems"]] == [0, 0]
    again = seller.confirm(number, packageReferenceId="9", orderItems=one)
    assert (again.status_code, again.json()["errors"][0]["code"]) == (400, "InvalidInput")
    assert control.get("amazon/orders")["orders"][0]["confirmations"] == 3


def test_what_was_taken_with_204_may_not_show_at_once_or_ever(control: Control, seller: Seller) -> None:
    control.post("settings", amazon={"confirm_delay": 900})
    (number,) = seller.make()
    assert seller.confirm(number).status_code == 204
    assert seller.order(number)["fulfillment"]["fulfillmentStatus"] == "UNSHIPPED"
    assert seller.confirm(number, packageReferenceId="8").status_code == 400, "its pieces are spoken for"
    assert seller.confirm(number).status_code == 204
    control.post("clock", advance=901)
    order = seller.order(number)
    assert (order["fulfillment"]["fulfillmentStatus"], len(order["packages"])) == ("SHIPPED", 1)
    control.post("settings", amazon={"confirm_delay": None})
    (other,) = seller.make()
    assert seller.confirm(other).status_code == 204
    control.post("clock", advance=2000)
    assert seller.order(other)["packages"] == []
    (row,) = [one for one in control.get("amazon/orders")["orders"] if one["number"] == other]
    assert [one["tracking"] for one in row["confirmed"]] == ["1Z999"]


def test_a_confirmation_must_be_whole_and_the_order_ready(seller: Seller) -> None:
    (number,) = seller.make()
    changes: tuple[dict[str, Any], ...] = (
        {"packageReferenceId": "PKG-1"}, {"packageReferenceId": "0"}, {"packageReferenceId": 7},
        {"carrierCode": "Bike"}, {"carrierCode": "Other"}, {"trackingNumber": ""},
        {"shipDate": "2026-01-02"}, {"shipDate": None},
        {"orderItems": []}, {"orderItems": [{"orderItemId": "1", "quantity": 1}]},
    )  # fmt: skip
    for change in changes:
        answer = seller.confirm(number, **change)
        assert (answer.status_code, answer.json()["errors"][0]["code"]) == (400, "InvalidInput"), change
    assert seller.confirm(number, {"marketplaceId": "A1F83G8C2ARO7P"}).status_code == 400
    assert seller.order(number)["packages"] == []
    for wish in ({"step": "unpaid"}, {"extra": {"fulfilled_by": "AMAZON"}}, {"extra": {"ship_plus": True}}):
        (other,) = seller.make(**wish)
        assert seller.confirm(other).status_code == 400, wish
    seller.control.post(f"amazon/orders/{number}/status", status="CANCELLED")
    assert seller.confirm(number).json()["errors"][0]["details"] == "The order is cancelled"
    assert seller.refused("POST", "/orders/v0/orders/1-2-3/shipmentConfirmation", {})[0] == 404


def test_a_buyers_wish_and_a_cancellation_stand_at_every_item(control: Control, seller: Seller) -> None:
    (number,) = seller.make(items=[{"sku": MUG}, {"sku": SHIRT}])
    control.post(f"amazon/orders/{number}/status", step="cancel_asked", reason="By mistake")
    order = seller.order(number)
    wish = {"cancellationRequest": {"requester": "BUYER", "cancelReason": "By mistake"}}
    assert [one["cancellation"] for one in order["orderItems"]] == [wish, wish]
    assert order["fulfillment"]["fulfillmentStatus"] == "UNSHIPPED"
    control.post(f"amazon/orders/{number}/status", step="cancelled", by="seller")
    order = seller.order(number)
    done = order["orderItems"][0]["cancellation"]["cancellationExecution"]
    assert (order["fulfillment"]["fulfillmentStatus"], done["cancelledBy"]) == ("CANCELLED", "MERCHANT")


def test_every_listed_status_and_no_other_is_shown(control: Control, seller: Seller) -> None:
    with (CONTRACTS / "amazon" / "statuses.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    listed = {row["code"] for row in rows if row["machine"] == "order"}
    assert set(STEPS) == listed
    seen = set()
    for status in sorted(listed):
        (number,) = seller.make()
        control.post(f"amazon/orders/{number}/status", status=status)
        seen.add(seller.order(number)["fulfillment"]["fulfillmentStatus"])
    assert seen == listed


def test_an_order_may_be_spoilt(seller: Seller) -> None:
    (number,) = seller.make(extra={"no_address": True, "no_items": True, "currency": "XTS"})
    bare = seller.order(number)
    assert (bare["proceeds"]["grandTotal"]["currencyCode"], bare["orderItems"], "recipient" in bare) == (
        "XTS",
        [],
        False,
    )
    (number,) = seller.make(items=[{"sku": f"SKU-{one}"} for one in range(500)], person={"name": "محمد 😀"})
    full = seller.order(number)
    assert (len(full["orderItems"]), full["buyer"]["buyerName"]) == (500, "محمد 😀")


def test_stock_is_patched_by_sku_in_the_sellers_own_place(control: Control, seller: Seller) -> None:
    control.post("amazon/items", stock=9)
    path = f"/listings/2021-08-01/items/{seller.shop_id}"
    asked = {"marketplaceIds": US, "includedData": "summaries,fulfillmentAvailability", "pageSize": 20}
    found: list[str] = []
    more: dict[str, str] = {}
    while True:
        page = seller.good("GET", path, **asked, **more)
        found += [row["sku"] for row in page["items"]]
        if "pagination" not in page:
            break
        more = {"pageToken": page["pagination"]["nextToken"]}
    assert (len(found), len(set(found)), page["numberOfResults"]) == (40, 40, 40)

    def patch(sku: str, quantity: Any, **query: str) -> httpx.Response:
        value = [{"fulfillment_channel_code": "DEFAULT", "quantity": quantity}]
        change = {"op": "replace", "path": "/attributes/fulfillment_availability", "value": value}
        body = {"productType": "PRODUCT", "patches": [change]}
        return seller.send("PATCH", f"{path}/{sku}", body, **{"marketplaceIds": US, **query})

    assert patch(MUG, 4).json()["status"] == "ACCEPTED"
    row = seller.good("GET", f"{path}/{MUG}", **asked)
    assert row["fulfillmentAvailability"] == [{"fulfillmentChannelCode": "DEFAULT", "quantity": 4}]
    assert patch(MUG, -1).json()["status"] == "INVALID"
    assert patch("NOSUCH", 4).json()["errors"][0]["code"] == "NOT_FOUND"
    assert patch(MUG, 5, marketplaceIds="").status_code == 400
    assert seller.refused("GET", path.replace(seller.shop_id, "A2"), marketplaceIds=US)[:2] == (403, "Unauthorized")
    assert {one["sku"]: one["stock"] for one in control.get("amazon/items")["items"]}[MUG] == 4


def test_usage_plans_hold_to_the_documented_numbers_in_sandbox_time(control: Control, seller: Seller) -> None:
    control.post("settings", amazon={"usage_plans": True, "access_token_seconds": 86400})
    seller.link()
    asked = {"lastUpdatedAfter": seller.now(3600)}
    path = "/orders/2026-01-01/orders"
    answers = [seller.send("GET", path, **asked) for _ in range(21)]
    assert [one.status_code for one in answers] == [200] * 20 + [429]
    assert answers[-1].headers["x-amzn-ratelimit-limit"] == "0.0056"
    assert "retry-after" not in answers[-1].headers
    assert answers[-1].json()["errors"][0]["code"] == "QuotaExceeded"
    control.post("clock", advance=150)
    assert seller.send("GET", path, **asked).status_code == 429
    control.post("clock", advance=40)
    assert [seller.send("GET", path, **asked).status_code for _ in range(2)] == [200, 429]
    assert control.count("amazon", "searchOrders")["refused"] == {"QuotaExceeded": 3}


def test_answers_have_the_examples_shape(control: Control, seller: Seller) -> None:
    (number,) = seller.make(items=[{"sku": MUG, "quantity": 2}, {"sku": SHIRT}])
    seller.make()

    def same(got: Any, name: str, exchange: str) -> None:
        assert set(shape(got)) == example_shape("amazon", name, exchange), name

    same(seller.search(maxResultsPerPage=1), "searchOrders", "a page with more to come")
    same({"order": seller.order(number)}, "getOrder", "unshipped")
    seller.confirm(number)
    same({"order": seller.order(number)}, "getOrder", "shipped")
    same(
        seller.good("GET", "/sellers/v1/marketplaceParticipations"), "getMarketplaceParticipations", "two marketplaces"
    )
    page = seller.good(
        "GET", f"/listings/2021-08-01/items/{seller.shop_id}", marketplaceIds=US, pageSize=1,
        includedData="summaries,fulfillmentAvailability",
    )  # fmt: skip
    same(page, "searchListingsItems", "a page")
    missing = seller.send("GET", "/orders/2026-01-01/orders/1-2-3").json()
    unknown = contract("amazon", "examples/getOrder.json")["exchanges"]
    assert missing in [one["answer"].get("json") for one in unknown if one["answer"]["status"] == 404]
