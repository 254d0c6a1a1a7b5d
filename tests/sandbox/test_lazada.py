"""The simulated Lazada: who may call, an order's whole life, cancelling, goods, messages."""

from __future__ import annotations

import base64
import csv
import re
from typing import Any

import httpx
import pytest

from salur.sandbox.lazada.signing import push_signature, sign
from salur.sandbox.lazada.store import STATUSES
from tests.sandbox.clients import CONTRACTS, Control, contract
from tests.sandbox.lazada_client import Lazada, known, order
from tests.sandbox.test_contracts import example_shape, shape

# --- who may call ----------------------------------------------------------------------------------------------------


def test_the_signatures_are_those_of_the_contract() -> None:
    signing = contract("lazada", "signing.json")
    for one in signing["vectors"]:
        given = {**one["query"], **one["form"]}
        assert sign(one["app_secret"], one["path"], {**given, "sign": "left out"}) == one["sign"]
        assert sign(one["app_secret"], one["path"], {**given, "timestamp": "1700000000001"}) != one["sign"]
    for one in signing["push"]:
        assert push_signature(one["app_key"], one["app_secret"], one["body"].encode()) == one["sign"]


@pytest.mark.parametrize("vector", contract("lazada", "signing.json")["vectors"], ids=lambda one: one["name"])
def test_a_call_signed_as_in_the_contract_is_let_through(control: Control, vector: dict[str, Any]) -> None:
    control.post("clock", now=1_700_000_000)
    assert vector["app_key"] == Lazada(control).key
    query = {**vector["query"], "sign": vector["sign"]}
    path = f"/lazada/rest{vector['path']}"
    for changed, code in ((query, r"IllegalAccessToken|InvalidCode"), ({**query, "x": "1"}, "IncompleteSignature")):
        answer = control.http.request(vector["method"], path, params=changed, data=vector["form"] or None)
        assert re.fullmatch(code, answer.json()["code"]), answer.text


def test_what_is_wrong_with_a_call_is_told_by_its_code(control: Control, lazada: Lazada) -> None:
    path, old = "/seller/get", str(int(control.get("clock")["now"] * 1000) - 7_201_000)
    assert lazada.get(path)["seller_id"] == int(lazada.shop_id)
    for other, code in (
        ({"app_key": "1"}, "InvalidAppKey"),
        ({"timestamp": old}, "IllegalTimestamp"),
        ({"sign_method": "md5"}, "IncompleteSignature"),
        ({"access_token": "strange"}, "IllegalAccessToken"),
        ({"access_token": ""}, "MissingParameter"),
    ):
        answer = lazada.send("GET", path, {}, **other)
        assert (answer.status_code, answer.json()["code"]) == (200, code)
    lazada.secret = "another"
    assert lazada.ask("GET", path)["code"] == "IncompleteSignature"
    lazada.secret = lazada.form["app_secret"]
    control.post("lazada/tokens", expire="access")
    assert lazada.ask("GET", path)["code"] == "IllegalAccessToken"
    assert lazada.ask("GET", "/nowhere")["code"] == "InvalidApiPath"


def test_the_login_gives_a_code_for_one_exchange_and_each_refresh_token_works_once(control: Control) -> None:
    lazada = Lazada(control)
    assert lazada.log_in(answer="no") == {"store": "1", "error": "access_denied", "state": "s1"}
    back = lazada.log_in(answer="yes")
    assert (back["store"], back["state"]) == ("1", "s1")
    first = lazada.ask("GET", "/auth/token/create", code=back["code"])
    assert set(shape(first)) == example_shape("lazada", "auth.token.create", "code exchanged")
    assert first["country_user_info"][0]["seller_id"] == lazada.shop_id
    assert lazada.ask("POST", "/auth/token/create", code=back["code"])["code"] == "InvalidCode"
    second = lazada.ask("POST", "/auth/token/refresh", refresh_token=first["refresh_token"])
    assert second["refresh_token"] != first["refresh_token"]
    again = lazada.ask("GET", "/auth/token/refresh", refresh_token=first["refresh_token"])
    assert again["code"] == "IllegalRefreshToken"
    lazada.token = second["access_token"]
    assert lazada.get("/seller/get")["name"] == "Toko Contoh"
    late, lazada.token = lazada.log_in(answer="yes"), ""
    control.post("clock", advance=1801)
    assert lazada.ask("GET", "/auth/token/create", code=late["code"])["code"] == "InvalidCode"


def test_a_seller_of_several_countries_is_asked_at_each_countrys_host(control: Control) -> None:
    control.post("lazada/shops", shop_id="1234568", region="MY")
    control.post("settings", lazada={"all_countries": True})
    lazada = Lazada(control)
    tokens = lazada.ask("GET", "/auth/token/create", code=lazada.log_in(answer="yes")["code"])
    assert set(shape(tokens)) == example_shape("lazada", "auth.token.create", "a seller of several countries")
    assert (tokens["country"], [one["country"] for one in tokens["country_user_info"]]) == ("cb", ["id", "my"])
    lazada.token = tokens["access_token"]
    query = lazada.system("/seller/get", {})
    found = {host: control.http.get(f"/lazada/{host}/rest/seller/get", params=query).json() for host in ("my", "vn")}
    assert (found["my"]["data"]["seller_id"], found["vn"]["code"]) == (1234568, "IllegalAccessToken")


def test_too_many_calls_are_refused_with_http_200(control: Control, lazada: Lazada) -> None:
    control.post("settings", lazada={"rate_limit_per_second": 0.001})
    assert [lazada.ask("GET", "/seller/get")["code"] for _ in range(2)] == ["0", "ApiCallLimit"]
    assert [lazada.ask("GET", "/products/get", filter="all")["code"] for _ in range(2)] == ["0", "901"]


# --- reading ---------------------------------------------------------------------------------------------------------


def test_pages_by_offset_are_complete_and_bounded(control: Control, lazada: Lazada) -> None:
    numbers = control.post("lazada/orders", count=7, updated_seconds_ago=1000, spread_seconds=700)["numbers"]
    assert lazada.listed() == numbers
    control.post("lazada/orders/change", numbers=[numbers[0]], note="changed")
    assert lazada.listed() == [*numbers[1:], numbers[0]]
    after = {"update_after": "2020-01-01T00:00:00+07:00"}
    for query, code in (
        ({}, "18"),
        ({**after, "offset": "5001"}, "14"),
        ({**after, "limit": "101"}, "19"),
        ({"update_after": "yesterday"}, "17"),
        ({"update_after": "2020-01-01 00:00:00"}, "17"),
        ({**after, "status": "nonsense"}, "6"),
        ({**after, "sort_by": "price"}, "75"),
        ({**after, "sort_direction": "UP"}, "74"),
    ):
        assert lazada.ask("GET", "/orders/get", **query)["code"] == code, query


def test_answers_have_the_examples_shape(control: Control, lazada: Lazada) -> None:
    number = order(control)
    listed = lazada.ask("GET", "/orders/get", update_after="2020-01-01T00:00:00+07:00")
    assert set(shape(listed)) == example_shape("lazada", "orders.get", "a page by update time")
    assert set(shape(lazada.ask("GET", "/order/get", order_id=number))) == example_shape(
        "lazada", "order.get", "an order"
    )
    items = lazada.ask("GET", "/orders/items/get", order_ids=f"[{number}]")
    assert set(shape(items)) == example_shape("lazada", "orders.items.get", "two pieces of one product")
    assert "***" in lazada.get("/order/get", order_id=number)["customer_first_name"]
    assert set(shape(lazada.ask("GET", "/seller/get"))) == example_shape("lazada", "seller.get", "the shop")
    control.post("lazada/items", skus=["TSHIRT-BAS-M"])
    goods = lazada.ask("GET", "/products/get", filter="all")
    assert {one.replace(".color_family", ".variation") for one in shape(goods)} <= {
        one.replace(".color_family", ".variation")
        for one in example_shape("lazada", "products.get", "a product of two variations")
    }


def test_the_pieces_of_many_orders_are_asked_for_as_a_list(control: Control, lazada: Lazada) -> None:
    number = order(control)
    assert lazada.ask("GET", "/order/get", order_id="999")["code"] == "16"
    for ids, code in (("1,2", "56"), (f"[{number},999]", "37"), ("[999]", "39"), (str([1] * 51), "38")):
        assert lazada.ask("GET", "/orders/items/get", order_ids=ids)["code"] == code


def test_an_order_may_be_spoilt(control: Control, lazada: Lazada) -> None:
    bare = order(control, extra={"no_address": True, "no_items": True})
    assert lazada.get("/order/get", order_id=bare)["address_shipping"] == {}
    assert lazada.items(bare) == []
    strange = order(control, extra={"currency": "XTS"}, person={"name": "محمد 😀"})
    assert {row["currency"] for row in lazada.items(strange)} == {"XTS"}
    control.post("settings", lazada={"masked": False, "times": "spaced"})
    row = lazada.get("/order/get", order_id=strange)
    assert (row["customer_first_name"], row["updated_at"][-5:]) == ("محمد 😀", "+0700")


def test_only_listed_statuses_are_shown(control: Control, lazada: Lazada) -> None:
    with (CONTRACTS / "lazada" / "statuses.csv").open(encoding="utf-8", newline="") as file:
        listed = {row["code"] for row in csv.DictReader(file) if row["machine"] == "order"}
    assert {*STATUSES, "shipping"} == listed
    number, shown = order(control), set()
    for status in STATUSES:
        control.post(f"lazada/orders/{number}/status", status=status)
        rows = lazada.items(number)
        assert {row["status"] for row in rows} == set(lazada.get("/order/get", order_id=number)["statuses"])
        shown |= {row["status"] for row in rows}
    assert shown == set(STATUSES)


# --- an order's way --------------------------------------------------------------------------------------------------


def test_an_order_is_packed_labelled_made_ready_and_taken_by_the_courier(control: Control, lazada: Lazada) -> None:
    number = order(control, courier="J&T")
    rows = lazada.packed(number)
    package, tracking = rows[0]["package_id"], rows[0]["tracking_number"]
    assert [(row["item_err_code"], row["package_id"]) for row in rows] == [("0", package)] * 2
    assert {(row["status"], row["tracking_code"]) for row in lazada.items(number)} == {("packed", tracking)}
    assert rows[0]["shipment_provider"] == "J&T"
    assert [row["item_err_code"] for row in lazada.packed(number)] == ["700026", "700026"]
    answer = lazada.document(package)["data"]
    pdf = httpx.get(answer["pdf_url"], timeout=20)
    assert pdf.content.startswith(b"%PDF") and pdf.headers["content-type"] == "application/pdf"
    assert answer["pdf_url"] in base64.b64decode(answer["file"]).decode()
    assert (lazada.rts(package), lazada.rts(package, "FP1")) == (["0"], ["700000", "123"])
    assert {row["status"] for row in lazada.items(number)} == {"ready_to_ship"}
    assert (known(control, number)["step"], known(control, number)["times_arranged"]) == ("ready", 1)
    control.post("settings", lazada={"pickup_after": 0, "deliver_after": 0})
    control.post("tick")
    control.post("tick")
    assert lazada.get("/order/get", order_id=number)["statuses"] == ["delivered"]
    assert lazada.document(package)["error_code"] == "700000"


def test_a_piece_may_fail_while_success_is_true(control: Control, lazada: Lazada) -> None:
    control.post("settings", lazada={"courier_fails_every": 2})
    number = order(control)
    result = lazada.pack(number)
    rows = result["data"]["pack_order_list"][0]["order_item_list"]
    assert result["success"] is True
    assert [(row["item_err_code"], row["retry"], "package_id" in row) for row in rows] == [
        ("0", False, True),
        ("1003", True, False),
    ]
    assert [row["status"] for row in lazada.items(number)] == ["packed", "pending"]
    again = lazada.packed(number, [rows[1]["order_item_id"]])
    assert again[0]["item_err_code"] == "0" and again[0]["package_id"] != rows[0]["package_id"]


def test_a_label_may_be_empty_with_success_before_it_is_made(control: Control, lazada: Lazada) -> None:
    control.post("settings", lazada={"label_empty_times": 1})
    package = lazada.packed(order(control))[0]["package_id"]
    empty = lazada.document(package)
    assert (empty["success"], empty["data"]["file"], empty["data"]["pdf_url"]) == (True, "", "")
    assert lazada.document(package)["data"]["pdf_url"]
    assert httpx.get(f"{lazada.form['base_url']}/documents/guessed.pdf", timeout=20).status_code == 404


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"delivery_type": "pickup"}, "700004"),
        ({"shipping_allocate_type": "NTFS"}, "700004"),
        ({"pack_order_list": []}, "700017"),
        ({"pack_order_list": [{"order_id": 1, "order_item_list": [1]}] * 21}, "700022"),
        ({"pack_order_list": [{"order_id": 1, "order_item_list": [1]}]}, "700021"),
    ],
)
def test_a_request_to_pack_is_refused_as_a_whole(
    control: Control, lazada: Lazada, wrong: dict[str, Any], code: str
) -> None:
    number = order(control)
    result = lazada.pack(number, **wrong)
    assert (result["success"], result["error_code"]) == (False, code)
    assert {row["status"] for row in lazada.items(number)} == {"pending"}


def test_a_cross_border_seller_must_choose_the_courier(control: Control, lazada: Lazada) -> None:
    control.post("settings", lazada={"seller_chooses_courier": True})
    number = order(control)
    wanted = {"orders": [{"order_id": number, "order_item_ids": lazada.piece_ids(number)}]}
    offered = lazada.get("/order/shipment/providers/get", getShipmentProvidersReq=wanted)["data"]
    assert (offered["platform_default"], offered["shipping_allocate_type"]) == (0, "NTFS")
    code = offered["shipment_providers"][0]["provider_code"]
    assert lazada.pack(number, shipping_allocate_type="NTFS")["error_code"] == "700016"
    good = lazada.pack(number, shipping_allocate_type="NTFS", shipment_provider_code=code)["data"]
    assert good["pack_order_list"][0]["order_item_list"][0]["shipment_provider"] == "Cainiao"


def test_a_package_is_taken_apart_and_packed_again(control: Control, lazada: Lazada) -> None:
    number = order(control)
    first = lazada.packed(number)[0]
    lazada.post("/order/package/repack", rePackReq={"packages": [{"package_id": first["package_id"]}]})
    assert {(row["status"], row["package_id"]) for row in lazada.items(number)} == {("repacked", "")}
    assert lazada.document(first["package_id"])["error_code"] == "123"
    assert lazada.packed(number)[0]["package_id"] != first["package_id"]
