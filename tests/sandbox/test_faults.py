"""Each fault does over real HTTP what its name says, and the counters prove what was done (design.md, 6)."""

import json
import time

import httpx
import pytest

from tests.sandbox.clients import Control, Shop, Warehouse, wanted_order


def create(warehouse: Warehouse, reference: str) -> httpx.Response:
    return warehouse.send("createOrder", wanted_order(reference))


def references(warehouse: Warehouse) -> list[str]:
    return [row["reference_no"] for row in warehouse.created()]


def test_error_before_does_nothing(control: Control, warehouse: Warehouse) -> None:
    control.fault("eccang", "createOrder", "error_before", times=1)
    assert create(warehouse, "R1").status_code == 500
    assert references(warehouse) == []
    assert create(warehouse, "R1").status_code == 200
    assert references(warehouse) == ["R1"]
    count = control.count("eccang", "createOrder")
    assert (count["calls"], count["ok"], count["faults"]) == (2, 1, {"error_before": 1})
    control.http.delete("/_control/counts")
    assert control.get("counts")["eccang"] == {}


def test_error_after_has_done_it(control: Control, warehouse: Warehouse) -> None:
    control.fault("eccang", "createOrder", "error_after", times=1)
    assert create(warehouse, "R1").status_code == 500
    assert references(warehouse) == ["R1"]


def test_cut_after_has_done_it_and_closes_the_connection(control: Control, warehouse: Warehouse) -> None:
    control.fault("eccang", "createOrder", "cut_after", times=1)
    with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
        create(warehouse, "R1")
    assert references(warehouse) == ["R1"]
    assert warehouse.bad("createOrder", **wanted_order("R1")) == "reference_no R1 already exists"


def test_timeout_after_has_done_it_while_the_client_waits(control: Control, warehouse: Warehouse) -> None:
    control.fault("eccang", "createOrder", "timeout_after", times=1, seconds=30)
    with pytest.raises(httpx.ReadTimeout):
        warehouse.send("createOrder", wanted_order("R1"), timeout=1.0)
    assert references(warehouse) == ["R1"]


def test_latency_comes_before_the_work(control: Control, warehouse: Warehouse) -> None:
    control.fault("eccang", "createOrder", "latency", times=1, seconds=0.4)
    begun = time.monotonic()
    assert create(warehouse, "R1").status_code == 200
    assert time.monotonic() - begun >= 0.4


def test_rate_limit_names_the_time_to_wait(control: Control, shop: Shop, warehouse: Warehouse) -> None:
    control.fault("shopee", "order/get_order_list", "rate_limit", times=1, retry_after=7)
    answer = shop.send("GET", "order/get_order_list")
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "7")
    assert answer.json()["error"] == "error_rate_limit"
    control.fault("eccang", "createOrder", "rate_limit", times=1, retry_after=3)
    answer = create(warehouse, "R1")
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "3")
    assert references(warehouse) == []


def test_garbage_is_http_200_that_cannot_be_read(control: Control, shop: Shop, warehouse: Warehouse) -> None:
    control.fault("shopee", "shop/get_shop_info", "garbage", times=1)
    answer = shop.send("GET", "shop/get_shop_info")
    assert answer.status_code == 200
    with pytest.raises(json.JSONDecodeError):
        answer.json()
    control.fault("eccang", "createOrder", "garbage", times=1)
    answer = create(warehouse, "R1")
    assert answer.status_code == 200
    assert "</SOAP-ENV:Envelope>" not in answer.text
    assert references(warehouse) == ["R1"]


def test_encoding_is_another_one_than_declared(control: Control, shop: Shop, warehouse: Warehouse) -> None:
    warehouse.good("createOrder", **wanted_order("R1"))
    control.fault("eccang", "getOrderByRefCode", "encoding", times=1)
    answer = warehouse.send("getOrderByRefCode", {"reference_no": "R1"})
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/xml; charset=utf-8")
    with pytest.raises(UnicodeDecodeError):
        answer.content.decode("utf-8")
    assert "สมชาย ใจดี" in answer.content.decode("gb18030")
    control.fault("shopee", "shop/get_shop_info", "encoding", times=1)
    plain = shop.send("GET", "shop/get_shop_info")
    assert "Baan Suan Shop" in plain.content.decode("utf-16"), "plain letters show the fault too"
    control.fault("eccang", "createOrder", "encoding", times=1)
    create(warehouse, "R2")
    assert references(warehouse) == ["R1", "R2"]


def test_html_is_an_error_page_with_http_200_after_the_work(control: Control, warehouse: Warehouse) -> None:
    control.fault("eccang", "createOrder", "html", times=1)
    answer = create(warehouse, "R1")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert "<html>" in answer.text
    assert references(warehouse) == ["R1"]


def test_duplicate_repeats_an_item_of_a_page(control: Control, shop: Shop, warehouse: Warehouse) -> None:
    control.orders(count=3)
    control.fault("shopee", "order/get_order_list", "duplicate", times=1)
    found = shop.listed()
    assert (len(found), len(set(found))) == (4, 3)
    control.fault("eccang", "getWarehouse", "duplicate", times=1)
    codes = [row["warehouse_code"] for row in warehouse.good("getWarehouse")["data"]]
    assert codes == ["TH01", "TH02", "TH02"]


def test_a_fault_hits_every_nth_call_so_many_times_and_only_matching_ones(
    control: Control, warehouse: Warehouse
) -> None:
    control.fault("eccang", "createOrder", "error_before", every=2, times=2)
    statuses = [create(warehouse, f"E{number}").status_code for number in range(6)]
    assert statuses == [200, 500, 200, 500, 200, 200]
    assert control.get("faults")["faults"] == []
    control.fault("eccang", "createOrder", "error_before", match="M2")
    assert [create(warehouse, name).status_code for name in ("M1", "M2", "M3")] == [200, 500, 200]


def test_faults_are_cleared_by_partner_and_operation(control: Control, shop: Shop, warehouse: Warehouse) -> None:
    control.fault("eccang", "*", "error_before")
    control.fault("shopee", "*", "error_before")
    assert control.http.delete("/_control/faults", params={"partner": "eccang"}).json() == {"cleared": 1}
    assert create(warehouse, "R1").status_code == 200
    assert shop.send("GET", "shop/get_shop_info").status_code == 500
    control.http.delete("/_control/faults")
    assert shop.send("GET", "shop/get_shop_info").status_code == 200


@pytest.mark.parametrize(
    "wish",
    [
        {"partner": "eccang", "operation": "createOrder", "kind": "explode"},
        {"partner": "nobody", "operation": "createOrder", "kind": "latency"},
        {"partner": "eccang", "operation": "createOrder", "kind": "reorder"},
        {"partner": "eccang", "operation": "createOrder", "kind": "latency", "second": 1},
    ],
)
def test_senseless_faults_are_refused(control: Control, wish: dict[str, object]) -> None:
    answer = control.http.post("/_control/faults", json=wish)
    assert answer.status_code == 400
    assert control.get("faults")["faults"] == []


def test_slow_calls_do_not_hold_up_others(control: Control, shop: Shop, warehouse: Warehouse) -> None:
    control.fault("eccang", "createOrder", "timeout_after", times=1, seconds=30)
    with pytest.raises(httpx.ReadTimeout):
        warehouse.send("createOrder", wanted_order("R1"), timeout=0.3)
    assert shop.send("GET", "shop/get_shop_info").status_code == 200
