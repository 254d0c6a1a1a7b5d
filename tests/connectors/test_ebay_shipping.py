"""Shipments told to eBay, orders cancelled there, and buyers' wishes to cancel."""

from __future__ import annotations

import copy
import json
from urllib.parse import urlsplit

import pytest

from salur.connectors.base.errors import AlreadyExists, Rejected, TooLate, UnknownOutcome
from salur.connectors.base.transport import Effect
from salur.connectors.base.types import ShippedLine

from .contracts import exchanges
from .ebay import MADE, NO_PARCELS, NUMBER, ORDER, PAID, PARCEL, SHIPPED, changed, ebay, example, script_of
from .scripted import said


def test_a_shipment_is_confirmed_as_in_the_example_and_read_back() -> None:
    connector = ebay(
        getOrder=[PAID, SHIPPED], getShippingFulfillments=[NO_PARCELS, PARCEL], createShippingFulfillment=MADE
    )
    answer = connector.confirm(ORDER, "1Z-999-AA1-01234567-84", "UPS Ground")
    assert (answer.confirmed, answer.tracking) == (True, NUMBER)
    wanted = exchanges("ebay", "createShippingFulfillment")["made"]["request"]["json"]
    assert script_of(connector).sent("createShippingFulfillment") == wanted


def test_a_lost_answer_is_looked_up_and_no_second_parcel_is_made() -> None:
    connector = ebay(getOrder=PAID, getShippingFulfillments=NO_PARCELS, createShippingFulfillment=(201, b"<html>"))
    with pytest.raises(UnknownOutcome):
        connector.confirm(ORDER, NUMBER, "UPS")
    assert script_of(connector).calls[-1].effect is Effect.CREATE
    again = ebay(getOrder=SHIPPED, getShippingFulfillments=PARCEL)
    assert again.confirm(ORDER, NUMBER, "UPS").confirmed
    assert "createShippingFulfillment" not in script_of(again).operations()


def test_each_parcel_holds_its_own_lines_and_never_more_than_is_left() -> None:
    held = copy.deepcopy(PARCEL[1])
    held["fulfillments"][0]["lineItems"] = [{"lineItemId": "10001234567890", "quantity": 1}]
    connector = ebay(
        getOrder=changed(SHIPPED, orderFulfillmentStatus="IN_PROGRESS"),
        getShippingFulfillments=(200, held),
        createShippingFulfillment=MADE,
    )
    connector.confirm(ORDER, "EX1234567", "Example Parcel", [ShippedLine("10001234567890", 2)])
    sent = script_of(connector).sent("createShippingFulfillment")
    assert sent["lineItems"] == [{"lineItemId": "10001234567890", "quantity": 1}]
    assert sent["shippingCarrierCode"] == "Other"


def test_what_cannot_be_confirmed_is_refused_or_waits() -> None:
    for order, parcels, number in (
        (said("ebay", "getOrder", "cancelled"), NO_PARCELS, NUMBER),
        (SHIPPED, PARCEL, "1Z999AA10123456785"),
        (PAID, NO_PARCELS, ""),
    ):
        connector = ebay(getOrder=order, getShippingFulfillments=parcels)
        with pytest.raises(Rejected):
            connector.confirm(ORDER, number, "UPS")
        assert "createShippingFulfillment" not in script_of(connector).operations()
    unpaid = ebay(getOrder=changed(PAID, orderPaymentStatus="PENDING"), getShippingFulfillments=NO_PARCELS)
    assert not unpaid.confirm(ORDER, NUMBER, "UPS").confirmed


def test_a_seller_cancels_and_polls_until_the_money_is_back() -> None:
    may = example("check_eligibility", "may be cancelled")
    connector = ebay(getOrder=PAID, postorder__check_eligibility=may, postorder__cancel=example("cancel", "asked for"))
    assert connector.cancel_order(ORDER, "OUT_OF_STOCK_OR_CANNOT_FULFILL").state == "pending"
    call = script_of(connector).calls[-1]
    wanted = exchanges("ebay", "postorder.cancel")["asked for"]["request"]
    assert json.loads(call.content or b"") == wanted["json"]
    assert call.headers.items() >= wanted["headers"].items()
    assert (
        ebay(getOrder=said("ebay", "getOrder", "the buyer asks to cancel")).cancel_order(ORDER, "x").state == "pending"
    )
    assert ebay(getOrder=said("ebay", "getOrder", "cancelled")).cancel_order(ORDER, "x").state == "accepted"


def test_what_was_sent_is_too_late_to_cancel() -> None:
    connector = ebay(getOrder=SHIPPED, postorder__check_eligibility=example("check_eligibility", "may not"))
    with pytest.raises(TooLate) as late:
        connector.cancel_order(ORDER, "BUYER_ASKED_CANCEL")
    assert late.value.message == "ALREADY_SHIPPED"
    may = example("check_eligibility", "may be cancelled")
    connector = ebay(getOrder=PAID, postorder__check_eligibility=may, postorder__cancel=example("cancel", "too late"))
    with pytest.raises(TooLate):
        connector.cancel_order(ORDER, "BUYER_ASKED_CANCEL")


@pytest.mark.parametrize(("accept", "verb"), [(True, "approve"), (False, "reject")])
def test_the_buyers_wish_is_answered_by_its_number(accept: bool, verb: str) -> None:
    wish = said("ebay", "getOrder", "the buyer asks to cancel")
    connector = ebay(getOrder=wish, **{f"postorder__{verb}": example(verb, "done")})
    connector.answer_cancellation(ORDER, accept, "")
    call = script_of(connector).calls[-1]
    assert urlsplit(call.url).path == f"/post-order/v2/cancellation/5000000001/{verb}"
    assert json.loads(call.content or b"null") == exchanges("ebay", f"postorder.{verb}")["done"]["request"].get("json")
    before = ebay(getOrder=wish, **{f"postorder__{verb}": example(verb, "decided before")})
    with pytest.raises(AlreadyExists):
        before.answer_cancellation(ORDER, accept, "")


def test_without_a_wish_there_is_nothing_to_answer() -> None:
    with pytest.raises(AlreadyExists):
        ebay(getOrder=PAID).answer_cancellation(ORDER, True, "")
    with pytest.raises(TooLate):
        ebay(getOrder=said("ebay", "getOrder", "cancelled")).answer_cancellation(ORDER, False, "")
