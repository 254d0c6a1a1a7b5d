"""Shipments told to Shopify, and orders cancelled there."""

from __future__ import annotations

import json
from typing import Any

import pytest

from salur.connectors.base.errors import Rejected, TooLate

from .shopify import SHOP, data, example, shopify


def shipped(number: str = "TH012345", goods: str = "FULFILLED", parts: Any = ()) -> tuple[int, Any]:
    held = [
        {
            "id": "gid://shopify/Fulfillment/801",
            "status": "SUCCESS",
            "trackingInfo": [{"number": number, "company": "J&T"}],
        }
    ]
    return data(
        {
            "order": {
                "cancelledAt": None,
                "displayFinancialStatus": "PAID",
                "displayFulfillmentStatus": goods,
                "fulfillmentOrders": {"nodes": list(parts)},
                "fulfillments": held,
            }
        }
    )


def test_each_location_is_shipped_once_with_the_number_and_read_back() -> None:
    connector, partner = shopify(
        order_of_fulfillment=[example("fulfillmentOrders", "two locations, one on hold"), shipped()],
        fulfillmentCreate=example("fulfillmentCreate", "shipped"),
    )
    result = connector.confirm("5432100001", "TH012345", "Flash Express")
    assert (result.confirmed, result.tracking) == (True, "TH012345")
    sent = [one["fulfillment"] for one in partner.sent("fulfillmentCreate")]
    assert [one["lineItemsByFulfillmentOrder"][0]["fulfillmentOrderId"][-3:] for one in sent] == ["901", "902"]
    assert sent[0]["trackingInfo"] == {"number": "TH012345", "company": "Flash Express"}
    assert sent[0]["notifyCustomer"] is True


def test_what_is_shipped_already_is_not_shipped_again() -> None:
    connector, partner = shopify(order_of_fulfillment=shipped())
    assert connector.confirm("5432100001", "TH012345", "").confirmed
    assert len(partner.calls) == 1


def test_a_second_parcels_number_stands_beside_the_first() -> None:
    both = shipped()
    both[1]["data"]["order"]["fulfillments"][0]["trackingInfo"].append({"number": "TH9", "company": "J&T"})
    connector, partner = shopify(
        SHOP.replaced(notify_customer="no"),
        order_of_fulfillment=[shipped(), both],
        fulfillmentTrackingInfoUpdate=example("fulfillmentTrackingInfoUpdate", "a number given later"),
    )
    assert connector.confirm("5432100001", "TH9", "").confirmed
    (sent,) = partner.sent("fulfillmentTrackingInfoUpdate")
    assert sent["tracking"] == {"numbers": ["TH012345", "TH9"], "company": "J&T"}
    assert sent["notify"] is False


def test_an_order_on_hold_is_not_confirmed_and_says_why() -> None:
    held = [{"id": "gid://shopify/FulfillmentOrder/9", "status": "ON_HOLD", "supportedActions": []}]
    connector, partner = shopify(order_of_fulfillment=shipped("", "ON_HOLD", held))
    result = connector.confirm("5432100001", "TH1", "")
    assert (result.confirmed, result.detail) == (False, "fulfillment orders: ON_HOLD")
    assert partner.sent("fulfillmentCreate") == []


def test_a_refusal_to_ship_a_cancelled_and_an_unknown_order_are_told_apart() -> None:
    connector, _ = shopify(
        order_of_fulfillment=example("fulfillmentOrders", "two locations, one on hold"),
        fulfillmentCreate=example("fulfillmentCreate", "closed before"),
    )
    with pytest.raises(Rejected, match="unfulfillable"):
        connector.confirm("5432100001", "TH1", "")
    gone = shipped()
    gone[1]["data"]["order"]["cancelledAt"] = "2026-03-01T04:00:00Z"
    connector, _ = shopify(order_of_fulfillment=gone)
    with pytest.raises(TooLate):
        connector.confirm("5432100001", "TH1", "")
    connector, _ = shopify(order_of_fulfillment=data({"order": None}))
    assert not connector.confirm("1", "TH1", "").confirmed


def cancelled(at: str | None, goods: str = "UNFULFILLED") -> tuple[int, Any]:
    return data({"order": {"cancelledAt": at, "displayFulfillmentStatus": goods}})


def test_a_cancellation_is_pending_until_the_order_shows_it() -> None:
    job = example("orderCancel", "a job")
    connector, partner = shopify(orderCancel=job, order_of_cancelled=cancelled(None))
    assert connector.cancel_order("5432100001", "INVENTORY").state == "pending"
    (sent,) = partner.sent("orderCancel")
    assert (sent["reason"], sent["restock"], sent["refund"]) == (
        "INVENTORY",
        True,
        {"originalPaymentMethodsRefund": False},
    )
    done = json.loads(json.dumps(job[1]).replace('"done": false', '"done": true'))
    connector, _ = shopify(orderCancel=(200, done), order_of_cancelled=cancelled("2026-03-01T04:00:00Z"))
    assert connector.cancel_order("5432100001", "INVENTORY").state == "accepted"


def test_a_refused_cancellation_is_explained_by_the_order_itself() -> None:
    refused = example("orderCancel", "not to be cancelled")
    connector, _ = shopify(orderCancel=refused, order_of_cancelled=cancelled("2026-03-01T04:00:00Z"))
    assert connector.cancel_order("5432100001", "OTHER").state == "accepted"
    connector, _ = shopify(orderCancel=refused, order_of_cancelled=cancelled(None, "PARTIALLY_FULFILLED"))
    with pytest.raises(TooLate):
        connector.cancel_order("5432100001", "OTHER")
    connector, _ = shopify(orderCancel=refused, order_of_cancelled=cancelled(None))
    with pytest.raises(Rejected):
        connector.cancel_order("5432100001", "OTHER")
    connector, _ = shopify(orderCancel=example("orderCancel", "unknown order"))
    with pytest.raises(Rejected):
        connector.cancel_order("1", "OTHER")
