"""Fastock in the sandbox: the Qimen warehouse under another name, with accounts and rules of its own."""

import pytest

from tests.sandbox.clients import Control
from tests.sandbox.conftest import Receiver
from tests.sandbox.qimen_client import SKU, QimenWarehouse, first, sign, xml
from tests.sandbox.test_qimen_reports import TAKEN


@pytest.fixture
def fastock(control: Control) -> QimenWarehouse:
    """Its account, with ten mugs in MY01."""
    control.post("fastock/products", skus=[SKU], quantity=10)
    return QimenWarehouse(control, "fastock")


def test_its_form_holds_what_customer_service_hands_out(control: Control) -> None:
    given = control.get("credentials")["fastock"]
    form = given["form"]
    assert (form["country"], form["customer_code"], form["warehouse_codes"]) == ("MY", "FMY88001", "MY01,MY02")
    assert form["base_url"].endswith("/fastock/router/qimen/service")
    assert len(form["customer_code"]) <= 100
    assert len(form["app_key"]) <= 50
    assert (given["owner_code"], given["settings"]) == ("FMY88001", {})


def test_it_shares_neither_keys_nor_stock_nor_lists_with_qimen(
    control: Control, house: QimenWarehouse, fastock: QimenWarehouse
) -> None:
    fastock.good("deliveryorder.create", fastock.delivery("SO-1", 2))
    assert (fastock.stock(), house.stock()) == ({"ZP": (8, 2)}, {"ZP": (10, 0)})
    assert house.orders() == []
    house.url = fastock.url
    assert house.bad("inventory.query", house.criteria())[0] == "invalid-app-key"
    assert control.count("fastock", "deliveryorder.create")["ok"] == 1
    assert "deliveryorder.create" not in control.get("counts")["qimen"]


def test_its_faults_and_knobs_are_its_own(control: Control, house: QimenWarehouse, fastock: QimenWarehouse) -> None:
    control.fault("fastock", "inventory.query", "error_before")
    assert fastock.send("inventory.query", xml(fastock.criteria())).status_code == 500
    assert house.send("inventory.query", xml(house.criteria())).status_code == 200
    control.post("settings", fastock={"ship_after": 10})
    house.good("deliveryorder.create", house.delivery("SO-1"))
    fastock.good("deliveryorder.create", fastock.delivery("SO-1"))
    control.post("clock", advance=11)
    assert (house.status("SO-1"), fastock.status("SO-1")) == ("ACCEPT", "DELIVERED")


def test_it_demands_awb_and_label(control: Control, fastock: QimenWarehouse) -> None:
    code, words = fastock.bad("deliveryorder.create", fastock.delivery("SO-1", expressCode=""))
    assert (code, words) == ("invalid-parameter", "deliveryOrder.expressCode is required")
    bare = {**fastock.delivery("SO-1"), "extendProps": {}}
    assert fastock.bad("deliveryorder.create", bare)[0] == "label"
    assert fastock.orders() == []
    control.post("settings", fastock={"needs_awb": False, "needs_label": False})
    fastock.good("deliveryorder.create", {**fastock.delivery("SO-1", expressCode=""), "extendProps": {}})


def test_it_cancels_until_the_parcel_has_left(fastock: QimenWarehouse) -> None:
    for code in ("SO-1", "SO-2"):
        fastock.good("deliveryorder.create", fastock.delivery(code))
        fastock.move(code, "READY")
    fastock.good("order.cancel", fastock.named("SO-1"))
    fastock.move("SO-2", "DELIVERED")
    assert fastock.bad("order.cancel", fastock.named("SO-2"))[0] == "order-status"
    assert (fastock.status("SO-1"), fastock.stock()) == ("CANCELED", {"ZP": (9, 0)})


def test_a_query_for_an_item_that_is_not_there_proves_the_keys(fastock: QimenWarehouse) -> None:
    for code in ("MY01", "MY02"):
        assert fastock.rows(**fastock.criteria(itemCode="NOTHING", warehouseCode=code)) == []
    wrong = fastock.criteria(itemCode="NOTHING", warehouseCode="MY03")
    assert fastock.bad("inventory.query", wrong)[0] == "warehouse-not-found"
    fastock.secret = "wrong"
    assert fastock.bad("inventory.query", fastock.criteria())[0] == "sign-check-failure"


def test_it_tells_the_hub_of_finished_inbound_lists(
    control: Control, fastock: QimenWarehouse, receiver: Receiver
) -> None:
    receiver.reply = TAKEN
    control.post("fastock/subscriptions", callback_url=receiver.url)
    fastock.good("entryorder.create", fastock.entry("ASN-1"))
    fastock.move_in("ASN-1", "FULFILLED")
    receiver.wait_for(lambda: any(query["method"] == "entryorder.confirm" for query in receiver.queries))
    position = [query["method"] for query in receiver.queries].index("entryorder.confirm")
    query, body = receiver.queries[position], receiver.messages[position][1].decode()
    assert (query["customerId"], query["sign"]) == ("FMY88001", sign(fastock.secret, query, body))
    assert (first(body, "actualQty"), first(body, "confirmType")) == ("20", "0")
