"""The simulated TikTok Shop, also as Tokopedia: who may call, an order's whole life, cancelling, goods, messages."""

from __future__ import annotations

import csv
from typing import Any

import httpx
import pytest

from salur.sandbox.tiktok.signing import push_signature, sign
from salur.sandbox.tiktok.store import STATUSES
from tests.sandbox.clients import CONTRACTS, Control, contract
from tests.sandbox.test_contracts import example_shape, shape
from tests.sandbox.tiktok_client import Tiktok, known, order

SEARCH = "/order/202309/orders/search"
PACKAGES = "/fulfillment/202309/packages"
CANCELLATIONS = "/return_refund/202309/cancellations"
STOCK_REASON = "seller_cancel_reason_out_of_stock"


# --- who may call ----------------------------------------------------------------------------------------------------


def test_the_signatures_are_those_of_the_contract() -> None:
    signing = contract("tiktok", "signing.json")
    for one in signing["vectors"]:
        query = {**one["query"], "sign": "left out", "access_token": "left out"}
        assert sign(one["app_secret"], one["path"], query, one["body"].encode()) == one["sign"]
        assert sign(one["app_secret"], one["path"], query, one["body"].encode() + b" ") != one["sign"]
    for one in signing["push"]:
        assert push_signature(one["app_key"], one["app_secret"], one["body"].encode()) == one["sign"]


@pytest.mark.parametrize("vector", contract("tiktok", "signing.json")["vectors"], ids=lambda one: one["name"])
def test_a_call_signed_as_in_the_contract_is_let_through(control: Control, vector: dict[str, Any]) -> None:
    control.post("clock", now=1_700_000_000)
    query = {**vector["query"], "sign": vector["sign"]}
    told = []
    for changed in (query, {**query, "page_size": "51"}):
        answer = control.http.request(
            vector["method"], f"/tiktok{vector['path']}", params=changed, content=vector["body"] or None
        )
        told.append((answer.status_code, answer.json()["code"]))
    # The signature was good and the token is missing; then the signature is wrong.
    assert told == [(401, 36009004), (401, 106001)]


def test_what_is_wrong_with_a_call_is_told_by_its_code(control: Control, tiktok: Tiktok) -> None:
    path, now = "/order/202507/orders", int(control.get("clock")["now"])
    for query, expected in (
        ({"app_key": "1"}, (401, 36009004)),
        ({"timestamp": now - 310}, (400, 36009004)),
        ({"timestamp": now + 60}, (400, 36009004)),
        ({"shop_cipher": None}, (400, 106013)),
        ({"shop_cipher": "ROW_x"}, (400, 36009004)),
        ({"ids": None}, (400, 36009004)),
        ({"ids": ",".join(["1"] * 51)}, (400, 36009004)),
    ):
        answer = tiktok.send("GET", path, **{"ids": "1", **query})
        assert (answer.status_code, answer.json()["code"]) == expected, query
    sent = tiktok.send("GET", "/authorization/202309/shops", shop_cipher=tiktok.cipher)
    assert (sent.status_code, sent.json()["code"]) == (400, 36009004)
    control.post("tiktok/shops", shop_id="77", region="MY")
    other = Tiktok(control).link("77")
    assert tiktok.code("GET", path, ids="1", shop_cipher=other.cipher) == 101000
    control.post("tiktok/tokens", shop_id=tiktok.shop_id, expire="access")
    expired = tiktok.send("GET", path, ids="1")
    assert (expired.status_code, expired.json()["code"]) == (401, 105002)
    tiktok.token = "strange"
    assert tiktok.code("GET", path, ids="1") == 36009004
    assert tiktok.send("GET", "/nowhere").status_code == 404


def test_the_login_gives_a_code_for_one_exchange_and_each_refresh_token_works_once(control: Control) -> None:
    tiktok = Tiktok(control)
    assert tiktok.log_in(answer="no") == {"store": "1", "code": "null", "error": "auth_denied", "state": "s1"}
    code = tiktok.log_in(answer="yes")["code"]
    asked = {"auth_code": code, "grant_type": "authorized_code"}
    assert tiktok.tokens("get", **{**asked, "app_secret": "wrong"})["code"] != 0
    first = tiktok.tokens("get", **asked)
    assert set(shape(first)) == example_shape("tiktok", "token.get", "code exchanged")
    assert tiktok.tokens("get", **asked)["code"] == 36004004
    now = control.get("clock")["now"]
    assert 0 <= now + 7 * 86400 - first["data"]["access_token_expire_in"] < 60
    again = {"refresh_token": first["data"]["refresh_token"], "grant_type": "refresh_token"}
    second = tiktok.tokens("refresh", **again)["data"]
    assert second["refresh_token"] != first["data"]["refresh_token"]
    assert tiktok.tokens("refresh", **again)["code"] == 36004005
    for pair in (first["data"], second):  # the old access token ends at its own time
        tiktok.token = pair["access_token"]
        shops = tiktok.ask("GET", "/authorization/202309/shops")
        assert set(shape(shops)) == example_shape("tiktok", "authorization.shops", "one shop")
    assert shops["data"]["shops"][0]["id"] == tiktok.shop_id


def test_the_login_page_asks_for_the_redirect_address_that_partner_center_would_hold(control: Control) -> None:
    tiktok = Tiktok(control)
    page, query = "/tiktok/open/authorize", {"service_id": tiktok.form["service_id"], "state": "s2"}
    assert control.http.get(page, params={"service_id": "1"}).status_code == 400
    assert "Redirect address" in control.http.get(page, params=query).text
    assert control.http.post(page, params=query, data={"answer": "yes"}).status_code == 400
    taken = control.http.post(page, params=query, data={"redirect": "https://hub.example.com/here"})
    assert taken.status_code == 303
    assert "Shop" in control.http.get(taken.headers["location"]).text
    gone = control.http.post(page, params=query, data={"answer": "yes"}).headers["location"]
    assert gone.startswith("https://hub.example.com/here?code=") and gone.endswith("&state=s2")


def test_one_login_may_open_several_shops(control: Control) -> None:
    control.post("settings", tiktok={"all_shops": True})
    control.post("tiktok/shops", shop_id="77", region="MY")
    tiktok = Tiktok(control).link()
    shops = tiktok.get("/authorization/202309/shops")["shops"]
    assert [(shop["id"], shop["seller_type"]) for shop in shops] == [(tiktok.shop_id, "LOCAL"), ("77", "CROSS_BORDER")]
    control.post("tiktok/orders", shop_id="77", count=1)
    tiktok.cipher = shops[1]["cipher"]
    assert len(tiktok.listed()) == 1


def test_too_many_calls_are_refused_with_429(control: Control, tiktok: Tiktok) -> None:
    control.post("settings", tiktok={"rate_limit_per_second": 0.001})
    answers = [tiktok.send("GET", "/order/202507/orders", ids="1") for _ in range(2)]
    assert [(one.status_code, one.json()["code"]) for one in answers] == [(200, 0), (429, 36009002)]


# --- reading ---------------------------------------------------------------------------------------------------------


def test_pages_by_token_are_complete_though_orders_change_meanwhile(control: Control, tiktok: Tiktok) -> None:
    numbers = control.post("tiktok/orders", count=7, updated_seconds_ago=1000, spread_seconds=700)["numbers"]
    assert tiktok.listed() == numbers
    query = {"page_size": 3, "sort_field": "update_time", "sort_order": "ASC"}
    page = tiktok.post(SEARCH, {}, **query)
    assert (page["total_count"], [row["id"] for row in page["orders"]]) == (7, numbers[:3])
    control.post("tiktok/orders/change", numbers=[numbers[1], numbers[4]], note="changed")
    rest: list[str] = []
    while page["next_page_token"]:
        page = tiktok.post(SEARCH, {}, **query, page_token=page["next_page_token"])
        rest += [row["id"] for row in page["orders"]]
    assert rest[:3] == [numbers[3], numbers[5], numbers[6]]
    assert set(rest[3:]) == {numbers[1], numbers[4]}
    assert tiktok.listed(50, update_time_lt=tiktok.order(numbers[2])["update_time"]) == [numbers[0]]
    newest = tiktok.post(SEARCH, {}, page_size=100, sort_field="update_time")["orders"]
    assert [row["id"] for row in newest] == tiktok.listed(100)[::-1]


@pytest.mark.parametrize(
    ("query", "body"),
    [
        ({"page_size": None}, {}),
        ({"page_size": 101}, {}),
        ({"page_size": 0}, {}),
        ({"page_token": "???"}, {}),
        ({"sort_field": "price"}, {}),
        ({"sort_order": "UP"}, {}),
        ({}, {"update_time_ge": "yesterday"}),
        ({}, {"order_status": "nonsense"}),
    ],
    ids=str,
)
def test_a_list_asked_for_wrongly_is_refused(tiktok: Tiktok, query: dict[str, Any], body: dict[str, Any]) -> None:
    answer = tiktok.send("POST", SEARCH, body, **{"page_size": 10, **query})
    assert (answer.status_code, answer.json()["code"]) == (400, 36009004)


def test_answers_have_the_examples_shape(control: Control, tiktok: Tiktok) -> None:
    number = order(control)
    detail = tiktok.ask("GET", "/order/202507/orders", ids=f"{number},1")
    assert set(shape(detail)) == example_shape("tiktok", "order.orders", "to be shipped")
    listed = tiktok.ask("POST", SEARCH, {}, page_size=10)
    assert set(shape(listed)) == example_shape("tiktok", "order.orders.search", "the last page")
    assert "***" in detail["data"]["orders"][0]["recipient_address"]["name"]
    path = f"{PACKAGES}/{tiktok.packages(number)[0]}"
    slots = tiktok.ask("GET", f"{path}/handover_time_slots")
    name = "fulfillment.packages.handover_time_slots"
    assert set(shape(slots)) == example_shape("tiktok", name, "pickup with slots, or drop-off")
    tiktok.arrange(number)
    assert set(shape(tiktok.ask("GET", path))) == example_shape("tiktok", "fulfillment.packages.get", "arranged")
    control.post("tiktok/items", skus=["TSHIRT-BAS-M"])
    goods = tiktok.ask("POST", "/product/202502/products/search", {"status": "ALL"}, page_size=1)
    assert set(shape(goods)) == example_shape("tiktok", "product.products.search", "a page with more to come")


def test_an_order_may_be_spoilt(control: Control, tiktok: Tiktok) -> None:
    bare = tiktok.order(order(control, extra={"no_address": True, "no_items": True, "currency": "XTS"}))
    assert (bare["line_items"], "recipient_address" in bare, bare["payment"]["currency"]) == ([], False, "XTS")
    control.post("settings", tiktok={"masked": False})
    named = tiktok.order(order(control, person={"name": "محمد 😀"}))
    assert named["recipient_address"]["name"] == "محمد 😀"
    crowd = [{"sku": f"SKU-{number}"} for number in range(500)]
    assert len(tiktok.order(order(control, items=crowd))["line_items"]) == 500


def test_only_listed_statuses_are_shown_and_uncertain_orders_have_no_address(control: Control, tiktok: Tiktok) -> None:
    with (CONTRACTS / "tiktok" / "statuses.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    listed = {machine: {row["code"] for row in rows if row["machine"] == machine} for machine in ("order", "package")}
    assert {*STATUSES, "CANCEL"} == listed["order"]
    shown, packages = set(), set()
    for status in STATUSES:
        number = order(control)
        control.post(f"tiktok/orders/{number}/status", status=status)
        row = tiktok.order(number)
        shown.add(row["status"])
        packages |= {line["package_status"] for line in row["line_items"]}
        assert ("recipient_address" in row) == (status not in ("UNPAID", "ON_HOLD"))
    assert shown == set(STATUSES)
    assert packages == listed["package"]


# --- an order's way --------------------------------------------------------------------------------------------------


def test_an_order_is_arranged_labelled_and_taken_by_the_courier(control: Control, tiktok: Tiktok) -> None:
    number = order(control)
    (package,) = tiktok.packages(number)
    assert tiktok.document(package)["code"] == 21023035
    tiktok.arrange(number)
    row = tiktok.order(number)
    assert (row["status"], row["tracking_number"][:2]) == ("AWAITING_COLLECTION", "JX")
    assert {line["tracking_number"] for line in row["line_items"]} == {row["tracking_number"]}
    assert tiktok.code("POST", f"{PACKAGES}/{package}/ship", {}) == 21008099
    label = tiktok.document(package)["data"]
    assert label["tracking_number"] == row["tracking_number"]
    assert httpx.get(label["doc_url"], timeout=20).content.startswith(b"%PDF")
    control.post("clock", advance=86401)
    assert httpx.get(label["doc_url"], timeout=20).status_code == 403
    tiktok.link()
    control.post("settings", tiktok={"pickup_after": 0})
    control.post("tick")
    assert (tiktok.order(number)["status"], tiktok.document(package)["code"]) == ("IN_TRANSIT", 21042102)
    assert known(control, number)["times_arranged"] == 1


def test_the_number_and_the_label_take_their_time_and_the_label_may_be_empty(control: Control, tiktok: Tiktok) -> None:
    control.post("settings", tiktok={"tracking_seconds": 60, "label_seconds": 60, "label_empty_times": 1})
    number = order(control)
    tiktok.arrange(number)
    (package,) = tiktok.packages(number)
    before = tiktok.order(number)
    assert (before["status"], before["tracking_number"]) == ("AWAITING_COLLECTION", "")
    assert tiktok.document(package)["code"] == 11034037
    control.post("clock", advance=61)
    after = tiktok.order(number)
    assert after["tracking_number"] and after["update_time"] > before["update_time"]
    assert tiktok.document(package)["code"] == 11034037
    control.post("clock", advance=61)
    empty = tiktok.document(package)
    assert (empty["code"], empty["data"]["doc_url"]) == (0, "")
    assert tiktok.document(package)["data"]["doc_url"]


def test_a_pickup_needs_a_slot_that_is_free_and_a_courier_that_comes(control: Control, tiktok: Tiktok) -> None:
    (package,) = tiktok.packages(order(control))
    path = f"{PACKAGES}/{package}"
    taken = next(one for one in tiktok.get(f"{path}/handover_time_slots")["pickup_slots"] if one["avaliable"])
    wrong = {"start_time": taken["start_time"] + 1, "end_time": taken["end_time"]}
    assert tiktok.code("POST", f"{path}/ship", {"handover_method": "PICKUP", "pickup_slot": wrong}) == 21011053
    assert tiktok.code("POST", f"{path}/ship", {"handover_method": "PICKUP"}) == 21011053
    assert tiktok.code("POST", f"{path}/ship", {"handover_method": "DRONE"}) == 36009004
    (counter,) = tiktok.packages(order(control, courier="JNE"))
    offered = tiktok.get(f"{PACKAGES}/{counter}/handover_time_slots")
    assert (offered["can_pickup"], offered["pickup_slots"]) == (False, [])
    assert tiktok.code("POST", f"{PACKAGES}/{counter}/ship", {"handover_method": "PICKUP"}) == 11021009
    tiktok.post(f"{PACKAGES}/{counter}/ship", {"handover_method": "DROP_OFF"})
    (instant,) = tiktok.packages(order(control, courier="GoSend"))
    tiktok.post(f"{PACKAGES}/{instant}/ship", {"handover_method": "PICKUP"})
    assert tiktok.code("GET", f"{PACKAGES}/1") == 10006402


def test_packages_of_one_order_are_arranged_one_by_one_or_together(control: Control, tiktok: Tiktok) -> None:
    number = order(control, extra={"packages": 2})
    first, second = tiktok.packages(number)
    tiktok.post(f"{PACKAGES}/{first}/ship", {})
    assert tiktok.order(number)["status"] == "PARTIALLY_SHIPPING"
    errors = tiktok.post(f"{PACKAGES}/ship", {"packages": [{"id": first}, {"id": second}]})["errors"]
    assert [(one["code"], one["detail"]["package_id"]) for one in errors] == [(21008099, first)]
    row = tiktok.order(number)
    assert row["status"] == "AWAITING_COLLECTION"
    assert len({line["tracking_number"] for line in row["line_items"]}) == 2
    found = tiktok.post(f"{PACKAGES}/search", {"package_status": "PROCESSING"}, page_size=1)
    assert (found["total_count"], bool(found["next_page_token"])) == (2, True)


def test_an_order_that_the_seller_sends_needs_a_number_of_a_known_courier(control: Control, tiktok: Tiktok) -> None:
    number = order(control, extra={"shipping_type": "SELLER"})
    (package,) = tiktok.packages(number)
    option = tiktok.order(number)["delivery_option_id"]
    couriers = tiktok.get(f"/logistics/202309/delivery_options/{option}/shipping_providers")["shipping_providers"]
    path = f"{PACKAGES}/{package}/ship"
    own = {"tracking_number": "JX12345", "shipping_provider_id": couriers[0]["id"]}
    assert tiktok.code("POST", path, {"handover_method": "PICKUP"}) == 36009004
    for bad in ({**own, "tracking_number": "?"}, {**own, "shipping_provider_id": "1"}):
        assert tiktok.code("POST", path, {"self_shipment": bad}) == 11028006
    tiktok.post(path, {"self_shipment": own})
    row = tiktok.order(number)
    assert (row["status"], row["tracking_number"], "***" in row["recipient_address"]["name"]) == (
        "IN_TRANSIT",
        "JX12345",
        False,
    )
    assert tiktok.document(package)["code"] == 21008017
    assert known(control, number)["shipments"] == [{"tracking": "JX12345", "courier": couriers[0]["name"], "pieces": 2}]
