"""Order list, detail, shipment and label of the simulated store (shopee.md, Operations)."""

import io
from typing import Any

import pytest
from pypdf import PdfReader

from tests.sandbox.clients import Control, Shop


def test_paging_finds_every_order_though_orders_change_meanwhile(control: Control, shop: Shop) -> None:
    numbers = control.orders(count=35, updated_seconds_ago=600, spread_seconds=300)
    now = int(control.get("clock")["now"])
    found: list[str] = []
    cursor, step = "", 0
    while True:
        page = shop.get(
            "order/get_order_list",
            time_range_field="update_time",
            time_from=now - 86400,
            time_to=now + 600,
            page_size=4,
            cursor=cursor,
        )
        found += [row["order_sn"] for row in page["order_list"]]
        # One that was seen and one that was not yet seen both change while the pages are read.
        for order_sn in (numbers[step], numbers[-1 - step]):
            control.post(f"shopee/orders/{order_sn}/status", status="RETRY_SHIP")
        step += 1
        cursor = page["next_cursor"]
        assert bool(cursor) == page["more"]
        if not page["more"]:
            break
        assert step < 30
    assert set(found) == set(numbers)


def test_the_list_filters_by_status_and_window(control: Control, shop: Shop) -> None:
    ready = control.orders(count=3)
    shipped = control.orders(count=2, status="SHIPPED")
    control.orders(count=2, updated_seconds_ago=5 * 86400)
    assert set(shop.listed(order_status="SHIPPED")) == set(shipped)
    assert set(shop.listed()) == {*ready, *shipped}


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"time_from": 1, "time_to": 15 * 86400 + 2}, "order.order_list_invalid_time"),
        ({"time_from": 9, "time_to": 8}, "order.order_list_invalid_time"),
        ({"page_size": 101}, "error_param"),
        ({"page_size": 0}, "error_param"),
        ({"page_size": ""}, "error_param"),
        ({"time_range_field": "pay_time"}, "error_param"),
        ({"order_status": "RETRY_SHIP"}, "error_param"),
        ({"cursor": "nonsense"}, "error_param"),
    ],
)
def test_the_list_refuses_what_the_contract_refuses(shop: Shop, changed: dict[str, object], code: str) -> None:
    asked = {"time_range_field": "update_time", "time_from": 1, "time_to": 2, "page_size": 10, **changed}
    assert shop.error("GET", "order/get_order_list", **asked) == code


def test_detail_gives_optional_fields_only_when_asked(control: Control, shop: Shop) -> None:
    order_sn = control.orders(count=1)[0]
    bare = shop.get("order/get_order_detail", order_sn_list=order_sn)["order_list"][0]
    assert "item_list" not in bare
    full = shop.get("order/get_order_detail", order_sn_list=order_sn, response_optional_fields="item_list,pay_time")
    assert full["order_list"][0]["item_list"]
    assert "recipient_address" not in full["order_list"][0]


def test_detail_takes_at_most_fifty(control: Control, shop: Shop) -> None:
    numbers = control.orders(count=51)
    assert len(shop.get("order/get_order_detail", order_sn_list=",".join(numbers[:50]))["order_list"]) == 50
    assert shop.error("GET", "order/get_order_detail", order_sn_list=",".join(numbers)) == "error_param"


def test_arranging_moves_the_order_and_twice_is_refused(control: Control, shop: Shop) -> None:
    order_sn = control.orders(count=1, carrier="Flash Express")[0]
    shop.arrange(order_sn)
    assert control.order(order_sn)["status"] == "PROCESSED"
    repeated = shop.error("POST", "logistics/ship_order", body={"order_sn": order_sn, "pickup": {}})
    assert repeated == "logistics.error_param"
    assert control.order(order_sn)["times_arranged"] == 1


@pytest.mark.parametrize(
    ("carrier", "body", "code"),
    [
        ("Flash Express", {"dropoff": {}}, "error_param"),
        ("Flash Express", {}, "error_param"),
        ("Flash Express", {"pickup": {}}, "logistics.error_logistics_shop_require_pickup_address"),
        ("Flash Express", {"pickup": {"address_id": 4021, "pickup_time_id": "old"}}, "logistics.error_pickup_time"),
        ("Thailand Post - EMS", {"dropoff": {}}, "logistics.error_store_not_found"),
        ("Seller Own Fleet", {"non_integrated": {}}, "logistics.error_traceno_required"),
        ("J&T Express", {"dropoff": {}, "package_number": ""}, "error_param"),
        ("SPX Express", {"dropoff": {}, "pickup": {}}, "error_param"),
    ],
)
def test_arranging_needs_exactly_what_was_asked_for(
    control: Control, shop: Shop, carrier: str, body: dict[str, object], code: str
) -> None:
    order_sn = control.orders(count=1, carrier=carrier)[0]
    assert shop.error("POST", "logistics/ship_order", body={"order_sn": order_sn, **body}) == code
    assert control.order(order_sn)["status"] == "READY_TO_SHIP"


def test_the_tracking_number_and_the_label_come_after_a_while(control: Control, shop: Shop) -> None:
    control.post("settings", shopee={"tracking_seconds": 100, "document_seconds": 100})
    order_sn = control.orders(count=1)[0]
    shop.arrange(order_sn)
    early = shop.get("logistics/get_tracking_number", order_sn=order_sn)
    assert early["tracking_number"] == ""
    assert early["hint"]
    control.post("clock", advance=101)
    number = shop.get("logistics/get_tracking_number", order_sn=order_sn)["tracking_number"]
    assert number
    entry = {"order_sn": order_sn, "tracking_number": number}
    download = {"order_list": [{"order_sn": order_sn}]}
    path = "logistics/download_shipping_document"
    assert shop.error("POST", path, body=download) == "logistics.shipping_document_should_print_first"
    shop.post("logistics/create_shipping_document", order_list=[entry])
    result = shop.post("logistics/get_shipping_document_result", order_list=[entry])["result_list"]
    assert result[0]["status"] == "PROCESSING"
    assert shop.error("POST", path, body=download) == "logistics.download_later"
    control.post("clock", advance=101)
    result = shop.post("logistics/get_shipping_document_result", order_list=[entry])["result_list"]
    assert result[0]["status"] == "READY"
    assert shop.send("POST", path, body=download).content.startswith(b"%PDF-")


def test_a_document_is_not_made_for_a_wrong_tracking_number(control: Control, shop: Shop) -> None:
    good, bad = control.orders(count=2)
    for order_sn in (good, bad):
        shop.arrange(order_sn)
    number = control.order(good)["tracking_number"]
    entries = [{"order_sn": good, "tracking_number": number}, {"order_sn": bad, "tracking_number": "XX"}]
    rows = shop.post("logistics/create_shipping_document", order_list=entries)["result_list"]
    assert "fail_error" not in rows[0]
    assert rows[1]["fail_error"] == "logistics.tracking_number_invalid"
    failed = shop.error("POST", "logistics/create_shipping_document", body={"order_list": entries[1:]})
    assert failed == "common.batch_api_all_failed"


def test_the_label_is_a_small_pdf_with_the_awb_as_text(control: Control, shop: Shop) -> None:
    order_sn = control.orders(count=1)[0]
    shop.arrange(order_sn)
    pdf = shop.label(order_sn)
    assert len(pdf) < 10_000
    pages = PdfReader(io.BytesIO(pdf)).pages
    text = pages[0].extract_text()
    known = control.order(order_sn)
    assert known["tracking_number"] in text
    assert order_sn in text
    assert known["lines"][0]["sku"] in text
    width, height = pages[0].mediabox.width, pages[0].mediabox.height
    assert (round(width / 72 * 25.4), round(height / 72 * 25.4)) == (100, 150)
    assert shop.label(order_sn) == pdf


def test_a_label_file_holds_a_page_per_order(control: Control, shop: Shop) -> None:
    numbers = control.orders(count=3)
    for order_sn in numbers:
        shop.arrange(order_sn)
        shop.label(order_sn)
    body = {"order_list": [{"order_sn": order_sn} for order_sn in numbers]}
    pdf = shop.send("POST", "logistics/download_shipping_document", body=body).content
    texts = [page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages]
    assert len(texts) == 3
    for order_sn, text in zip(numbers, texts, strict=True):
        assert control.order(order_sn)["tracking_number"] in text


def test_the_seller_cancels_before_shipping_only(control: Control, shop: Shop) -> None:
    ready, shipped = control.orders(count=1)[0], control.orders(count=1, status="SHIPPED")[0]
    wish = {"cancel_reason": "CUSTOMER_REQUEST"}
    shop.post("order/cancel_order", order_sn=ready, **wish)
    assert (control.order(ready)["status"], control.order(ready)["logistics"]) == ("CANCELLED", "LOGISTICS_INVALID")
    assert shop.error("POST", "order/cancel_order", body={"order_sn": shipped, **wish}) == "error_param"
    other = control.orders(count=1)[0]
    missing_items = {"order_sn": other, "cancel_reason": "OUT_OF_STOCK"}
    assert shop.error("POST", "order/cancel_order", body=missing_items) == "error_param"


@pytest.mark.parametrize(("operation", "status"), [("ACCEPT", "CANCELLED"), ("REJECT", "PROCESSED")])
def test_the_seller_answers_a_buyers_cancellation(control: Control, shop: Shop, operation: str, status: str) -> None:
    order_sn = control.orders(count=1)[0]
    shop.arrange(order_sn)
    control.post(f"shopee/orders/{order_sn}/status", status="IN_CANCEL")
    shop.post("order/handle_buyer_cancellation", order_sn=order_sn, operation=operation)
    assert control.order(order_sn)["status"] == status
    body = {"order_sn": order_sn, "operation": operation}
    assert shop.error("POST", "order/handle_buyer_cancellation", body=body) == "error_param"


def test_listings_are_paged_and_stock_is_set_per_variant(control: Control, shop: Shop) -> None:
    control.post("shopee/items")
    ids: list[int] = []
    offset, more = 0, True
    while more:
        page = shop.get("product/get_item_list", offset=offset, page_size=10, item_status="NORMAL")
        ids += [row["item_id"] for row in page["item"]]
        offset, more = page["next_offset"], page["has_next_page"]
    assert len(set(ids)) == len(ids) == 28
    skus = []
    for item in shop.get("product/get_item_base_info", item_id_list=",".join(map(str, ids)))["item_list"]:
        if item["has_model"]:
            skus += [one["model_sku"] for one in shop.get("product/get_model_list", item_id=item["item_id"])["model"]]
        else:
            skus.append(item["item_sku"])
    assert len(set(skus)) == 40
    known = next(row for row in control.get("shopee/items")["items"] if row["model_id"])
    entries = [
        {"model_id": known["model_id"], "seller_stock": [{"stock": 7}]},
        {"model_id": 1, "seller_stock": [{"stock": 7}]},
    ]
    answer = shop.post("product/update_stock", item_id=known["item_id"], stock_list=entries)
    assert [row["model_id"] for row in answer["success_list"]] == [known["model_id"]]
    assert [row["model_id"] for row in answer["failure_list"]] == [1]
    after = next(row for row in control.get("shopee/items")["items"] if row["model_id"] == known["model_id"])
    assert after["stock"] == 7


def test_packages_can_be_searched_by_state(control: Control, shop: Shop) -> None:
    numbers = control.orders(count=5)
    shop.arrange(numbers[0])

    def found(state: int) -> set[str]:
        body: dict[str, Any] = {"filter": {"package_status": state}, "pagination": {"page_size": 2, "cursor": ""}}
        seen: set[str] = set()
        while True:
            page = shop.post("order/search_package_list", **body)
            seen |= {row["order_sn"] for row in page["packages_list"]}
            body["pagination"]["cursor"] = page["pagination"]["next_cursor"]
            if not page["pagination"]["more"]:
                return seen

    assert found(2) == set(numbers[1:])
    assert found(3) == {numbers[0]}


def test_wrong_methods_and_unknown_paths_are_refused(shop: Shop) -> None:
    assert shop.send("POST", "order/get_order_list", body={}).status_code == 404
    assert shop.error("GET", "order/no_such_call") == "error_param"
    answer = shop.control.http.post(
        "/shopee/api/v2/logistics/ship_order", params=shop.query("logistics/ship_order"), content=b"{"
    )
    assert answer.json()["error"] == "error_data"


def test_a_shops_rate_limit_answers_429_with_retry_after(shop: Shop) -> None:
    shop.control.post("settings", shopee={"rate_limit_per_second": 2})
    answers = [shop.send("GET", "shop/get_shop_info") for _ in range(8)]
    refused = [answer for answer in answers if answer.status_code == 429]
    assert refused
    assert all(answer.json()["error"] == "error_rate_limit" for answer in refused)
    assert all(int(answer.headers["Retry-After"]) >= 1 for answer in refused)
