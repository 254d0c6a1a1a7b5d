"""The simulated TikTok Shop, also as Tokopedia: who may call, an order's whole life, cancelling, goods, messages."""

from __future__ import annotations

import csv
from typing import Any

import httpx
import pytest

from salur.sandbox.tiktok.signing import push_signature, sign
from salur.sandbox.tiktok.store import STATUSES
from tests.sandbox.clients import CONTRACTS, Control, contract, hmac_hex
from tests.sandbox.conftest import Receiver
from tests.sandbox.test_contracts import example_shape, shape
from tests.sandbox.tiktok_client import Tiktok

SEARCH = "/order/202309/orders/search"
PACKAGES = "/fulfillment/202309/packages"
CANCELLATIONS = "/return_refund/202309/cancellations"
STOCK_REASON = "seller_cancel_reason_out_of_stock"


@pytest.fixture
def tiktok(control: Control) -> Tiktok:
    """A linked shop in Indonesia where nothing takes time."""
    control.post("settings", tiktok={"tracking_seconds": 0, "label_seconds": 0})
    return Tiktok(control).link()


def order(control: Control, partner: str = "tiktok", **wish: Any) -> str:
    """One order."""
    wanted = {"items": [{"sku": "MUG-350-WHT", "quantity": 2}], "courier": "J&T Express", **wish}
    number: str = control.post(f"{partner}/orders", **wanted)["numbers"][0]
    return number


def known(control: Control, number: str) -> dict[str, Any]:
    """What the store knows of an order."""
    row: dict[str, Any] = next(one for one in control.get("tiktok/orders")["orders"] if one["number"] == number)
    return row


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


# --- cancelling ------------------------------------------------------------------------------------------------------


def test_the_seller_cancels_for_a_reason_that_fits(control: Control, tiktok: Tiktok) -> None:
    number, unpaid = order(control), order(control, step="unpaid")
    late = "seller_cancel_unpaid_reason_buyer_hasnt_paid_within_time_allowed"
    for one, reason in ((number, late), (unpaid, STOCK_REASON), (number, "no reason")):
        assert tiktok.code("POST", CANCELLATIONS, {"order_id": one, "cancel_reason": reason}) == 25001021
    made = tiktok.ask("POST", CANCELLATIONS, {"order_id": number, "cancel_reason": STOCK_REASON})
    assert set(shape(made)) == example_shape("tiktok", "return_refund.cancellations", "cancelled")
    row = tiktok.order(number)
    assert (row["status"], {line["cancel_user"] for line in row["line_items"]}) == ("CANCELLED", {"SELLER"})
    assert tiktok.code("POST", CANCELLATIONS, {"order_id": number, "cancel_reason": STOCK_REASON}) == 25001011
    tiktok.post(CANCELLATIONS, {"order_id": unpaid, "cancel_reason": late})
    gone = order(control, step="shipped")
    assert tiktok.code("POST", CANCELLATIONS, {"order_id": gone, "cancel_reason": STOCK_REASON}) == 25001045
    assert tiktok.code("POST", CANCELLATIONS, {"order_id": gone}) == 36009004


def test_one_piece_is_cancelled_by_line_or_by_sku(control: Control, tiktok: Tiktok) -> None:
    for by_line in (True, False):
        number = order(control)
        line = tiktok.order(number)["line_items"][0]
        skus = [{"sku_id": line["sku_id"], "quantity": 1}]
        part = {"order_line_item_ids": [line["id"]]} if by_line else {"skus": skus}
        tiktok.post(CANCELLATIONS, {"order_id": number, "cancel_reason": STOCK_REASON, **part})
        row = tiktok.order(number)
        states = [one["display_status"] for one in row["line_items"]]
        assert (row["status"], states) == ("AWAITING_SHIPMENT", ["CANCELLED", "AWAITING_SHIPMENT"])


def test_the_sellers_cancellation_may_be_handled_for_a_while(control: Control, tiktok: Tiktok) -> None:
    control.post("settings", tiktok={"cancel_pending_seconds": 600})
    number = order(control)
    made = tiktok.post(CANCELLATIONS, {"order_id": number, "cancel_reason": STOCK_REASON})
    assert (made["cancel_status"], tiktok.order(number)["status"]) == (
        "CANCELLATION_REQUEST_PENDING",
        "AWAITING_SHIPMENT",
    )
    (package,) = tiktok.packages(number)
    assert tiktok.code("POST", f"{PACKAGES}/{package}/ship", {}) == 21008044
    control.post("clock", advance=601)
    tiktok.link()
    assert tiktok.order(number)["status"] == "CANCELLED"
    assert tiktok.code("POST", f"{PACKAGES}/{package}/ship", {}) == 21011041


@pytest.mark.parametrize("approve", [True, False])
def test_the_buyers_wish_to_cancel_is_decided_once(control: Control, tiktok: Tiktok, approve: bool) -> None:
    number = order(control)
    control.post(f"tiktok/orders/{number}/status", step="cancel_asked", reason="Order created by mistake")
    assert tiktok.order(number)["is_buyer_request_cancel"] is True
    assert tiktok.listed(is_buyer_request_cancel=True) == [number]
    found = tiktok.ask("POST", f"{CANCELLATIONS}/search", {"order_ids": [number]}, page_size=50)
    name = "return_refund.cancellations.search"
    assert set(shape(found)) == example_shape("tiktok", name, "a request waits")
    path = f"{CANCELLATIONS}/{found['data']['cancellations'][0]['cancel_id']}"
    (package,) = tiktok.packages(number)
    assert tiktok.code("POST", f"{PACKAGES}/{package}/ship", {}) == 21008044
    why = {"reject_reason": "seller_reject_apply_product_has_been_packed"}
    assert tiktok.code("POST", f"{path}/reject", {"reject_reason": "?"}) == 25001014
    tiktok.post(f"{path}/approve" if approve else f"{path}/reject", {} if approve else why)
    row = tiktok.order(number)
    assert (row["status"], row["is_buyer_request_cancel"]) == ("CANCELLED" if approve else "AWAITING_SHIPMENT", False)
    assert tiktok.code("POST", f"{path}/approve", {}) == 25020003
    assert tiktok.code("POST", f"{path}/reject", why) == (25020010 if approve else 25011011)


def test_an_order_on_hold_is_cancelled_without_asking_and_a_shipped_one_ends_the_wish(
    control: Control, tiktok: Tiktok
) -> None:
    held = order(control, status="ON_HOLD")
    control.post(f"tiktok/orders/{held}/status", step="cancel_asked")
    assert tiktok.order(held)["status"] == "CANCELLED"
    number = order(control, step="ready")
    control.post(f"tiktok/orders/{number}/status", step="cancel_asked")
    control.post(f"tiktok/orders/{number}/status", step="shipped")
    assert known(control, number)["cancellations"][0]["status"] == "CANCELLATION_REQUEST_CANCEL"


# --- goods and messages ----------------------------------------------------------------------------------------------


def test_stock_is_set_for_each_warehouse_of_a_sku(control: Control, tiktok: Tiktok) -> None:
    control.post("tiktok/items", skus=["MUG-350-WHT"])
    (product,) = tiktok.post("/product/202502/products/search", {"status": "ACTIVATE"}, page_size=100)["products"]
    sku, first = product["skus"][0]["id"], product["skus"][0]["inventory"][0]["warehouse_id"]
    path = f"/product/202309/products/{product['id']}/inventory/update"

    def setting(*rows: tuple[str, int], sku_id: str = sku) -> dict[str, Any]:
        places = [{"warehouse_id": place, "quantity": units} for place, units in rows]
        return {"skus": [{"id": sku_id, "inventory": places}]}

    assert tiktok.post(path, setting((first, 0)))["errors"] == []
    assert control.get("tiktok/items")["items"][0]["stock"] == 0
    refused = tiktok.ask("POST", path, setting(("1", 3)))
    name = "product.products.inventory.update"
    assert set(shape(refused)) == example_shape("tiktok", name, "one SKU refused, with success")
    assert tiktok.post(path, setting((first, 3), sku_id="1"))["errors"][0]["detail"]["sku_id"] == "1"
    assert tiktok.code("POST", path, setting((first, 100_000))) == 36009004
    control.post("settings", tiktok={"two_warehouses": True, "locked_at_least": 5})
    assert tiktok.code("POST", path, setting((first, 9))) == 12019028
    places = [
        one["warehouse_id"]
        for one in tiktok.post("/product/202309/inventory/search", {"sku_ids": [sku]})["inventory"][0]["skus"][0][
            "warehouse_inventory"
        ]
    ]
    assert tiktok.code("POST", path, setting((places[0], 1), (places[1], 2))) == 12052393
    assert tiktok.post(path, setting((places[0], 4), (places[1], 2)))["errors"] == []
    assert tiktok.code("POST", "/product/202309/products/1/inventory/update", setting((first, 1))) == 12052048
    body = {"sku_ids": [str(one) for one in range(11)]}
    assert tiktok.code("POST", "/product/202502/products/search", body, page_size=100) == 36009004


def test_messages_are_signed_and_go_where_their_event_is_registered(
    control: Control, tiktok: Tiktok, receiver: Receiver
) -> None:
    hooks = "/event/202309/webhooks"
    control.post("settings", tiktok={"https_only": True})
    address = {"address": receiver.url, "event_type": "ORDER_STATUS_CHANGE"}
    assert tiktok.code("PUT", hooks, address) == 36009004
    control.post("settings", tiktok={"https_only": False})
    for event in ("ORDER_STATUS_CHANGE", "CANCELLATION_STATUS_CHANGE", "SELLER_DEAUTHORIZATION"):
        assert tiktok.ask("PUT", hooks, {**address, "event_type": event})["code"] == 0
    number = order(control)
    control.post(f"tiktok/orders/{number}/status", step="cancel_asked")
    path = f"{CANCELLATIONS}/{known(control, number)['cancellations'][0]['id']}/approve"
    tiktok.post(path, {})
    control.post("tiktok/tokens", shop_id=tiktok.shop_id, expire="link")
    receiver.wait_for_count(5)
    for headers, body in receiver.messages:
        assert headers["Authorization"] == hmac_hex(tiktok.secret, tiktok.key + body.decode())
    said = [
        (one["type"], one["data"].get("order_status") or one["data"].get("cancel_status")) for one in receiver.json()
    ]
    assert said == [
        (1, "AWAITING_SHIPMENT"),
        (11, "CANCELLATION_REQUEST_PENDING"),
        (1, "CANCEL"),
        (11, "CANCELLATION_REQUEST_SUCCESS"),
        (6, None),
    ]
    examples = {one["name"]: one["request"]["json"] for one in contract("tiktok", "examples/push.json")["exchanges"]}
    for message, name in zip(receiver.json(), ("order status", "cancellation"), strict=False):
        assert set(shape(message)) == set(shape(examples[name]))


def test_a_message_not_taken_is_repeated_after_two_and_thirty_minutes_with_the_same_id(
    control: Control, tiktok: Tiktok, receiver: Receiver
) -> None:
    receiver.answer = 500
    control.post("tiktok/callback", url=receiver.url)
    order(control)
    receiver.wait_for_count(1)
    for waited, count in ((121, 2), (1801, 3), (3 * 3600 + 1, 4), (12 * 3600 + 1, 5), (13 * 3600, 5)):
        control.post("tick")  # the sandbox has seen the answer to the last try
        control.post("clock", advance=waited)
        control.post("tick")
        receiver.wait_for_count(count)
        assert len(receiver.messages) == count
    assert len({one["tts_notification_id"] for one in receiver.json()}) == 1
    assert control.get("counts")["callbacks"]["tiktok"]["lost"] == 1


# --- Tokopedia -------------------------------------------------------------------------------------------------------


def test_tokopedia_is_a_store_of_its_own_in_the_same_api(control: Control, tiktok: Tiktok) -> None:
    tokopedia = Tiktok(control, "tokopedia").link()
    assert tokopedia.key != tiktok.key
    theirs, ours = order(control, "tokopedia"), order(control)
    mixed = order(control, "tokopedia", extra={"commerce_platform": "TIKTOK_SHOP"})
    assert tokopedia.order(theirs)["commerce_platform"] == "TOKOPEDIA"
    assert tokopedia.order(mixed)["commerce_platform"] == "TIKTOK_SHOP"
    assert set(tokopedia.listed()) == {theirs, mixed}
    assert (tiktok.listed(), tiktok.order(ours)["commerce_platform"]) == ([ours], "TIKTOK_SHOP")
    abroad = control.http.post("/_control/tokopedia/shops", json={"shop_id": "1", "region": "MY"})
    assert abroad.status_code == 400
    tokopedia.token = tiktok.token
    assert tokopedia.code("GET", "/authorization/202309/shops") == 36009004
