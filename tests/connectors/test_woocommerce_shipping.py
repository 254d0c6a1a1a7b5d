"""Shipments written to a WooCommerce site, and orders cancelled there."""

from __future__ import annotations

from typing import Any

import pytest

from salur.connectors.base.errors import Rejected, TooLate

from .contracts import exchanges
from .woocommerce import ONE, PUT, Said, example, good, order, woo


def done(**changes: Any) -> Said:
    status, headers, body = example("orders.update", "shipped, with the number in meta data")
    return status, headers, body | changes


def test_shipping_writes_status_and_number_and_reads_back() -> None:
    connector, site = woo({ONE: [good(order()), done()], PUT: done()})
    result = connector.confirm("727", "TH012345", "Flash Express")
    assert (result.confirmed, result.tracking, result.raw_status) == (True, "TH012345", "completed")
    wanted = exchanges("woocommerce", "orders.update")["shipped, with the number in meta data"]["request"]["json"]
    assert site.bodies(PUT) == [wanted]


def test_what_is_written_already_is_not_written_again() -> None:
    connector, site = woo({ONE: done()})
    assert connector.confirm("727", "TH012345", "").confirmed
    assert site.bodies(PUT) == []


def test_a_second_parcels_number_stands_beside_the_first() -> None:
    both = done(meta_data=[{"id": 9001, "key": "_tracking_number", "value": "TH012345, TH9"}])
    connector, site = woo({ONE: [done(), both], PUT: both})
    assert connector.confirm("727", "TH9", "").confirmed
    assert site.bodies(PUT) == [{"meta_data": [{"id": 9001, "key": "_tracking_number", "value": "TH012345, TH9"}]}]


def test_a_buyer_gets_one_note_with_the_number() -> None:
    notes, written = "GET /orders/{id}/notes", "POST /orders/{id}/notes"
    note = example("orders.notes", "a note to the buyer")
    connector, site = woo(
        {ONE: [good(order()), done(), done(), done()], PUT: done(), notes: [good([]), good([note[2]])], written: note},
        tracking_as="note",
    )
    assert connector.confirm("727", "TH012345", "Flash Express").confirmed
    assert connector.confirm("727", "TH012345", "Flash Express").confirmed
    assert site.bodies(written) == [{"note": "Flash Express TH012345", "customer_note": True}]


def test_an_extension_that_is_missing_is_told_by_the_setting() -> None:
    trackings = "GET /orders/{id}/shipment-trackings"
    connector, _ = woo(
        {ONE: [good(order()), done()], PUT: done(), trackings: example("shipment-trackings", "without it")},
        tracking_as="extension",
    )
    with pytest.raises(Rejected) as refused:
        connector.confirm("727", "TH012345", "")
    assert refused.value.field == "tracking_as"
    connector, site = woo(
        {
            ONE: [good(order()), done()],
            PUT: done(),
            trackings: good([]),
            "POST /orders/{id}/shipment-trackings": example("shipment-trackings", "with the extension"),
        },
        tracking_as="extension",
    )
    assert connector.confirm("727", "TH012345", "Flash Express").confirmed
    assert site.bodies("POST /orders/{id}/shipment-trackings")[0]["tracking_number"] == "TH012345"


def test_ended_and_unknown_orders_are_not_shipped() -> None:
    with pytest.raises(TooLate):
        woo({ONE: good(order(status="cancelled"))})[0].confirm("727", "T", "")
    assert not woo({ONE: example("orders.get", "unknown")})[0].confirm("727", "T", "").confirmed
    unmoved = woo({ONE: good(order()), PUT: done()})[0].confirm("727", "T", "")
    assert (unmoved.confirmed, unmoved.raw_status) == (False, "processing")


def test_cancelling_goes_until_the_order_is_shipped() -> None:
    connector, site = woo({ONE: good(order()), PUT: example("orders.update", "cancelled")})
    assert connector.cancel_order("727", "out_of_stock").state == "accepted"
    assert site.bodies(PUT)[0]["status"] == "cancelled"
    assert woo({ONE: good(order(status="cancelled"))})[0].cancel_order("727", "other").state == "accepted"
    with pytest.raises(TooLate):
        woo({ONE: done()})[0].cancel_order("727", "other")
    with pytest.raises(Rejected):
        woo({ONE: example("orders.get", "unknown")})[0].cancel_order("727", "other")
    with pytest.raises(Rejected, match="processing"):
        woo({ONE: good(order()), PUT: good(order())})[0].cancel_order("727", "other")
