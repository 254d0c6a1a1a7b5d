"""Orders of Tokopedia's older API accepted, arranged, confirmed and cancelled."""

from __future__ import annotations

import pytest

from salur.connectors.base.errors import AlreadyExists, ContractBroken, Rejected, TooLate
from salur.connectors.base.types import ShippingOption

from .scripted import asked
from .tokopedia_legacy import OK, PAID, PICKED, WISHED, detail, example, tokopedia


def test_accepting_twice_is_once() -> None:
    connector, transport = tokopedia(order__ack=example("order.ack", "accepted"))
    connector.accept(PAID)
    assert transport.calls[0].url == f"https://fs.invalid/v1/order/{PAID}/fs/13004/ack"
    refused = example("order.ack", "not in status 220")
    with pytest.raises(AlreadyExists):
        tokopedia(order__ack=refused, order__detail=detail(400))[0].accept(PAID)
    for status in (103, 10):
        with pytest.raises(Rejected):
            tokopedia(order__ack=refused, order__detail=detail(status))[0].accept(PAID)


def test_arranging_accepts_a_new_order_and_asks_for_the_pickup() -> None:
    connector, transport = tokopedia(
        order__detail=detail(220), order__ack=OK, order__pickup=example("order.pickup", "asked for")
    )
    (option,) = connector.shipping_options(PAID)
    connector.arrange(PAID, option)
    assert transport.operations() == ["order.detail", "order.detail", "order.ack", "order.pickup"]
    wanted = asked("tokopedia_legacy", "order.pickup", "asked for") | {"order_id": int(PAID)}
    assert transport.sent("order.pickup") == wanted


def test_what_was_arranged_before_says_so() -> None:
    connector, _ = tokopedia(order__detail=detail(450))
    with pytest.raises(AlreadyExists):
        connector.shipping_options(PAID)
    with pytest.raises(AlreadyExists):
        connector.arrange(PAID, ShippingOption("pickup"))
    meanwhile, _ = tokopedia(
        order__detail=[detail(400), detail(450)], order__pickup=example("order.pickup", "not accepted yet")
    )
    with pytest.raises(AlreadyExists):
        meanwhile.arrange(PAID, ShippingOption("pickup"))
    with pytest.raises(Rejected):
        tokopedia(order__detail=detail(10))[0].shipping_options(PAID)


def test_a_courier_that_does_not_fetch_asks_for_the_sellers_number() -> None:
    row = detail(400)
    row[1]["data"]["order_info"]["shipping_info"]["isCashless"] = False
    connector, transport = tokopedia(order__detail=row, order__status=OK)
    assert list(connector.shipping_options(PAID)) == [ShippingOption("own_awb", {"tracking_number": ""})]
    connector.arrange(PAID, ShippingOption("own_awb", {"tracking_number": "JNE0012345678"}))
    assert transport.sent("order.status") == asked("tokopedia_legacy", "order.status", "AWB number set")


def test_the_awb_number_is_empty_until_there_is_one() -> None:
    assert tokopedia(order__detail=detail(400))[0].awb(PAID).number == ""
    got = tokopedia(order__detail=example("order.detail", "picked up soon, with AWB number"))[0].awb(PICKED)
    assert (got.number, got.courier) == ("10000123456789", "AnterAja Reguler")


def test_the_label_page_is_not_passed_off_as_a_pdf() -> None:
    page = tokopedia(order__label=example("order.label", "a page"))[0].label(PAID, "", "10000123456789")
    assert page.document is None
    assert not page.pending
    assert "upload" in page.failure
    assert tokopedia(order__label=example("order.label", "before status 400"))[0].label(PAID, "", "").pending
    pdf = tokopedia(order__label=(200, b"%PDF-1.7 real"))[0].label(PAID, "", "")
    assert pdf.document is not None
    with pytest.raises(ContractBroken):
        tokopedia(order__label=OK)[0].label(PAID, "", "")


def test_confirming_sets_the_sellers_number_and_reads_it_back() -> None:
    shown = detail(500)
    shown[1]["data"]["order_info"]["shipping_info"]["awb"] = "JNE0012345678"
    connector, transport = tokopedia(order__detail=[detail(400), shown], order__status=OK)
    result = connector.confirm(PAID, "JNE0012345678", "JNE")
    assert (result.confirmed, result.tracking) == (True, "JNE0012345678")
    assert transport.sent("order.status") == asked("tokopedia_legacy", "order.status", "AWB number set")


def test_a_couriers_number_is_never_overwritten() -> None:
    picked = example("order.detail", "picked up soon, with AWB number")
    connector, transport = tokopedia(order__detail=picked)
    assert connector.confirm(PICKED, "10000123456789", "").confirmed
    other = connector.confirm(PICKED, "OTHER", "")
    assert not other.confirmed
    assert "10000123456789" in other.detail
    assert set(transport.operations()) == {"order.detail"}


def test_the_seller_cancels_with_the_products_that_are_missing() -> None:
    connector, transport = tokopedia(order__detail=detail(220), order__nack=OK)
    assert connector.cancel_order(PAID, "1").state == "accepted"
    assert transport.sent("order.nack") == asked("tokopedia_legacy", "order.nack", "rejected: out of stock")
    for code, _ in connector.capabilities.cancel_reasons:
        assert tokopedia(order__detail=detail(220), order__nack=OK)[0].cancel_order(PAID, code).state == "accepted"
    refused = example("order.nack", "too late")
    with pytest.raises(TooLate):
        tokopedia(order__detail=detail(450), order__nack=refused)[0].cancel_order(PAID, "8")
    gone, sent = tokopedia(order__detail=detail(10))
    assert gone.cancel_order(PAID, "8").state == "accepted"
    assert sent.operations() == ["order.detail"]


def test_a_buyers_wish_is_answered_by_nack_or_by_going_on() -> None:
    wish = example("order.detail", "the buyer asks to cancel")
    connector, transport = tokopedia(order__detail=wish, order__nack=OK, order__ack=OK)
    connector.answer_cancellation(WISHED, True, "")
    expected = asked("tokopedia_legacy", "order.nack", "rejected: the buyer asked for it")
    assert transport.sent("order.nack") == expected
    connector.answer_cancellation(WISHED, False, "")
    assert transport.operations()[-1] == "order.ack"
    accepted = detail(400, cancel_request_info={"status": 0})
    with pytest.raises(Rejected, match="seller page"):
        tokopedia(order__detail=accepted)[0].answer_cancellation(WISHED, False, "")
    with pytest.raises(AlreadyExists):
        tokopedia(order__detail=detail(220))[0].answer_cancellation(PAID, True, "")
