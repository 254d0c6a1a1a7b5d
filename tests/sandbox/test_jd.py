"""Simulated JD's products, stock and outbound lists (jd.md, 4 to 6)."""

from typing import Any

import pytest

from tests.sandbox.clients import Control, Shop
from tests.sandbox.jd_client import Jd, written

MUG = "MUG-350-WHT"
BEFORE_PICKING = ("10009", "10010", "100130", "100131", "100132", "10014", "10015")


@pytest.fixture
def jd(control: Control) -> Jd:
    """A linked PIN with ten mugs in its first warehouse."""
    control.post("jd/products", skus=[MUG], quantity=10)
    return Jd(control).link()


# --- products ----------------------------------------------------------------------------------------------------


def goods(jd: Jd, sku: str, **more: Any) -> dict[str, Any]:
    return {
        "deptNo": jd.dept,
        "isvGoodsNo": sku,
        "barcodes": "8991,8992",
        "thirdCategoryNo": "4159",
        "goodsName": "Gelas – 杯",
        "safeDays": 0,
        **more,
    }


def known(jd: Jd, **asked: Any) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = jd.good("goods.queryGoodsInfo", deptNo=jd.dept, queryType="1", **asked)[
        "goodsInfoList"
    ]
    return rows


def test_a_product_is_registered_changed_and_found(jd: Jd) -> None:
    number = jd.good("goods.transportGoodsInfo", **goods(jd, "CUP-1"))["goodsNo"]
    assert number.startswith("EMG")
    assert jd.good("goods.updateGoodsInfo", goodsNo=number, goodsName="Gelas baru", safeDays=90)["updateResult"] is True
    for asked in ({"isvGoodsNos": "CUP-1"}, {"goodsNos": number}, {"barcodes": "8992"}):
        assert known(jd, **asked) == [
            {
                "goodsNo": number,
                "isvGoodsNo": "CUP-1",
                "barcodes": "8991,8992",
                "goodsName": "Gelas baru",
                "safeDays": 90,
            }
        ]
    assert {row["isvGoodsNo"] for row in known(jd)} == {MUG, "CUP-1"}
    assert len(known(jd, pageNo=2, pageSize=1)) == 1
    other = jd.given["departments"][1]
    assert jd.good("goods.queryGoodsInfo", deptNo=other, queryType="1")["goodsInfoList"] == []


@pytest.mark.parametrize(
    "changed",
    [
        *({name: ""} for name in ("deptNo", "isvGoodsNo", "barcodes", "thirdCategoryNo", "goodsName", "safeDays")),
        {"isvGoodsNo": "x" * 61}, {"barcodes": "1" * 101}, {"thirdCategoryNo": "mug"}, {"goodsName": "x" * 501},
        {"safeDays": -1}, {"serial": "3"}, {"batch": "yes"}, {"netWeight": "heavy"}, {"goodsName": {"en": "x"}},
    ],
)  # fmt: skip
def test_a_bad_product_is_refused(jd: Jd, changed: dict[str, Any]) -> None:
    assert jd.bad("goods.transportGoodsInfo", {**goods(jd, "CUP-1"), **changed}) == "3100"
    assert [row["isvGoodsNo"] for row in known(jd)] == [MUG]


def test_a_product_keeps_its_sku(jd: Jd) -> None:
    number = known(jd)[0]["goodsNo"]
    assert jd.bad("goods.updateGoodsInfo", {"goodsNo": number, "isvGoodsNo": "OTHER"}) == "3100"
    assert jd.bad("goods.updateGoodsInfo", {"goodsNo": "EMG0", "goodsName": "x"}) == "3404"


def test_a_product_query_has_limits(jd: Jd) -> None:
    ask = {"deptNo": jd.dept, "queryType": "1"}
    many = ",".join(f"S{number}" for number in range(51))
    assert jd.bad("goods.queryGoodsInfo", {**ask, "isvGoodsNos": many}) == "3100"
    assert jd.bad("goods.queryGoodsInfo", {**ask, "pageSize": 1001}) == "3108"
    assert jd.bad("goods.queryGoodsInfo", {"deptNo": jd.dept}) == "3100"


@pytest.mark.parametrize("form", ["plain", "v1"])
def test_stock_rows_come_in_both_forms(jd: Jd, form: str) -> None:
    jd.control.post("settings", jd={"row_form": form})
    jd.push("R1", quantity=3)
    row = jd.good("stock.queryStock", deptNo=jd.dept, warehouseNo=jd.warehouse)["querystock_result"][0]
    inner = row["v1"] if form == "v1" else row
    assert (inner["sellerGoodsSign"], inner["totalNum"], inner["usableNum"]) == (MUG, 10, 7)


def test_stock_comes_in_pages_of_a_hundred(jd: Jd) -> None:
    jd.control.post("jd/products", skus=[f"S{number:03d}" for number in range(130)], quantity=2)
    ask = {"deptNo": jd.dept, "warehouseNo": jd.warehouse}
    pages = [jd.good("stock.queryStock", **ask, currentPage=page)["querystock_result"] for page in (1, 2, 3)]
    assert [len(page) for page in pages] == [100, 31, 0]
    assert {row["recordCount"] for page in pages for row in page} == {131}
    assert jd.bad("stock.queryStock", {**ask, "pageSize": 101}) == "3108"
    number = pages[1][5]["goodsNo"]
    assert [row["goodsNo"] for row in jd.good("stock.queryStock", **ask, goodsNo=number)["querystock_result"]] == [
        number
    ]


def test_rows_of_nought_are_hidden_unless_asked_for(jd: Jd) -> None:
    jd.control.post("jd/products", skus=["EMPTY"], quantity=0)
    assert (jd.stock(), jd.stock("EMPTY")) == ((10, 10), None)
    assert (jd.stock(returnZeroStock=2), jd.stock("EMPTY", returnZeroStock=2)) == (None, (0, 0))
    jd.control.post("settings", jd={"zero_rows": "too"})
    assert (jd.stock(returnZeroStock=2), jd.stock("EMPTY", returnZeroStock=2)) == ((10, 10), (0, 0))


def test_stock_is_kept_apart_by_kind_warehouse_and_department(jd: Jd) -> None:
    other = jd.given["warehouses"][1]["number"]
    jd.control.post("jd/stock", stock={MUG: 4}, allocated={MUG: 2}, warehouse=other)
    assert jd.stock(warehouseNo=other) == (6, 4)
    second = jd.given["departments"][1]
    jd.control.post("jd/products", skus=[MUG], quantity=3, warehouse=f"{other}-{second}")
    assert jd.stock(deptNo=second, warehouseNo=other) == (3, 3)
    rows = {row["place"]: row["sellable"] for row in jd.control.get("jd/stock")["stock"]}
    assert rows[f"{other}-{second}"] == 3
    assert jd.stock() == (10, 10)
    assert jd.stock(stockStatus="2") is None
    assert jd.stock(stockType="4") is None
    assert jd.bad("stock.queryStock", {"deptNo": jd.dept, "warehouseNo": "119"}) == "3404"
    assert jd.bad("stock.queryStock", {"deptNo": jd.dept, "warehouseNo": other, "stockType": "9"}) == "3100"


# --- outbound lists ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        *(({name: ""}, "3100") for name in (
            "isvUUID", "isvSource", "shopNo", "departmentNo", "warehouseNo", "salePlatformSource", "consigneeName",
            "consigneeAddress", "consigneeMobile", "orderMark", "quantity", "isvGoodsNo",
        )),
        ({"isvUUID": "x" * 126}, "3100"), ({"consigneeName": "x" * 21}, "3100"),
        ({"consigneeAddress": "x" * 101}, "3100"), ({"consigneeMobile": "1" * 31}, "3100"),
        ({"salesPlatformOrderNo": "x" * 201}, "3100"), ({"thirdWayBill": "x" * 201}, "3100"),
        ({"addressProvince": "x" * 101}, "3100"), ({"addressTown": "x" * 101}, "3100"),
        ({"orderMark": "0" * 49}, "3100"), ({"orderMark": "2" + "0" * 49}, "3100"),
        ({"orderMark": "1" + "0" * 49}, "3100"), ({"isvSource": "OTHER"}, "3100"), ({"soType": "3"}, "3100"),
        ({"salePlatformSource": "9"}, "3100"), ({"salePlatformSource": "1", "salesPlatformOrderNo": ""}, "3100"),
        ({"shipperNo": "CYS9"}, "3100"), ({"printExtendInfo": "{"}, "3100"),
        ({"quantity": "1,2"}, "3100"), ({"quantity": "0"}, "3100"), ({"quantity": "1.5"}, "3100"),
        ({"price": "1.234"}, "3100"), ({"price": "1,2"}, "3100"),
        ({"isvGoodsNo": "NO"}, "3404"), ({"goodsNo": "EMG0"}, "3404"), ({"warehouseNo": "119"}, "3404"),
        ({"shopNo": "ESP0"}, "3404"), ({"departmentNo": "EBU0"}, "3401"), ({"quantity": "11"}, "3411"),
    ],
)  # fmt: skip
def test_a_bad_list_is_refused_and_nothing_is_kept(jd: Jd, changed: dict[str, Any], code: str) -> None:
    assert jd.bad("order.addOrder", {**jd.order("R1"), **changed}) == code
    assert jd.made() == []
    assert jd.stock() == (10, 10)


@pytest.mark.parametrize(
    "changed",
    [
        {"consigneeMobile": "", "consigneePhone": "0212345"},
        {"orderMark": "1" + "0" * 49, "receivable": "45000"},
        {"salePlatformSource": "1", "salesPlatformOrderNo": "JD1"},
        {"soType": "2", "shopNo": ""},
        {"price": "45000.00"},
        {"printExtendInfo": '{"sort": "A1"}'},
        {"consigneeName": "บ" * 20},
    ],
)
def test_what_may_be_otherwise_is_taken(jd: Jd, changed: dict[str, Any]) -> None:
    jd.push("R1", **changed)
    assert [row["times_created"] for row in jd.made()] == [1]


def test_products_may_be_named_by_jds_numbers(jd: Jd) -> None:
    jd.control.post("jd/products", skus=["CUP-1"], quantity=5)
    numbers = {row["isvGoodsNo"]: row["goodsNo"] for row in known(jd)}
    jd.push("R1", isvGoodsNo="", goodsNo=f"{numbers['CUP-1']},{numbers[MUG]}", quantity="2,3")
    assert jd.made()[0]["items"] == [{"sku": "CUP-1", "quantity": 2}, {"sku": MUG, "quantity": 3}]
    assert (jd.stock("CUP-1"), jd.stock()) == ((5, 3), (10, 7))


def test_a_repeated_reference_brings_the_same_number_or_a_refusal(jd: Jd) -> None:
    number = jd.push("R1")
    assert jd.push("R1") == number
    jd.control.post("settings", jd={"repeat_answer": "error"})
    assert jd.bad("order.addOrder", jd.order("R1")) == "3409"
    jd.cancel(number)
    assert jd.bad("order.addOrder", jd.order("R1")) == "3409"
    assert [(row["number"], row["times_created"], row["repeats"]) for row in jd.made()] == [(number, 1, 3)]


def test_a_lenient_partner_shows_a_double_push(jd: Jd) -> None:
    jd.control.post("settings", jd={"allow_duplicate_reference": True})
    assert jd.push("R1") != jd.push("R1")
    assert [row["times_created"] for row in jd.made()] == [2, 2]


def test_a_list_may_wait_for_stock(jd: Jd) -> None:
    jd.control.post("settings", jd={"shortage": "wait"})
    jd.push("R1", quantity=12)
    assert [row["allocated"] for row in jd.made()] == [False]
    jd.control.post("jd/stock", stock={MUG: 12})
    assert [row["allocated"] for row in jd.made()] == [True]
    assert jd.stock() == (12, 0)


def test_stock_is_reserved_leaves_with_the_parcel_and_comes_back_on_cancelling(jd: Jd) -> None:
    gone, back = jd.push("R1", quantity=3), jd.push("R2", quantity=2)
    assert jd.stock() == (10, 5)
    jd.control.post("jd/orders/R1/status", status="10019")
    assert jd.cancel(back) == "1"
    assert jd.stock() == (7, 7)
    jd.control.post("jd/orders/R1/status", status="10034")
    assert jd.stock() == (7, 7)
    assert (jd.status(gone), jd.status(back)) == ("10034", "10028")


def test_the_warehouse_may_be_left_out_with_automatic_sourcing(jd: Jd) -> None:
    jd.control.post("settings", jd={"warehouse_optional": True})
    jd.push("R1", warehouseNo="")
    assert jd.made()[0]["warehouse"] == jd.warehouse


def test_lists_ship_by_themselves_step_by_step(jd: Jd) -> None:
    jd.control.post("settings", jd={"ship_after": 3600})
    number = jd.push("R1")
    jd.control.post("clock", advance=3601)
    lines = jd.good("order.queryOrderStatus", eclpSoNo=number)["queryorderstatus_result"]["orderStatusList"]
    assert [line["soStatusCode"] for line in lines] == [10010, 10014, 10015, 10016, 10017, 10018, 10019]
    assert jd.stock() == (9, 9)


def test_a_shipped_parcel_is_seen_by_the_marketplace(jd: Jd, shop: Shop) -> None:
    order_sn = jd.control.orders(count=1)[0]
    shop.arrange(order_sn)
    jd.push("R1", thirdWayBill=jd.control.order(order_sn)["tracking_number"])
    jd.control.post("jd/orders/R1/status", status="10019")
    jd.control.post("tick")
    assert jd.control.order(order_sn)["status"] == "SHIPPED"


# --- AWB and look-ups --------------------------------------------------------------------------------------------


def detail(jd: Jd, number: str) -> dict[str, Any]:
    found: dict[str, Any] = jd.good("order.queryOrder", eclpSoNo=number)["queryorder_result"]
    return found


def test_another_carriers_awb_comes_back(jd: Jd) -> None:
    assert detail(jd, jd.push("R1"))["wayBill"] == "JX-R1"


@pytest.mark.parametrize("place", ["field", "package"])
def test_jds_own_awb_stands_in_way_bill_or_in_the_package(jd: Jd, place: str) -> None:
    jd.control.post("settings", jd={"way_bill": place})
    number = jd.push("R1", thirdWayBill="", shipperNo="")
    before = detail(jd, number)
    assert (before["wayBill"], before["orderPackageList"], before["shipperNo"]) == ("", [], "CYS0000010")
    jd.control.post("jd/orders/R1/status", status="10018")
    after = detail(jd, number)
    tracking = jd.made()[0]["tracking"]
    assert tracking.startswith("JDX")
    assert after["wayBill"] == (tracking if place == "field" else "")
    assert after["orderPackageList"][0]["packageNo"].removesuffix("-1-1-") == tracking
    packs = jd.good("order.queryOrderPacks", eclpSoNo=number)["queryorderpacks_result"][0]
    assert (packs["packCount"], packs["isvUUID"]) == (1, "R1")


def test_lists_are_found_by_the_platforms_number_or_by_time(jd: Jd) -> None:
    number = jd.push("R1")
    ask: dict[str, Any] = {"deptNo": jd.dept, "shopNo": jd.shop, "pageNo": 1, "pageSize": 100}
    found = jd.good("order.queryOrderList", **ask, salePlatformOrderNo="M-R1")["queryordervmi_result"]
    assert [(row["eclpSoNo"], row["isvUUID"], row["totalNum"]) for row in found] == [(number, "R1", 1)]
    assert jd.good("order.queryOrderList", **ask, salePlatformOrderNo="M-R2")["queryordervmi_result"] == []
    assert jd.bad("order.queryOrderList", ask) == "3100"
    now = jd.control.get("clock")["now"]
    today = {"startDate": written(now - 100), "endDate": written(now + 100)}
    earlier = {"startDate": written(now - 200), "endDate": written(now - 100)}
    assert len(jd.good("order.queryOrderList", **ask, **today)["queryordervmi_result"]) == 1
    assert jd.good("order.queryOrderList", **ask, **earlier)["queryordervmi_result"] == []
    assert jd.good("order.queryOrderList", **ask, **today, orderStatus="10019")["queryordervmi_result"] == []
    assert jd.bad("order.queryOrderList", {**ask, **today, "pageNo": 101}) == "3108"
    assert jd.bad("order.queryOrderList", {**ask, **today, "pageSize": 101}) == "3108"
    assert jd.bad("order.queryOrderList", {**ask, **today, "startDate": "yesterday"}) == "3100"


def test_lists_are_paged_by_status(jd: Jd) -> None:
    numbers = [jd.push(f"R{place}") for place in range(5)]
    jd.control.post("jd/orders/R0/status", status="10014")
    now = jd.control.get("clock")["now"]
    ask = {"deptNo": jd.dept, "startDate": written(now - 100), "endDate": written(now + 100), "pageSize": 3}
    pages = [
        jd.good("order.queryOrderListByStatus", **ask, soStatus="10010", pageNo=page)["orderQueryResult"]["soNoList"]
        for page in (1, 2)
    ]
    assert pages == [numbers[1:4], numbers[4:]]


def test_a_new_list_may_be_missed_by_searches_for_a_while(jd: Jd) -> None:
    jd.control.post("settings", jd={"lookup_delay": 3600})
    number = jd.push("R1")
    ask = {"deptNo": jd.dept, "shopNo": jd.shop, "salePlatformOrderNo": "M-R1", "pageNo": 1, "pageSize": 100}
    assert jd.good("order.queryOrderList", **ask)["queryordervmi_result"] == []
    assert jd.status(number) == "10010"
    jd.control.post("clock", advance=3601)
    assert len(jd.good("order.queryOrderList", **ask)["queryordervmi_result"]) == 1


# --- cancelling --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", BEFORE_PICKING)
def test_a_list_is_cancelled_before_its_goods_are_off_the_shelf(jd: Jd, status: str) -> None:
    number = jd.push("R1")
    jd.control.post("jd/orders/R1/status", status=status)
    assert [jd.cancel(number), jd.cancel(number)] == ["1", "1"]
    assert (jd.status(number), jd.stock()) == ("10028", (10, 10))


@pytest.mark.parametrize("status", ["10016", "10017", "10018", "10019", "10020", "10029", "10032", "10034"])
def test_later_cancelling_is_refused_with_a_reason(jd: Jd, status: str) -> None:
    number = jd.push("R1")
    jd.control.post("jd/orders/R1/status", status=status)
    assert jd.cancel(number) == "2"
    assert jd.status(number) == status


def test_off_the_shelf_may_still_be_cancelled_where_the_knob_says_so(jd: Jd) -> None:
    jd.control.post("settings", jd={"picked_can_cancel": True})
    number = jd.push("R1")
    jd.control.post("jd/orders/R1/status", status="10016")
    assert (jd.cancel(number), jd.status(number)) == ("1", "10028")


def test_a_refusal_may_come_for_no_reason_of_state(jd: Jd) -> None:
    jd.control.post("settings", jd={"cancel_result": "fail"})
    number = jd.push("R1")
    assert (jd.cancel(number), jd.status(number)) == ("2", "10010")


@pytest.mark.parametrize(("result", "status", "stock"), [("success", "10028", (10, 10)), ("fail", "10029", (10, 9))])
def test_an_accepted_cancellation_is_decided_later(jd: Jd, result: str, status: str, stock: tuple[int, int]) -> None:
    jd.control.post("settings", jd={"cancel_seconds": 3600, "cancel_result": result})
    number = jd.push("R1")
    assert [jd.cancel(number), jd.cancel(number)] == ["1", "1"]
    assert jd.status(number) == "10010"
    jd.control.post("clock", advance=3601)
    assert (jd.status(number), jd.stock()) == (status, stock)


def test_an_accepted_cancellation_fails_when_the_parcel_leaves_first(jd: Jd) -> None:
    jd.control.post("settings", jd={"cancel_seconds": 3600})
    number = jd.push("R1")
    assert jd.cancel(number) == "1"
    jd.control.post("jd/orders/R1/status", status="10019")
    jd.control.post("clock", advance=3601)
    assert jd.status(number) == "10019"
    lines = jd.good("order.queryOrderStatus", eclpSoNo=number)["queryorderstatus_result"]["orderStatusList"]
    assert [line["soStatusCode"] for line in lines] == [10010, 10019, 10029]


def test_a_list_ships_after_its_cancellation_failed(jd: Jd) -> None:
    jd.control.post("settings", jd={"cancel_seconds": 3600, "cancel_result": "fail"})
    number = jd.push("R1")
    jd.cancel(number)
    jd.control.post("clock", advance=3601)
    jd.control.post("settings", jd={"ship_after": 3600})
    jd.control.post("clock", advance=3601)
    assert (jd.status(number), jd.stock()) == ("10019", (9, 9))


def test_control_can_show_a_code_that_is_in_no_list(jd: Jd) -> None:
    number = jd.push("R1")
    answer = jd.control.http.post("/_control/jd/orders/R1/status", json={"status": "10077"})
    assert answer.status_code == 400
    jd.control.post("jd/orders/R1/status", status="10077", raw=True, reason="?")
    assert (jd.status(number), jd.made()[0]["reason"]) == ("10077", "?")
