"""Simulated JD's inbound lists and master data, its answers against the contract, and faults (jd.md, 3 and 4)."""

import csv
import json
from typing import Any

import httpx
import pytest

from salur.sandbox.jd.model import INBOUND_STATUSES, ORDER_STATUSES
from tests.sandbox.clients import CONTRACTS, Control, contract
from tests.sandbox.jd_client import Jd, written
from tests.sandbox.test_contracts import shape

MUG = "MUG-350-WHT"


@pytest.fixture
def jd(control: Control) -> Jd:
    """A linked PIN with ten mugs and two registered cups."""
    control.post("jd/products", skus=[MUG], quantity=10)
    control.post("jd/products", skus=["CUP-1", "CUP-2"])
    return Jd(control).link()


def made(jd: Jd) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = jd.control.get("jd/inbounds")["inbounds"]
    return found


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        *(({name: ""}, "3100") for name in (
            "spPoOrderNo", "deptNo", "whNo", "supplierNo", "isvGoodsNo", "numApplication", "goodsStatus"
        )),
        ({"spPoOrderNo": "x" * 51}, "3100"), ({"inboundRemark": "x" * 201}, "3100"),
        ({"numApplication": "0"}, "3100"), ({"numApplication": "1,2"}, "3100"), ({"goodsStatus": "4"}, "3100"),
        ({"deptNo": "EBU0"}, "3401"), ({"whNo": "119"}, "3404"), ({"supplierNo": "EMS0"}, "3404"),
        ({"isvGoodsNo": "NO"}, "3404"),
    ],
)  # fmt: skip
def test_a_bad_inbound_list_is_refused(jd: Jd, changed: dict[str, Any], code: str) -> None:
    assert jd.bad("po.addPoOrder", {**jd.inbound("IN-1"), **changed}) == code
    assert made(jd) == []


def test_receipts_are_totals_and_make_stock_sellable(jd: Jd) -> None:
    more = {"isvGoodsNo": f"{MUG},CUP-1", "numApplication": "10,4", "goodsStatus": "1,1"}
    number = jd.announce("IN-1", **more)
    assert (jd.po(number)["poOrderStatus"], jd.stock()) == ("10", (10, 10))
    for quantities, status, stock in (({MUG: 3}, "30", 13), ({MUG: 7}, "30", 17), ({MUG: 9, "CUP-1": 4}, "70", 19)):
        jd.control.post("jd/inbounds/IN-1/status", status=status, quantities=quantities)
        got = {row["orderLine"]: row["realInstoreQty"] for row in jd.po(number)["poItemModelList"]}
        assert got == {"1": str(quantities[MUG]), "2": str(quantities.get("CUP-1", 0))}
        assert jd.stock() == (stock, stock)
    last = jd.po(number)
    assert [row["shortQty"] for row in last["poItemModelList"]] == ["1", "0"]
    assert (last["isvPoOrderNo"], last["poOrderStatus"]) == ("IN-1", "70")
    assert last["completeTime"]


def test_damaged_units_and_batches_are_told_and_not_sellable(jd: Jd) -> None:
    number = jd.announce("IN-1")
    batch = {"sku": MUG, "batch": "B-1", "quantity": 8, "expires": "2028-01-31"}
    told = {"quantities": {MUG: 8}, "damaged": {MUG: 2}, "batches": [batch]}
    jd.control.post("jd/inbounds/IN-1/status", status="70", **told)
    row = jd.po(number)
    assert [(one["realInstoreQty"], one["damagedQty"]) for one in row["poItemModelList"]] == [("8", "2")]
    assert row["poBatAttrModelList"][0]["batAttrList"] == [{"batchKey": "expirationDate", "batchValue": "2028-01-31"}]
    assert (jd.stock(), jd.stock(stockStatus="2")) == ((18, 18), (2, 2))


def test_what_is_not_on_the_list_can_not_arrive(jd: Jd) -> None:
    jd.announce("IN-1")
    wrong = {"status": "30", "quantities": {"CUP-1": 1}}
    assert jd.control.http.post("/_control/jd/inbounds/IN-1/status", json=wrong).status_code == 400


def test_everything_planned_arrives_by_itself(jd: Jd) -> None:
    jd.control.post("settings", jd={"receive_after": 3600})
    number = jd.announce("IN-1")
    jd.control.post("clock", advance=3601)
    assert (jd.po(number)["poOrderStatus"], jd.stock()) == ("70", (20, 20))


def test_a_repeated_inbound_number(jd: Jd) -> None:
    number = jd.announce("IN-1")
    assert jd.announce("IN-1") == number
    jd.control.post("settings", jd={"repeat_answer": "error"})
    assert jd.bad("po.addPoOrder", jd.inbound("IN-1")) == "3409"
    assert jd.good("po.cancalPoOrder", poOrderNo=number)["poResult"]["code"] == "1"
    again = jd.announce("IN-1")
    assert [(row["number"], row["status"], row["repeats"]) for row in made(jd)] == [(number, "91", 2), (again, "10", 0)]


@pytest.mark.parametrize("status", ["10", "20"])
def test_an_inbound_list_is_withdrawn_before_receiving(jd: Jd, status: str) -> None:
    number = jd.announce("IN-1")
    jd.control.post("jd/inbounds/IN-1/status", status=status)
    assert jd.good("po.cancalPoOrder", poOrderNo=number)["poResult"]["code"] == "1"
    assert jd.po(number)["poOrderStatus"] == "91"


@pytest.mark.parametrize("status", ["30", "50", "70", "92"])
def test_later_an_inbound_list_is_not_withdrawn(jd: Jd, status: str) -> None:
    number = jd.announce("IN-1")
    jd.control.post("jd/inbounds/IN-1/status", status=status)
    verdict = jd.good("po.cancalPoOrder", poOrderNo=number)["poResult"]
    assert verdict["code"] == "2"
    assert verdict["msg"]
    assert jd.po(number)["poOrderStatus"] == status


@pytest.mark.parametrize(("result", "status"), [("success", "91"), ("fail", "92")])
def test_withdrawing_may_be_decided_later(jd: Jd, result: str, status: str) -> None:
    jd.control.post("settings", jd={"cancel_seconds": 3600, "cancel_result": result})
    number = jd.announce("IN-1")
    assert jd.good("po.cancalPoOrder", poOrderNo=number)["poResult"]["code"] == "1"
    assert jd.po(number)["poOrderStatus"] == "90"
    jd.control.post("clock", advance=3601)
    assert jd.po(number)["poOrderStatus"] == status


def test_closing_keeps_what_has_come(jd: Jd) -> None:
    number = jd.announce("IN-1")
    assert jd.good("po.closePo", poOrderNo=number)["poResult"]["code"] == "2"
    jd.control.post("jd/inbounds/IN-1/status", status="30", quantities={MUG: 4})
    assert jd.good("po.closePo", poOrderNo=number)["poResult"]["code"] == "1"
    row = jd.po(number)
    assert (row["poOrderStatus"], row["poItemModelList"][0]["realInstoreQty"]) == ("70", "4")
    assert jd.stock() == (14, 14)


def test_a_query_takes_a_hundred_numbers_and_skips_unknown_ones(jd: Jd) -> None:
    first, second = jd.announce("IN-1"), jd.announce("IN-2")
    rows = jd.good("po.queryPoOrder", poOrderNo=f"{second},EPL0,{first}")["queryPoModelList"]
    assert [row["isvPoOrderNo"] for row in rows] == ["IN-2", "IN-1"]
    many = ",".join(["EPL0"] * 101)
    assert jd.bad("po.queryPoOrder", {"poOrderNo": many}) == "3100"
    assert jd.bad("po.cancalPoOrder", {"poOrderNo": "EPL0"}) == "3404"


def test_departments_and_warehouses_are_the_pins_own(jd: Jd) -> None:
    assert [row["deptNo"] for row in jd.good("master.queryDept")["querydept_result"]] == jd.given["departments"]
    rows = jd.good("master.queryWarehouse", deptNo=jd.dept)["querywarehouse_result"]
    assert [row["warehouseNo"] for row in rows] == [one["number"] for one in jd.given["warehouses"]]
    assert {one["country"] for one in jd.given["warehouses"]} == {"ID", "VN"}
    one = jd.good("master.queryWarehouse", deptNo=jd.dept, warehouseNos=rows[1]["warehouseNo"])
    assert one["querywarehouse_result"] == rows[1:2]
    assert jd.bad("master.queryWarehouse", {}) == "3100"
    for method, field, value in (
        ("master.queryShop", "shopNo", jd.shop),
        ("master.querySupplier", "supplierNo", jd.supplier),
    ):
        (found,) = next(iter({k: v for k, v in jd.good(method, deptNo=jd.dept).items() if k != "code"}.values()))
        assert found[field] == value


# --- the contract ------------------------------------------------------------------------------------------------


def listed(machine: str) -> set[str]:
    with (CONTRACTS / "jd" / "statuses.csv").open(encoding="utf-8", newline="") as file:
        return {row["code"] for row in csv.DictReader(file) if row["machine"] == machine}


def test_every_status_is_listed_and_every_example_says_how_sure_it_is() -> None:
    assert set(ORDER_STATUSES) == listed("outbound")
    assert set(INBOUND_STATUSES) == listed("inbound")
    for path in (CONTRACTS / "jd" / "examples").glob("*.json"):
        example = contract("jd", f"examples/{path.name}")
        assert example["source"]
        assert {one["marking"] for one in example["exchanges"]} <= {"documented", "assumed"}


def form(value: Any) -> set[str]:
    return set(shape(value))


def example(method: str, name: str) -> set[str]:
    exchanges = contract("jd", f"examples/{method}.json")["exchanges"]
    return form(next(one["answer"]["json"] for one in exchanges if one["name"] == name))


def test_answers_have_the_examples_shape(jd: Jd) -> None:
    number, inbound = jd.push("R1", salesPlatformOrderNo="M-R1"), jd.announce("IN-1")
    jd.control.post("jd/orders/R1/status", status="10019")
    batch = {"sku": MUG, "batch": "B-1", "quantity": 10, "produced": "2025-01-31", "expires": "2028-01-31"}
    jd.control.post("jd/inbounds/IN-1/status", status="70", quantities={MUG: 10}, batches=[batch])
    now = jd.control.get("clock")["now"]
    span = {"startDate": written(now - 100), "endDate": written(now + 100), "pageNo": 1, "pageSize": 100}
    dept = {"deptNo": jd.dept}
    for method, params, name in (
        ("order.addOrder", jd.order("R1"), "repeated, the same number"),
        ("order.addOrder", jd.order("R9", quantity=99), "short of stock"),
        ("order.cancelOrder", {"eclpSoNo": number}, "refused"),
        ("order.queryOrderStatus", {"eclpSoNo": number}, "shipped"),
        ("order.queryOrder", {"eclpSoNo": number}, "shipped"),
        ("order.queryOrder", {"eclpSoNo": "ESL0"}, "no such list"),
        ("order.queryOrderPacks", {"eclpSoNo": number}, "one parcel"),
        ("order.queryOrderListByStatus", {**dept, "soStatus": "10019", **span}, "one list"),
        ("order.queryOrderList", {**dept, "shopNo": jd.shop, **span}, "of a time"),
        ("goods.queryGoodsInfo", {**dept, "queryType": "1"}, "by our SKUs"),
        ("goods.queryGoodsInfo", {**dept, "queryType": "2"}, "numbers only"),
        ("po.addPoOrder", jd.inbound("IN-2"), "announced"),
        ("po.queryPoOrder", {"poOrderNo": inbound}, "complete, with batches"),
        ("po.cancalPoOrder", {"poOrderNo": inbound}, "refused"),
        ("po.closePo", {"poOrderNo": inbound}, "closed with what has come"),
        ("stock.queryStock", {**dept, "warehouseNo": jd.warehouse}, "plain rows"),
        ("master.queryDept", {}, "all departments of the PIN"),
        ("master.queryWarehouse", dept, "the department's warehouses"),
        ("master.queryShipper", {}, "all carriers"),
        ("master.queryShop", dept, "the department's shops"),
        ("master.querySpSource", {}, "all platforms"),
        ("master.querySupplier", dept, "the department's suppliers"),
    ):
        assert form(jd.ask(method, params)) == example(method, name), method
    answer = jd.ask("order.queryOrder", {"eclpSoNo": number}, sign="0" * 32)
    assert form(answer) == example("gateway", "signature invalid")


def test_every_example_request_is_one_that_the_simulator_understands(jd: Jd) -> None:
    """Apart from numbers that only live in the examples: no field of them is missing or malformed."""
    jd.control.post("jd/products", skus=["TSHIRT-BAS-M"], quantity=10)
    only_there = (
        ("eclpSoNo", "ESL4398046641940"),
        ("poOrderNo", "EPL4398046516113"),
        ("product", "EMG4418078649868"),
    )
    for path in sorted((CONTRACTS / "jd" / "examples").glob("[gmops]*.*.json")):
        if path.name.startswith("oauth2"):
            continue
        exchange = contract("jd", f"examples/{path.name}")["exchanges"][0]
        answer = jd.ask(path.name.removesuffix(".json"), exchange["request"]["params"])
        if "error_response" in answer:
            words = answer["error_response"]["en_desc"]
            assert words in {f"{kind} {number} does not exist" for kind, number in only_there}, path.name


# --- faults ------------------------------------------------------------------------------------------------------


def test_a_fault_after_the_work_leaves_the_list_behind(jd: Jd) -> None:
    jd.control.fault("jd", "order.addOrder", "error_after", times=1)
    assert jd.send("order.addOrder", jd.order("R1")).status_code == 500
    jd.control.fault("jd", "order.addOrder", "cut_after", times=1)
    with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
        jd.send("order.addOrder", jd.order("R2"))
    assert [row["reference"] for row in jd.made()] == ["R1", "R2"]
    assert jd.control.count("jd", "order.addOrder")["ok"] == 2


def test_a_fault_before_the_work_leaves_nothing(jd: Jd) -> None:
    jd.control.fault("jd", "order.addOrder", "error_before", times=1)
    assert jd.send("order.addOrder", jd.order("R1")).status_code == 500
    jd.control.fault("jd", "order.addOrder", "rate_limit", times=1)
    assert jd.bad("order.addOrder", jd.order("R1")) == "2"
    assert jd.made() == []


def test_answers_may_be_unreadable(jd: Jd) -> None:
    jd.control.fault("jd", "order.addOrder", "garbage", times=1)
    with pytest.raises(json.JSONDecodeError):
        jd.send("order.addOrder", jd.order("R1")).json()
    jd.control.fault("jd", "stock.queryStock", "html", times=1)
    page = jd.send("stock.queryStock", {"deptNo": jd.dept, "warehouseNo": jd.warehouse})
    assert (page.status_code, page.headers["content-type"].split(";")[0]) == (200, "text/html")
    jd.control.fault("jd", "stock.queryStock", "encoding", times=1)
    answer = jd.send("stock.queryStock", {"deptNo": jd.dept, "warehouseNo": jd.warehouse})
    assert "utf-8" in answer.headers["content-type"].lower()
    with pytest.raises(UnicodeDecodeError):
        answer.content.decode()


def test_a_page_may_repeat_its_last_row(jd: Jd) -> None:
    jd.control.fault("jd", "stock.queryStock", "duplicate", times=1)
    rows = jd.good("stock.queryStock", deptNo=jd.dept, warehouseNo=jd.warehouse)["querystock_result"]
    assert len(rows) == 2
    assert rows[0] == rows[1]


def test_tokens_may_fail_to_come(jd: Jd) -> None:
    jd.control.fault("jd", "oauth2.refresh_token", "error_after", times=1)
    first = jd.exchange(jd.log_in())["refresh_token"]
    app = {"app_key": jd.app_key, "app_secret": jd.secret, "grant_type": "refresh_token", "refresh_token": first}
    assert jd.control.http.get("/jd/oauth2/refresh_token", params=app).status_code == 500
    assert jd.refresh(first)["code"] == 403
