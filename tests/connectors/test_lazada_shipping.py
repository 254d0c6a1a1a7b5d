"""Lazada: packing, label, confirmation and cancellation against the examples of contracts/."""

from __future__ import annotations

import json
from typing import Any

import pytest

from salur.connectors.base.errors import (
    AlreadyExists,
    PartnerError,
    Rejected,
    Retryable,
    TooLate,
)

from .by_operation import form_of
from .contracts import exchanges
from .lazada import OPTION, ORDER, PACKAGE, PIECES, desk, example, items, shop, with_status

# --- shipping

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
            "order.package.repack": example("order.package.repack", "taken apart"),
        }
    )
    with pytest.raises(Retryable) as failed:
        connector.arrange(ORDER, OPTION)
    assert failed.value.code == "1003"
    assert "order.package.rts" not in transport.asked
    undone = exchanges("lazada", "order.package.repack")["taken apart"]["request"]["form"]
    assert form_of(transport.last("order.package.repack")) == undone


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
