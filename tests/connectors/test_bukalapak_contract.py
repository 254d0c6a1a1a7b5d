"""The Bukalapak connector against contracts/bukalapak: states, keys and examples, all pure."""

from __future__ import annotations

import csv
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs

import pytest
from hypothesis import given, settings

from salur.connectors.base.capabilities import StoreCapabilities
from salur.connectors.base.errors import AuthExpired, AuthRejected, ContractBroken, Rejected, Retryable, TooLate
from salur.connectors.base.listing import StockTarget
from salur.connectors.base.types import Credentials, OrderStatus, TimeWindow
from salur.connectors.stores.bukalapak.connector import PLUGIN, BukalapakConnector
from salur.connectors.stores.bukalapak.mapping import REASONS
from salur.connectors.stores.bukalapak.statuses import STAGES
from salur.connectors.stores.bukalapak.wire import basic

from .contracts import CONTRACTS, contract, exchanges
from .garbage import documents, names, unusable
from .scripted import Said, Scripted, asked, said

SELLER = Credentials(
    {
        "username": "cid",
        "password": "csecret",
        "shop_id": "67287",
        "access_token": "lXymG93y83m6RHzZV5FY",
        "base_url": "https://buka.invalid",
    }
)
NOW = 1_700_000_000.0
PAID = "51947"
SINCE = datetime(2023, 11, 14, tzinfo=UTC)
WINDOW = TimeWindow(SINCE, SINCE + timedelta(days=2))


def example(operation: str, name: str) -> Said:
    return said("bukalapak", operation, name)


def bukalapak(**answers: Said | list[Said]) -> tuple[BukalapakConnector, Scripted]:
    transport = Scripted(dict(answers))
    return BukalapakConnector(SELLER, transport, clock=lambda: NOW), transport


def in_state(state: str) -> Said:
    status, body = example("transaction", "paid")
    return status, {**body, "transactions": {**body["transactions"], "state": state}}


def test_every_documented_state_has_a_meaning_and_a_stage() -> None:
    with (CONTRACTS / "bukalapak" / "statuses.csv").open(encoding="utf-8", newline="") as file:
        codes = {row["code"] for row in csv.DictReader(file)}
    assert codes == set(PLUGIN.status_tables["order"]) == set(STAGES)


def test_account_and_password_buy_a_token() -> None:
    for vector in contract("bukalapak/signing.json")["basic"]:
        assert basic(vector["user"], vector["password"]) == vector["value"]
    connector, transport = bukalapak(authenticate=example("authenticate", "granted"))
    tokens = connector.grant()
    assert (tokens.identity, tokens.access_token) == ("67287", "lXymG93y83m6RHzZV5FY")
    assert transport.calls[0].headers["Authorization"] == basic("cid", "csecret")
    assert transport.calls[0].url == "https://buka.invalid/v2/authenticate.json"
    with pytest.raises(AuthRejected) as refused:
        bukalapak(authenticate=example("authenticate", "password wrong"))[0].grant()
    assert "password" in refused.value.message.lower()


def test_calls_carry_number_and_token() -> None:
    connector, transport = bukalapak(transactions=example("transactions", "a page"))
    identity = connector.verify()
    assert (identity.key, identity.name) == ("67287", "Toko Kopi Nusantara")
    expected = exchanges("bukalapak", "transactions")["a page"]["request"]["headers"]["Authorization"]
    assert transport.calls[0].headers["Authorization"] == expected
    with pytest.raises(AuthExpired):
        bukalapak(transactions=example("transactions", "token not valid"))[0].verify()


def test_the_list_gives_whole_orders() -> None:
    connector, _ = bukalapak(transactions=example("transactions", "a page"))
    page = connector.orders(WINDOW, None)
    assert page.cursor is None
    first, second = (head.order for head in page.items)
    assert first is not None
    assert second is not None
    assert (first.external_id, first.status, first.total) == (PAID, OrderStatus.PAID, Decimal(139000))
    assert first.ordered_at == datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC)
    assert [(line.sku, line.quantity) for line in first.lines] == [("1069174", 2)]
    assert (first.address.name, first.address.postal_code) == ("Siti Rahma", "12910")
    assert second.status is OrderStatus.SHIPPED
    assert [(line.sku, line.quantity) for line in second.lines] == [("1069174", 2), ("1069175", 1)]


def listed(*rows: dict[str, Any]) -> Said:
    return 200, {"status": "OK", "transactions": list(rows), "message": None}


def test_pages_are_read_until_one_is_older_than_the_window() -> None:
    row = exchanges("bukalapak", "transactions")["a page"]["answer"]["json"]["transactions"][0]
    young = [{**row, "id": number, "created_at": "2023-11-14T12:00:00+07:00"} for number in range(50)]
    old = [{**row, "id": number, "created_at": "2023-11-10T12:00:00+07:00"} for number in range(50, 100)]
    connector, transport = bukalapak(transactions=[listed(*young), listed(*old)])
    first = connector.orders(WINDOW, None)
    assert (len(first.items), first.cursor) == (50, "2")
    second = connector.orders(WINDOW, first.cursor)
    assert (second.items, second.cursor) == ([], None)
    assert [dict(call.params)["page"] for call in transport.calls] == ["1", "2"]


def test_what_the_account_has_bought_is_no_order() -> None:
    row = exchanges("bukalapak", "transactions")["a page"]["answer"]["json"]["transactions"][0]
    bought = {**row, "seller": {"id": 1, "name": "Somebody else", "username": "x"}}
    assert bukalapak(transactions=listed(bought))[0].orders(WINDOW, None).items == []
    assert bukalapak(transaction=(200, {"status": "OK", "transactions": bought}))[0].order_details([PAID]) == []


def test_newer_states_have_higher_versions_and_list_and_detail_agree() -> None:
    (head,) = bukalapak(transactions=example("transactions", "a page"))[0].orders(WINDOW, None).items[:1]
    (detail,) = bukalapak(transaction=example("transaction", "paid"))[0].order_details([PAID])
    assert head.order == detail
    versions = [
        bukalapak(transaction=in_state(state))[0].order_details([PAID])[0].version
        for state in ("pending", "paid", "delivered", "received", "remitted", "refunded")
    ]
    assert versions == sorted(set(versions))


def test_unknown_orders_are_left_out_and_paths_are_quoted() -> None:
    connector, transport = bukalapak(transaction=example("transaction", "unknown"))
    assert connector.order_details(["1", "a/b"]) == []
    assert transport.calls[1].url.endswith("/transactions/a%2Fb.json")


def test_a_product_without_its_pieces_is_refused_by_name() -> None:
    status, body = example("transaction", "paid")
    products = body["transactions"]["products"]
    for wrong in ([*products, {**products[0], "id": 2}], [{**products[0], "quantity": 1}] * 2):
        answer = (status, {**body, "transactions": {**body["transactions"], "products": wrong}})
        with pytest.raises(ContractBroken):
            bukalapak(transaction=answer)[0].order_details([PAID])


def test_confirming_names_the_courier_unless_it_is_built_in() -> None:
    ok = example("confirm_shipping", "confirmed")
    for courier, name, number in (
        ("JNE", "confirmed", "1568772840123"),
        ("AnterAja", "another courier", "10000123456789"),
    ):
        connector, transport = bukalapak(transaction=[in_state("paid"), in_state("delivered")], confirm_shipping=ok)
        result = connector.confirm(PAID, number, courier)
        assert (result.confirmed, result.raw_status, result.tracking) == (True, "delivered", number)
        assert transport.sent("confirm_shipping") == asked("bukalapak", "confirm_shipping", name)


def test_a_refused_confirmation_is_told_by_the_state() -> None:
    refused = example("confirm_shipping", "not paid, or confirmed before")
    done, _ = bukalapak(transaction=[in_state("paid"), in_state("delivered")], confirm_shipping=refused)
    assert done.confirm(PAID, "1", "JNE").confirmed
    not_done, _ = bukalapak(transaction=in_state("paid"), confirm_shipping=refused)
    result = not_done.confirm(PAID, "1", "JNE")
    assert not result.confirmed
    assert "konfirmasi" in result.detail
    before, transport = bukalapak(transaction=in_state("received"))
    assert before.confirm(PAID, "1", "JNE").confirmed
    assert transport.operations() == ["transaction"]


def test_rejecting_is_proved_by_reading_the_order() -> None:
    form = exchanges("bukalapak", "reject")["rejected"]["request"]["form"]
    connector, transport = bukalapak(reject=example("reject", "rejected"), transaction=in_state("rejected"))
    assert connector.cancel_order(PAID, "out_of_stock").state == "accepted"
    sent = parse_qs((transport.calls[0].content or b"").decode())
    assert {key: value[0] for key, value in sent.items()} == form
    failed = example("reject", "not rejected")
    outcome = bukalapak(reject=failed, transaction=in_state("paid"))[0].cancel_order(PAID, "busy")
    assert (outcome.state, outcome.reason) == ("refused", "Failed to reject")
    with pytest.raises(TooLate):
        bukalapak(reject=failed, transaction=in_state("delivered"))[0].cancel_order(PAID, "busy")
    with pytest.raises(Rejected):
        bukalapak()[0].cancel_order(PAID, "because")


def test_every_reason_offered_is_one_that_bukalapak_takes() -> None:
    can = PLUGIN.capabilities
    assert isinstance(can, StoreCapabilities)
    assert {code for code, _ in can.cancel_reasons} == set(REASONS)


def test_products_are_known_by_their_number() -> None:
    page = bukalapak(mylapak=example("mylapak", "a page"))[0].listings(None)
    assert [(one.item_id, one.sku, one.stock, one.weight_g) for one in page.items] == [
        ("1069174", "1069174", 40, 250),
        ("1069175", "1069175", 7, 250),
    ]
    assert page.cursor is None


def test_stock_has_one_outcome_for_each_product() -> None:
    connector, transport = bukalapak(product=[example("product", "stock set"), example("product", "refused")])
    batch = [StockTarget("a", "1069174", "", "1069174", 38), StockTarget("b", "2", "", "2", 1)]
    good, bad = connector.set_stock(batch)
    assert good.error is None
    assert isinstance(bad.error, Rejected)
    assert "Stok harus" in bad.error.message
    assert transport.calls[0].url.endswith("/products/1069174.json")
    assert transport.sent("product") == {"product": {"stock": 1}}


@pytest.mark.parametrize("body", [b"", b"<html>502</html>", b"[]", b"{}"])
def test_an_answer_that_cannot_be_read_is_named_or_asked_for_again(body: bytes) -> None:
    with pytest.raises(ContractBroken):
        bukalapak(transactions=(200, body))[0].orders(WINDOW, None)
    with pytest.raises(Retryable):
        bukalapak(reject=(200, body))[0].cancel_order(PAID, "busy")


NAMES = names(
    "status message transactions id state created_at products quantity price name seller buyer username consignee "
    "address total_amount user_id token stock weight"
)


def everything(one: BukalapakConnector) -> tuple[Callable[[], object], ...]:
    return (
        one.grant,
        one.verify,
        lambda: one.orders(WINDOW, None),
        lambda: one.order_details(["1"]),
        lambda: one.confirm("1", "T", "JNE"),
        lambda: one.cancel_order("1", "busy"),
        lambda: one.listings(None),
        lambda: one.set_stock([StockTarget("k", "1", "", "A", 3)]),
    )


@settings(max_examples=150, deadline=None)
@given(documents(NAMES))
def test_any_json_is_understood_or_refused(document: Any) -> None:
    whole = {"status": "OK", "transactions": [document], "products": [document]}
    for answer in (document, whole, {"status": "OK", "transactions": document, "products": document}):
        one = BukalapakConnector(SELLER, Scripted({"*": (200, answer)}))
        assert unusable(*everything(one)) == []
