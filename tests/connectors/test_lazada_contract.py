"""The Lazada connector against contracts/: status lists, signing vectors and example exchanges, all pure."""

from __future__ import annotations

import contextlib
import csv
import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salur.connectors.base.errors import (
    AlreadyExists,
    AuthExpired,
    AuthRejected,
    PartnerError,
    RateLimited,
    Rejected,
    Retryable,
    TooLate,
    UnknownOutcome,
)
from salur.connectors.base.listing import StockTarget
from salur.connectors.base.transport import Call, Effect
from salur.connectors.base.types import Credentials, OrderStatus, RawRequest, ShippingOption, StoreOrder, TimeWindow
from salur.connectors.stores.lazada.connector import PLUGIN, LazadaConnector
from salur.connectors.stores.lazada.statuses import ITEM, order_status
from salur.connectors.stores.lazada.wire import Wire, push_signature, sign

from .by_operation import Scripted, form_of
from .contracts import CONTRACTS, contract, exchanges
from .test_garbage import answers, names

ORDER, PACKAGE = "260422900198363", "FP094612143977611"
PIECES = [260422900298363, 260422900398363]
NOW = 1_700_000_000.0
KEYS = Credentials(
    {
        "app_key": "100001",
        "app_secret": "lazsecret01",
        "base_url": "https://shop.invalid/rest",
        "auth_url": "https://auth.invalid",
        "venture": "ID",
        "shop_id": "1234567",
        "access_token": "tok_laz",
        "refresh_token": "ref_laz_1",
    }
)
SIGNING = contract("lazada/signing.json")


def example(operation: str, name: str) -> Any:
    return exchanges("lazada", operation)[name]["answer"]["json"]


def desk(script: dict[str, Any], **changes: str) -> tuple[LazadaConnector, Scripted]:
    transport = Scripted(script)
    return LazadaConnector(KEYS.replaced(**changes), transport, clock=lambda: NOW), transport


def shop(script: dict[str, Any], **changes: str) -> LazadaConnector:
    return desk(script, **changes)[0]


def items(name: str) -> Any:
    return example("orders.items.get", name)


def with_status(word: str) -> Any:
    told = json.loads(json.dumps(items("packed")))
    for row in told["data"][0]["order_items"]:
        row["status"] = word
    return told


# --- statuses and signatures


def test_every_listed_status_has_a_meaning_and_every_meaning_is_listed() -> None:
    with (CONTRACTS / "lazada" / "statuses.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    for machine, table in PLUGIN.status_tables.items():
        assert {row["code"] for row in rows if row["machine"] == machine} == set(table)


@pytest.mark.parametrize(
    ("words", "status"),
    [
        (["pending", "packed"], OrderStatus.PAID),
        (["packed", "canceled"], OrderStatus.READY),
        (["canceled"], OrderStatus.CANCELLED),
        (["packed", "shipped"], OrderStatus.SHIPPED),
        (["delivered", "shipped"], OrderStatus.SHIPPED),
        (["delivered", "canceled"], OrderStatus.COMPLETED),
        (["pending", "a new word"], OrderStatus.UNKNOWN),
        ([], OrderStatus.UNKNOWN),
    ],
)
def test_an_order_is_as_far_as_its_items(words: list[str], status: OrderStatus) -> None:
    assert order_status(words) is status


@pytest.mark.parametrize("vector", SIGNING["vectors"], ids=lambda vector: vector["name"])
def test_calls_are_signed_as_worked_out_by_hand(vector: dict[str, Any]) -> None:
    assert sign(vector["app_secret"], vector["path"], {**vector["query"], **vector["form"]}) == vector["sign"]
    ours = {
        name: value for name, value in vector["query"].items() if name not in ("app_key", "timestamp", "sign_method")
    }
    transport = Scripted(dict.fromkeys(("orders.get", "auth.token.create", "order.fulfill.pack"), b'{"code": "0"}'))
    wire = Wire(KEYS, transport, lambda: NOW)
    ours.pop("access_token", None)
    if vector["method"] == "POST":
        wire.post(vector["path"], vector["form"], Effect.REPEATABLE)
        assert form_of(transport.calls[0]) == vector["form"]
    elif vector["path"].startswith("/auth"):
        wire.get_token(vector["path"], ours)
    else:
        wire.get(vector["path"], ours)
    assert dict(transport.calls[0].params) == {**vector["query"], "sign": vector["sign"]}
    assert urlsplit(transport.calls[0].url).path == f"/rest{vector['path']}"


# --- push messages


def pushed(body: str, signature: str) -> Any:
    request = RawRequest(
        "POST", "https://hub.example.com/webhooks/store/1", {"Authorization": signature}, {}, body.encode()
    )
    return shop({}).parse_callback(request)


def signed(message: object) -> Any:
    body = json.dumps(message)
    return pushed(body, push_signature(KEYS["app_key"], KEYS["app_secret"], body.encode()))


@pytest.mark.parametrize("vector", SIGNING["push"], ids=lambda vector: vector["name"])
def test_messages_are_verified_as_worked_out_by_hand(vector: dict[str, Any]) -> None:
    (event,) = pushed(vector["body"], vector["sign"])
    assert (event.kind, event.subject, event.raw_status) == ("order", ORDER, "pending")
    with pytest.raises(AuthRejected):
        pushed(vector["body"].replace("pending", "shipped"), vector["sign"])
    with pytest.raises(AuthRejected):
        pushed(vector["body"], "")


def test_a_message_repeated_ten_times_is_one_and_others_are_not_ours() -> None:
    told = {name: one["request"]["json"] for name, one in exchanges("lazada", "push").items()}
    again = [{**told["order status"], "timestamp": 1_700_000_000_000 + delay} for delay in range(0, 10_000, 1000)]
    assert len({signed(message)[0].delivery_id for message in again}) == 1
    later = {**told["order status"], "data": {**told["order status"]["data"], "order_status": "packed"}}
    assert signed(later)[0].delivery_id != signed(told["order status"])[0].delivery_id
    assert [event.kind for event in signed(told["fulfilment order"])] == ["tracking"]
    assert signed({**told["order status"], "seller_id": "7654321"}) == []
    assert signed({**told["order status"], "site": "lazada_my"}) == []
    assert signed({**told["order status"], "message_type": 99}) == []


# --- login


def test_the_login_asks_for_the_country_of_a_cross_border_seller_only() -> None:
    asked = parse_qs(urlsplit(shop({}, venture="").authorize_url("https://hub.example.com/back", "st+te")).query)
    assert (asked["client_id"], asked["state"], asked["response_type"]) == (["100001"], ["st+te"], ["code"])
    assert "country" not in asked
    assert "country=my" in shop({}, venture="MY").authorize_url("https://hub.example.com/back", "s")


def test_the_code_becomes_tokens_of_one_seller_in_one_country() -> None:
    tokens = shop({"auth.token.create": example("auth.token.create", "code exchanged")}, venture="").exchange(
        {"code": "x"}
    )
    assert (tokens.access_token, tokens.identity, tokens.details["venture"]) == ("tok_laz", "1234567", "ID")
    assert tokens.access_expires_at == datetime.fromtimestamp(NOW, UTC) + timedelta(days=30)
    several = {"auth.token.create": example("auth.token.create", "a seller of several countries")}
    chosen = shop(several, venture="MY").exchange({"code": "x"})
    assert (chosen.identity, chosen.details["venture"], chosen.details["cross_border"]) == ("1234568", "MY", "yes")
    with pytest.raises(Rejected) as refused:
        shop(several, venture="").exchange({"code": "x"})
    assert refused.value.field == "venture"


def test_used_codes_and_tokens_mean_a_new_login() -> None:
    with pytest.raises(AuthRejected):
        shop({"auth.token.create": example("auth.token.create", "code used or too old")}).exchange({"code": "x"})
    with pytest.raises(AuthRejected):
        shop({"auth.token.refresh": example("auth.token.refresh", "refresh token unknown or used")}).refresh()
    fresh = shop({"auth.token.refresh": example("auth.token.refresh", "refreshed")}).refresh()
    assert (fresh.access_token, fresh.refresh_token) == ("tok_laz_2", "ref_laz_2")
    with pytest.raises(UnknownOutcome):
        shop({"auth.token.refresh": b"<html>"}).refresh()


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("token expired", AuthExpired),
        ("wrong signature", AuthRejected),
        ("unknown application", AuthRejected),
        ("clock wrong", Retryable),
        ("too many calls", RateLimited),
    ],
)
def test_errors_of_the_platform_have_their_class(name: str, expected: type[PartnerError]) -> None:
    with pytest.raises(PartnerError) as raised:
        shop({"seller.get": example("seller.get", name)}).verify()
    assert type(raised.value) is expected


def test_the_store_is_known_by_country_and_seller() -> None:
    identity = shop({"seller.get": example("seller.get", "the shop")}).verify()
    assert (identity.key, identity.country, identity.currency) == ("ID:1234567", "ID", "IDR")


# --- orders

WINDOW = TimeWindow(datetime(2023, 11, 14, 21, tzinfo=UTC), datetime(2023, 11, 14, 23, tzinfo=UTC))


def test_the_list_gives_orders_in_full() -> None:
    connector, transport = desk(
        {
            "orders.get": example("orders.get", "a page by update time"),
            "orders.items.get": items("two pieces of one product"),
        }
    )
    page = connector.orders(WINDOW, None)
    (head,) = page.items
    order = head.order
    assert isinstance(order, StoreOrder)
    assert page.cursor is None
    assert transport.asked == ["orders.get", "orders.items.get"]
    assert (order.external_id, order.status, order.raw_status) == (ORDER, OrderStatus.PAID, "pending")
    assert (order.total, order.currency, order.cash_on_delivery) == (Decimal("194000.00"), "IDR", True)
    assert order.version == head.updated_at == datetime(2023, 11, 14, 22, 10, tzinfo=UTC)
    assert [(line.key, line.sku, line.quantity) for line in order.lines] == [
        (str(piece), "MUG-350-WHT", 1) for piece in PIECES
    ]
    assert (order.address.country, order.address.city, order.address.district) == (
        "ID",
        "Kota Jakarta Selatan",
        "Tebet",
    )
    asked = dict(transport.calls[0].params)
    assert (asked["update_after"], asked["sort_by"], asked["sort_direction"], asked["limit"]) == (
        "2023-11-14T21:00:00+00:00",
        "updated_at",
        "ASC",
        "100",
    )


@pytest.mark.parametrize(
    ("header", "rows", "status", "awb"),
    [
        ("an order", "packed", OrderStatus.READY, "LEXID0069388114"),
        ("an order", "shipped", OrderStatus.SHIPPED, "LEXID0069388114"),
        ("an order", "two packages", OrderStatus.READY, ""),
        ("the buyer asks to cancel", "packed", OrderStatus.CANCEL_REQUESTED, "LEXID0069388114"),
        ("an order", "the buyer asks to cancel", OrderStatus.CANCEL_REQUESTED, "LEXID0069388114"),
    ],
)
def test_states_of_the_example_orders(header: str, rows: str, status: OrderStatus, awb: str) -> None:
    script = {"order.get": example("order.get", header), "orders.items.get": items(rows)}
    (order,) = shop(script).order_details([ORDER])
    assert (order.status, order.awb) == (status, awb)


def test_cancelled_pieces_are_not_picked_and_a_cancelled_order_keeps_its_lines() -> None:
    script = {"order.get": example("order.get", "an order"), "orders.items.get": items("one piece cancelled")}
    (order,) = shop(script).order_details([ORDER])
    assert [line.key for line in order.lines] == [str(PIECES[1])]
    script["orders.items.get"] = with_status("canceled")
    (gone,) = shop(script).order_details([ORDER])
    assert (gone.status, len(gone.lines)) == (OrderStatus.CANCELLED, 2)


def test_what_lazadas_own_warehouse_sends_is_left_out() -> None:
    told = json.loads(json.dumps(items("packed")))
    for row in told["data"][0]["order_items"]:
        row["is_fbl"] = 1
    script = {"order.get": example("order.get", "an order"), "orders.items.get": told}
    assert shop(script).order_details([ORDER]) == []
    script["orders.get"] = example("orders.get", "a page by update time")
    assert list(shop(script).orders(WINDOW, None).items) == []


def test_times_are_read_with_and_without_the_space_before_the_offset() -> None:
    told = json.loads(json.dumps(example("order.get", "an order")))
    told["data"] |= {"updated_at": "2023-11-15 06:10:00 +0700", "created_at": "2023-11-15 05:00:00"}
    (order,) = shop({"order.get": told, "orders.items.get": items("packed")}).order_details([ORDER])
    assert order.version == datetime(2023, 11, 14, 23, 10, tzinfo=UTC)
    assert order.ordered_at == datetime(2023, 11, 14, 22, 0, tzinfo=UTC)


def test_unknown_orders_are_left_out() -> None:
    assert shop({"order.get": example("order.get", "unknown order")}).order_details(["999", "26ZZZ"]) == []


ROW = example("orders.get", "a page by update time")["data"]["orders"][0]
ITEMS = items("two pieces of one product")["data"][0]


class Shelf:
    """A list of orders as Lazada pages it: sorted by the time of change, an offset from its beginning."""

    def __init__(self, changed: dict[int, int]) -> None:
        self.changed = changed  # order number: second of its last change, after the window's begin
        self.pages = 0

    def list(self, call: Call) -> Any:
        asked = dict(call.params)
        begin = datetime.fromisoformat(asked["update_after"])
        offset, limit = int(asked["offset"]), int(asked["limit"])
        rows = sorted((second, number) for number, second in self.changed.items())
        shown = [(self.at(second), number) for second, number in rows if self.at(second) >= begin]
        self.pages += 1
        page = [
            {**ROW, "order_id": number, "updated_at": at.isoformat(timespec="seconds")}
            for at, number in shown[offset : offset + limit]
        ]
        return {"code": "0", "data": {"count": len(page), "countTotal": len(shown), "orders": page}}

    @staticmethod
    def at(second: int) -> datetime:
        return WINDOW.since + timedelta(seconds=second)

    @staticmethod
    def items(call: Call) -> Any:
        wanted = json.loads(dict(call.params)["order_ids"])
        assert len(wanted) <= 50
        return {"code": "0", "data": [{**ITEMS, "order_id": number} for number in wanted]}


@settings(max_examples=20, deadline=None)
@given(st.data())
def test_no_order_is_missed_when_orders_change_under_way(data: st.DataObject) -> None:
    """The first pages' orders move to the end while the next page is asked for: an offset would jump over some."""
    count, seconds = data.draw(st.integers(90, 260)), data.draw(st.sampled_from([1, 3, 50, 5000]))
    shelf = Shelf({number: number % seconds for number in range(1, count + 1)})
    connector = shop({"orders.get": shelf.list, "orders.items.get": shelf.items})
    met: list[str] = []
    cursor, turns = None, 0
    while True:
        page = connector.orders(WINDOW, cursor)
        met += [head.external_id for head in page.items]
        cursor, turns = page.cursor, turns + 1
        if cursor is None:
            break
        moved = data.draw(st.lists(st.integers(1, count), max_size=5))
        shelf.changed |= dict.fromkeys(moved, seconds + 6000 + turns)
        assert turns < 60
    assert set(met) == {str(number) for number in range(1, count + 1)}


# --- shipping

OPTION = ShippingOption("dropship", {"shipping_allocate_type": "TFS"})
PENDING, PACKED, READY = "two pieces of one product", "packed", "ready to ship"


def test_packing_and_ready_to_ship_are_one_arrangement() -> None:
    connector, transport = desk(
        {
            "orders.items.get": [items(PENDING), items(PENDING), items(PACKED)],
            "order.fulfill.pack": example("order.fulfill.pack", "packed"),
            "order.package.rts": example("order.package.rts", "ready to ship"),
        }
    )
    assert list(connector.shipping_options(ORDER)) == [OPTION]
    connector.arrange(ORDER, OPTION)
    expected = exchanges("lazada", "order.fulfill.pack")["packed"]["request"]["form"]
    assert form_of(transport.last("order.fulfill.pack")) == expected
    assert (
        form_of(transport.last("order.package.rts"))
        == exchanges("lazada", "order.package.rts")["ready to ship"]["request"]["form"]
    )


def test_an_arrangement_that_broke_off_is_carried_on() -> None:
    connector, transport = desk(
        {"orders.items.get": items(PACKED), "order.package.rts": example("order.package.rts", "ready to ship")}
    )
    connector.arrange(ORDER, OPTION)
    assert transport.asked == ["orders.items.get", "order.package.rts"]


@pytest.mark.parametrize("name", [READY, "shipped"])
def test_what_was_arranged_before_says_so(name: str) -> None:
    connector = shop({"orders.items.get": items(name)})
    with pytest.raises(AlreadyExists):
        connector.shipping_options(ORDER)
    with pytest.raises(AlreadyExists):
        connector.arrange(ORDER, OPTION)


def test_success_does_not_mean_that_every_piece_passed() -> None:
    connector, transport = desk(
        {
            "orders.items.get": items(PENDING),
            "order.fulfill.pack": example("order.fulfill.pack", "one of two fails, and success is true"),
        }
    )
    with pytest.raises(Retryable) as failed:
        connector.arrange(ORDER, OPTION)
    assert failed.value.code == "1003"
    assert "order.package.rts" not in transport.asked


def test_a_piece_packed_by_somebody_else_meanwhile_is_no_failure() -> None:
    connector, transport = desk(
        {
            "orders.items.get": [items(PENDING), items(PACKED)],
            "order.fulfill.pack": example("order.fulfill.pack", "packed before"),
            "order.package.rts": example("order.package.rts", "ready to ship"),
        }
    )
    connector.arrange(ORDER, OPTION)
    assert transport.asked[-1] == "order.package.rts"
    with pytest.raises(Rejected):
        shop(
            {
                "orders.items.get": items(PENDING),
                "order.fulfill.pack": example("order.fulfill.pack", "packed before"),
            }
        ).arrange(ORDER, OPTION)


@pytest.mark.parametrize(
    ("answer", "expected"),
    [("unknown order", Rejected), ("the platform is busy", Retryable), ("cancelled meanwhile", Rejected)],
)
def test_a_refused_packing_has_its_class(answer: str, expected: type[PartnerError]) -> None:
    script = {"orders.items.get": items(PENDING), "order.fulfill.pack": example("order.fulfill.pack", answer)}
    with pytest.raises(expected):
        shop(script).arrange(ORDER, OPTION)


def test_ready_to_ship_of_a_cancelled_package_is_too_late_and_of_a_ready_one_fine() -> None:
    script = {"orders.items.get": items(PACKED)}
    cancelled = example("order.package.rts", "cancelled meanwhile, and success is true")
    with pytest.raises(TooLate):
        shop({**script, "order.package.rts": cancelled}).arrange(ORDER, OPTION)
    said = example("order.package.rts", "said before")
    shop({"orders.items.get": [items(PACKED), items(READY)], "order.package.rts": said}).arrange(ORDER, OPTION)


def test_cross_border_shops_choose_a_consolidation_warehouse() -> None:
    script = {
        "orders.items.get": items(PENDING),
        "order.shipment.providers.get": example("order.shipment.providers.get", "the seller must choose"),
    }
    (option,) = shop(script, cross_border="yes").shipping_options(ORDER)
    assert option.fields == {"shipping_allocate_type": "NTFS", "shipment_provider_code": "asc_1"}


def test_the_awb_number_of_one_package_and_the_refusal_of_two() -> None:
    got = shop({"orders.items.get": items(PACKED)}).awb(ORDER)
    assert (got.number, got.package, got.courier) == ("LEXID0069388114", PACKAGE, "LEX ID")
    assert shop({"orders.items.get": items(PENDING)}).awb(ORDER).number == ""
    with pytest.raises(Rejected) as split:
        shop({"orders.items.get": items("two packages")}).awb(ORDER)
    assert split.value.code == "split_order"


@pytest.mark.parametrize(
    ("answer", "behind", "pending", "failure"),
    [
        ("made", b"%PDF-1.4 label", False, False),
        ("made", b"", True, False),
        ("made", (404, b"gone"), True, False),
        ("made", b"<html>log in</html>", False, True),
        ("not made yet: empty, with success", b"", True, False),
        ("unknown package", b"", False, True),
    ],
)
def test_a_label_is_a_pdf_or_it_is_not_there(answer: str, behind: Any, pending: bool, failure: bool) -> None:
    connector, transport = desk(
        {"order.package.document.get": example("order.package.document.get", answer), "label.file": behind}
    )
    result = connector.label(ORDER, PACKAGE, "LEXID0069388114")
    assert (result.pending, bool(result.failure)) == (pending, failure)
    assert (result.document is not None) is not (pending or failure)
    if result.document is not None:
        fetched = transport.last("label.file")
        assert fetched.url == "https://labels.example/FP094612143977611.pdf"
        assert not fetched.params and not fetched.headers


def test_the_store_is_read_back_and_a_package_not_offered_yet_is_offered() -> None:
    said = example("order.package.rts", "ready to ship")
    connector, transport = desk({"orders.items.get": [items(PACKED), items(READY)], "order.package.rts": said})
    assert connector.confirm(ORDER, "LEXID0069388114", "").confirmed
    assert "order.package.rts" in transport.asked
    other = shop({"orders.items.get": items(READY)}).confirm(ORDER, "JX1", "")
    assert (other.confirmed, other.tracking) == (False, "LEXID0069388114")
    assert not shop({"orders.items.get": items(PENDING)}).confirm(ORDER, "LEXID0069388114", "").confirmed


# --- cancelling


def test_reasons_are_looked_up_by_their_name() -> None:
    connector, transport = desk(
        {
            "orders.items.get": items(PENDING),
            "order.reverse.cancel.validate": example("order.reverse.cancel.validate", "may be cancelled"),
            "order.reverse.cancel.create": example("order.reverse.cancel.create", "cancelled"),
        }
    )
    assert connector.cancel_order(ORDER, "out_of_stock").state == "accepted"
    asked = dict(transport.last("order.reverse.cancel.create").params)
    assert (asked["reason_id"], json.loads(asked["order_item_id_list"])) == ("10000021", PIECES)
    with pytest.raises(Rejected) as refused:
        connector.cancel_order(ORDER, "no_such_reason")
    assert "Sourcing Delay" in refused.value.message


def test_a_cancelled_order_is_cancelled_and_a_shipped_one_too_late() -> None:
    assert shop({"orders.items.get": with_status("canceled")}).cancel_order(ORDER, "out_of_stock").state == "accepted"
    refused = {"order.reverse.cancel.validate": example("order.reverse.cancel.validate", "may not be cancelled")}
    with pytest.raises(TooLate):
        shop({"orders.items.get": items("shipped"), **refused}).cancel_order(ORDER, "out_of_stock")
    with pytest.raises(Rejected):
        shop({"orders.items.get": items(PENDING), **refused}).cancel_order(ORDER, "out_of_stock")


@pytest.mark.parametrize(("accept", "word"), [(True, "true"), (False, "false")])
def test_a_buyers_wish_is_answered(accept: bool, word: str) -> None:
    connector, transport = desk(
        {
            "reverse.getreverseordersforseller": example(
                "reverse.getreverseordersforseller", "a request to cancel waits"
            ),
            "order.reverse.cancel.seller.decide": example("order.reverse.cancel.seller.decide", "answered"),
        }
    )
    connector.answer_cancellation(ORDER, accept, "")
    asked = dict(transport.last("order.reverse.cancel.seller.decide").params)
    assert (asked["reverse_order_id"], asked["agree_cancel"]) == ("5849600897086", word)


@pytest.mark.parametrize("waits", [True, False])
@pytest.mark.parametrize(
    ("accept", "state", "expected"),
    [
        (True, "canceled", AlreadyExists),
        (True, "packed", TooLate),
        (False, "packed", AlreadyExists),
        (False, "canceled", TooLate),
    ],
)
def test_a_wish_that_no_longer_waits(waits: bool, accept: bool, state: str, expected: type[PartnerError]) -> None:
    name = "a request to cancel waits" if waits else "answered before"
    script = {
        "reverse.getreverseordersforseller": example("reverse.getreverseordersforseller", name),
        "order.reverse.cancel.seller.decide": example("order.reverse.cancel.seller.decide", "nothing to answer"),
        "orders.items.get": with_status(state),
    }
    with pytest.raises(expected):
        shop(script).answer_cancellation(ORDER, accept, "")


# --- products


def test_products_come_by_slices_of_their_time() -> None:
    told = example("products.get", "a product of two variations")
    full = json.loads(json.dumps(told))
    full["data"]["total_products"] = 10_001
    connector, transport = desk({"products.get": [full, told]})
    first = connector.listings(None)
    assert [(one.sku, one.model_id, one.stock, one.weight_g, one.length_mm) for one in first.items] == [
        ("MUG-350-WHT", "9900011", 20, 350, 120),
        ("MUG-350-BLK", "9900012", 5, 350, 120),
    ]
    assert first.cursor is not None
    assert connector.listings(first.cursor).cursor is None
    whole, half, rest = (dict(call.params) for call in transport.calls)
    assert half["create_after"] == whole["create_after"] < half["create_before"] < whole["create_before"]
    assert half["create_before"] < rest["create_after"]
    assert rest["create_before"] == whole["create_before"]


def test_one_refused_stock_figure_does_not_spoil_the_others() -> None:
    refused, done = (example("product.stock.sellable.update", name) for name in ("one SKU refused", "set"))

    def answer(call: Call) -> Any:
        return refused if "<SkuId>2</SkuId>" in form_of(call)["payload"] else done

    batch = [StockTarget(f"k{number}", "88", str(number), f"A&{number}", number) for number in (1, 2, 3)]
    connector, transport = desk({"product.stock.sellable.update": answer})
    results = connector.set_stock(batch)
    assert [(one.key, type(one.error)) for one in results] == [("k1", type(None)), ("k2", Rejected), ("k3", type(None))]
    assert "LESS_THAN_CAMPAIGN" in str(results[1].error)
    assert len(transport.calls) == 4
    (single,) = desk({"product.stock.sellable.update": done})[0].set_stock(
        [StockTarget("k", "8800011", "9900011", "M", 17)]
    )
    assert single.error is None


def test_the_stock_request_is_the_examples() -> None:
    connector, transport = desk({"product.stock.sellable.update": example("product.stock.sellable.update", "set")})
    connector.set_stock([StockTarget("k", "8800011", "9900011", "MUG-350-WHT", 17)])
    expected = exchanges("lazada", "product.stock.sellable.update")["set"]["request"]["form"]
    assert form_of(transport.calls[0]) == expected


# --- garbage

WORDS = names(
    "code type message data result success error_code error_msg orders order_id order_items order_item_id statuses "
    "status created_at updated_at price voucher shipping_fee address_shipping country first_name sku currency "
    "package_id tracking_code need_cancel_confirm is_fbl pack_order_list order_item_list item_err_code retry packages "
    "file pdf_url reason_options reason_name reason_id tip_type items reverse_order_id request_type "
    "reverse_order_lines reverse_status total_products products skus SkuId item_id attributes Available access_token refresh_token "
    "expires_in country_user_info seller_id shipment_providers shipping_allocate_type"
)


@settings(max_examples=150, deadline=None)
@given(answers(WORDS, {"code": "0"}, "data") | answers(WORDS, {"code": "0"}, "result"))
def test_any_json_from_lazada(document: Any) -> None:
    told = Anything(document)
    connector = LazadaConnector(KEYS.replaced(cross_border="yes"), told, clock=lambda: NOW)
    for call in (
        lambda: connector.verify(),
        lambda: connector.orders(WINDOW, None),
        lambda: connector.orders(WINDOW, "x|y|z"),
        lambda: connector.order_details([ORDER]),
        lambda: connector.shipping_options(ORDER),
        lambda: connector.arrange(ORDER, OPTION),
        lambda: connector.awb(ORDER),
        lambda: connector.label(ORDER, PACKAGE, "T"),
        lambda: connector.confirm(ORDER, "T", ""),
        lambda: connector.cancel_order(ORDER, "out_of_stock"),
        lambda: connector.answer_cancellation(ORDER, True, ""),
        lambda: connector.listings(None),
        lambda: connector.listings("1|2"),
        lambda: connector.set_stock([StockTarget("k", "1", "2", "A", 3)]),
        lambda: connector.exchange({"code": "c"}),
        lambda: connector.refresh(),
        lambda: signed(document),
        lambda: signed({"seller_id": "1234567", "message_type": 0, "data": document}),
        lambda: signed({"seller_id": "1234567", "message_type": 14, "data": document}),
    ):
        with contextlib.suppress(PartnerError):
            call()


class Anything(Scripted):
    """The same answer to every question."""

    def __init__(self, document: Any) -> None:
        super().__init__({})
        self.document = document

    def send(self, call: Call) -> Any:
        self.script = {call.operation: [self.document]}
        if isinstance(self.document, list | tuple) or callable(self.document):
            self.script = {call.operation: [json.dumps(self.document).encode()]}
        return super().send(call)


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=60) | st.sampled_from([b"[" * 50_000, b"9" * 6000, b'{"code":1e999999}']))
def test_any_bytes_from_lazada(body: bytes) -> None:
    for call in (
        lambda: LazadaConnector(KEYS, Anything(body), clock=lambda: NOW).orders(WINDOW, None),
        lambda: LazadaConnector(KEYS, Anything(body), clock=lambda: NOW).arrange(ORDER, OPTION),
        lambda: shop({}).parse_callback(RawRequest("POST", "u", {"Authorization": "x\ud800"}, {}, body)),
    ):
        with contextlib.suppress(PartnerError):
            call()


def test_all_words_of_items_are_reached_by_the_states() -> None:
    assert {order_status([word]) for word in ITEM} == set(OrderStatus) - {
        OrderStatus.UNKNOWN,
        OrderStatus.CANCEL_REQUESTED,
    }
