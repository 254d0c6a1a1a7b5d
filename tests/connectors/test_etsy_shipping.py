"""Shipments told to Etsy."""

from __future__ import annotations

from typing import Any

import pytest

from salur.connectors.base.errors import Rejected, UnknownOutcome

from .contracts import exchanges
from .etsy import NUMBER, PAID, RECEIPT, SHIPPED, TAKEN, changed, etsy, script_of, sent_form
from .scripted import said


def test_a_shipment_is_confirmed_as_in_the_example_and_read_back() -> None:
    connector = etsy(getShopReceipt=[PAID, SHIPPED], createReceiptShipment=TAKEN)
    answer = connector.confirm(RECEIPT, NUMBER, "USPS Priority Mail")
    assert (answer.confirmed, answer.tracking) == (True, NUMBER)
    wanted = exchanges("etsy", "createReceiptShipment")["taken"]["request"]["form"]
    assert sent_form(connector, "createReceiptShipment") == wanted


def test_a_carrier_that_etsy_does_not_know_goes_as_other() -> None:
    connector = etsy(getShopReceipt=[PAID, SHIPPED], createReceiptShipment=TAKEN)
    connector.confirm(RECEIPT, NUMBER, "Nobody's Parcels")
    assert sent_form(connector, "createReceiptShipment")["carrier_name"] == "other"


def test_a_lost_answer_is_looked_up_and_the_buyer_is_told_once() -> None:
    connector = etsy(getShopReceipt=PAID, createReceiptShipment=(200, b"<html>"))
    with pytest.raises(UnknownOutcome):
        connector.confirm(RECEIPT, NUMBER, "USPS")
    again = etsy(getShopReceipt=SHIPPED)
    assert again.confirm(RECEIPT, NUMBER, "USPS").confirmed
    assert script_of(again).operations() == ["getShopReceipt"]


@pytest.mark.parametrize("shipments", [[], [{"receipt_shipping_id": 1, "carrier_name": "x", "tracking_code": None}]])
def test_a_receipt_that_is_shipped_and_shows_no_number_is_not_told_again(shipments: list[Any]) -> None:
    connector = etsy(getShopReceipt=changed(SHIPPED, shipments=shipments))
    answer = connector.confirm(RECEIPT, NUMBER, "USPS")
    assert not answer.confirmed
    assert answer.detail
    assert script_of(connector).operations() == ["getShopReceipt"]


def test_a_second_parcel_is_added_to_the_first() -> None:
    connector = etsy(getShopReceipt=SHIPPED, createReceiptShipment=TAKEN)
    assert not connector.confirm(RECEIPT, "9400100000000000000099", "USPS").confirmed
    assert sent_form(connector, "createReceiptShipment")["tracking_code"] == "9400100000000000000099"


def test_what_cannot_be_confirmed_is_refused_or_waits() -> None:
    with pytest.raises(Rejected):
        etsy(getShopReceipt=said("etsy", "getShopReceipt", "cancelled")).confirm(RECEIPT, NUMBER, "USPS")
    with pytest.raises(Rejected):
        etsy().confirm(RECEIPT, "", "USPS")
    assert not etsy(getShopReceipt=changed(PAID, is_paid=False)).confirm(RECEIPT, NUMBER, "USPS").confirmed
    assert not etsy(getShopReceipt=said("etsy", "getShopReceipt", "unknown")).confirm("1", NUMBER, "USPS").confirmed
