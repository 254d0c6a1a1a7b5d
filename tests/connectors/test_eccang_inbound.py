"""ECCANG's inbound lists against the simulated partner, over real HTTP."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from salur.connectors.base.errors import AlreadyExists, Rejected, TooLate, UnknownOutcome
from salur.connectors.base.inbound import InboundLine, InboundReport, InboundRequest, InboundTask
from salur.connectors.base.types import PartnerRef, Unmapped
from salur.connectors.warehouses.eccang.connector import EccangConnector
from salur.connectors.warehouses.eccang.inbound import inbound_report

from .conftest import Partners


def wanted(reference: str = "IN-1", **changes: object) -> InboundRequest:
    values: dict[str, Any] = {
        "reference": reference,
        "warehouse_code": "TH01",
        "lines": (InboundLine("SKU-A", 10, "เสื้อ", Decimal("12.5")), InboundLine("SKU-B", 4)),
        "currency": "THB",
        "expected_on": date(2030, 1, 31),
        "tracking": "TRUCK 7",
        "note": "two pallets",
    }
    return InboundRequest(**(values | changes))


@pytest.fixture
def warehouse(partners: Partners) -> EccangConnector:
    """An account that knows two products and has none of them."""
    partners.control("eccang/products", {"skus": ["SKU-A", "SKU-B"], "quantity": 0})
    return partners.eccang()


def asns(partners: Partners) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = partners.look("eccang/asns")["asns"]
    return found


def only(warehouse: EccangConnector, ref: PartnerRef) -> InboundReport:
    (report,) = warehouse.inbound_reports([ref])
    return report


def received(report: InboundReport) -> dict[str, int]:
    assert report.lines is not None
    return {line.sku: line.received for line in report.lines}


def test_an_announced_list_is_approved_and_on_its_way(partners: Partners, warehouse: EccangConnector) -> None:
    ref = warehouse.push_inbound(wanted())
    (asn,) = asns(partners)
    assert (asn["receiving_code"], asn["verified"], asn["planned"]) == (ref.number, True, {"SKU-A": 10, "SKU-B": 4})
    report = only(warehouse, ref)
    assert (report.status, report.reference) == (InboundTask.ARRIVING, "IN-1")
    assert received(report) == {"SKU-A": 0, "SKU-B": 0}


def test_what_is_put_away_counts_and_the_rest_of_what_came_is_damaged(
    partners: Partners, warehouse: EccangConnector
) -> None:
    """R67: only what can be sold raises the stock."""
    ref = warehouse.push_inbound(wanted())
    partners.control("eccang/asns/IN-1/status", {"status": "P", "quantities": {"SKU-A": 6}})
    receiving = only(warehouse, ref)
    assert receiving.status is InboundTask.RECEIVING
    assert received(receiving) == {"SKU-A": 0, "SKU-B": 0}
    partners.control("eccang/asns/IN-1/status", {"status": "F", "quantities": {"SKU-A": 9, "SKU-B": 5}})
    partners.control("eccang/asns/IN-1/status", {"status": "E", "quantities": {"SKU-A": 8, "SKU-B": 5}})
    done = only(warehouse, ref)
    assert done.status is InboundTask.COMPLETED
    assert received(done) == {"SKU-A": 8, "SKU-B": 5}
    assert {line.sku: line.damaged for line in done.lines or ()} == {"SKU-A": 1, "SKU-B": 0}
    assert done.version is not None


def test_the_same_reference_is_taken_once(partners: Partners, warehouse: EccangConnector) -> None:
    warehouse.push_inbound(wanted())
    with pytest.raises(AlreadyExists):
        warehouse.push_inbound(wanted())
    assert len(asns(partners)) == 1


def test_a_lost_answer_is_in_doubt_and_then_found(partners: Partners, warehouse: EccangConnector) -> None:
    partners.fault("eccang", "createAsn", "cut_after")
    with pytest.raises(UnknownOutcome):
        warehouse.push_inbound(wanted())
    found = warehouse.find_inbound("IN-1")
    assert found is not None
    assert found.ref.number == asns(partners)[0]["receiving_code"]
    assert warehouse.find_inbound("IN-2") is None


def test_a_product_that_the_warehouse_does_not_know_is_refused_in_its_words(warehouse: EccangConnector) -> None:
    with pytest.raises(Rejected, match="SKU-X"):
        warehouse.push_inbound(wanted(lines=(InboundLine("SKU-X", 1),)))


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"reference": "R" * 256}, "reference_no"),
        ({"warehouse_code": ""}, "warehouse_code"),
        ({"tracking": "9" * 201}, "tracking_number"),
        ({"lines": ()}, "items"),
        ({"lines": (InboundLine("SKU-A", 0),)}, "items"),
        ({"lines": (InboundLine("S" * 81, 1),)}, "product_sku"),
    ],
)
def test_what_cannot_go_is_refused_before_anything_is_sent(
    partners: Partners, warehouse: EccangConnector, changes: dict[str, Any], field: str
) -> None:
    with pytest.raises(Rejected) as refused:
        warehouse.push_inbound(wanted(**changes))
    assert refused.value.field == field
    assert not [one for one in partners.exchanges if one.operation == "createAsn"]


def test_a_list_is_cancelled_until_the_warehouse_receives(partners: Partners, warehouse: EccangConnector) -> None:
    in_time, late = warehouse.push_inbound(wanted()), warehouse.push_inbound(wanted("IN-2"))
    assert warehouse.cancel_inbound(in_time, "not needed").state == "accepted"
    assert only(warehouse, in_time).status is InboundTask.CANCELLED
    assert warehouse.cancel_inbound(in_time, "not needed").state == "accepted"
    partners.control("eccang/asns/IN-2/status", {"status": "P"})
    with pytest.raises(TooLate):
        warehouse.cancel_inbound(late, "not needed")


def test_a_cancelled_list_does_not_hide_the_living_one_of_the_same_reference(warehouse: EccangConnector) -> None:
    warehouse.cancel_inbound(warehouse.push_inbound(wanted()), "")
    living = warehouse.push_inbound(wanted())
    found = warehouse.find_inbound("IN-1")
    assert found is not None
    assert found.ref.number == living.number


def test_lists_that_nobody_asked_for_are_not_reported(warehouse: EccangConnector) -> None:
    first = warehouse.push_inbound(wanted())
    warehouse.push_inbound(wanted("IN-2"))
    assert [one.reference for one in warehouse.inbound_reports([first, PartnerRef("RV-NONE")])] == ["IN-1"]
    assert warehouse.inbound_reports([]) == []


def test_an_unknown_status_is_kept_as_it_is() -> None:
    report = inbound_report({"receiving_code": "RV-1", "reference_no": "IN-1", "receiving_status": "Q"})
    assert report.status == Unmapped("Q")
    assert report.lines is None
