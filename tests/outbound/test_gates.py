"""Each gate failing alone gives its own code, and every code has its text (users' idea 1)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from django.utils import translation

from salur.outbound import gates
from salur.outbound.gates import GATES, GateRecord, Hold, Shortfall, Unpushed, closed_gates, judge, may_arrange
from salur.outbound.messages import GATE_NAMES, GATE_TEXTS, gate_text

OPEN = GateRecord(
    order_status="ready",
    raw_status="PROCESSED",
    order_country="TH",
    channel="shopee",
    channel_title="Shopee",
    store_name="Shop",
    store_state="connected",
    gives_label=True,
    arranges=True,
    rule_pushes=True,
    rule_needs_awb=True,
    rule_reason="",
    warehouse_name="TH01 + C1",
    warehouse_country="TH",
    warehouse_active=True,
    partner_title="ECCANG WMS",
    account_state="connected",
    countries=("TH", "ID", "PH"),
    unsupported_channels=frozenset({"shopify"}),
    needs_awb=True,
    needs_label=True,
    reserved=True,
    awb="TH123",
    has_label=True,
    shipment="labelled",
)

ALONE: list[tuple[str, str, dict[str, Any]]] = [
    ("order_stands", "order_cancelled", {"order_status": "cancelled"}),
    ("order_stands", "cancel_requested", {"order_status": "cancel_requested"}),
    ("order_stands", "cancel_wish", {"order_status": "cancel_requested", "wish_binds": False}),
    ("not_shipped", "already_shipped", {"order_status": "shipped"}),
    ("not_shipped", "already_shipped", {"order_status": "completed"}),
    ("status_known", "status_unknown", {"order_status": "unknown"}),
    ("not_held", "order_held", {"hold": Hold("buyer", "she is away")}),
    ("not_held", "order_held_until", {"hold": Hold("other", until="2026-11-30T03:00:00+00:00")}),
    ("channel_supported", "channel_gives_no_label", {"channel": "shopify"}),
    ("channel_supported", "channel_gives_no_label", {"gives_label": False}),
    ("items_linked", "items_unlinked", {"unbound_skus": ("X",)}),
    ("warehouse_connected", "warehouse_inactive", {"warehouse_active": False}),
    ("warehouse_connected", "account_not_connected", {"account_state": "paused"}),
    ("country_served", "country_not_served", {"order_country": "MY", "warehouse_country": "MY"}),
    ("country_served", "country_not_served", {"order_country": "ID"}),
    ("address_complete", "address_incomplete", {"address_gaps": ("phone",), "address_needs": frozenset({"phone"})}),
    ("products_pushed", "product_not_in_warehouse", {"unpushed": (Unpushed("A", "absent"),)}),
    ("products_pushed", "product_push_failed", {"unpushed": (Unpushed("A", "failed", "no weight"),)}),
    ("products_pushed", "product_incomplete", {"unpushed": (Unpushed("A", "incomplete", "Category"),)}),
    ("products_pushed", "product_push_waits", {"unpushed": (Unpushed("A", "pushing"),)}),
    ("stock_reserved", "not_enough_stock", {"reserved": False, "shortfalls": (Shortfall("A", 2, 3),)}),
    ("stock_reserved", "stock_not_reserved", {"reserved": False}),
    ("status_allows", "order_unpaid", {"order_status": "unpaid", "rule_pushes": False}),
    ("status_allows", "status_not_pushed", {"rule_pushes": False}),
    ("awb_known", "awb_in_use", {"awb_taken_by": "ORDER1"}),
    ("awb_known", "channel_gives_no_awb", {"gives_label": False, "needs_label": False, "awb": "", "has_label": False}),
    ("one_parcel", "mixed_warehouses", {"same_parcel": "HALL"}),
    ("label_stored", "label_missing", {"has_label": False}),
    ("label_stored", "label_failed", {"has_label": False, "shipment": "failed", "shipment_error": "no"}),
]
WITHOUT_AWB: list[tuple[str, dict[str, Any]]] = [
    ("shipment_not_arranged", {"shipment": "none"}),
    ("awb_being_arranged", {"shipment": "due"}),
    ("awb_not_issued", {"shipment": "arranged", "shipment_hint": "please wait"}),
    ("arranging_failed", {"shipment": "failed", "shipment_error": "address"}),
    ("store_not_connected", {"shipment": "none", "store_state": "paused"}),
]


def test_with_every_condition_met_every_gate_is_open() -> None:
    assert closed_gates(OPEN) == {}
    assert [r.gate for r in judge(OPEN) if r.open] == [name for name, _ in GATES]


@pytest.mark.parametrize(("gate", "code", "change"), ALONE)
def test_each_gate_failing_alone_gives_its_own_code(gate: str, code: str, change: dict[str, Any]) -> None:
    closed = closed_gates(replace(OPEN, **change))
    assert {name: reason for name, (reason, _) in closed.items()} == {gate: code}


@pytest.mark.parametrize(("code", "change"), WITHOUT_AWB)
def test_a_missing_awb_says_where_it_is_held_up(code: str, change: dict[str, Any]) -> None:
    closed = closed_gates(replace(OPEN, awb="", has_label=False, **change))
    assert next(iter(closed.values()))[0] == code
    assert set(closed) == {"awb_known", "label_stored"}


def test_r97_a_waived_awb_needs_no_label_either() -> None:
    waived = replace(OPEN, awb="", has_label=False, shipment="none", rule_needs_awb=False)
    assert closed_gates(waived) == {}


def test_r104_a_partner_that_books_its_own_courier_takes_orders_of_any_channel_and_waits_for_no_awb() -> None:
    own_courier = replace(
        OPEN, channel="etsy", gives_label=False, arranges=False, needs_awb=False, needs_label=False, awb="",
        has_label=False, shipment="none",
    )  # fmt: skip
    assert closed_gates(own_courier) == {}
    assert next(iter(closed_gates(replace(own_courier, needs_awb=True)).values()))[0] == "channel_gives_no_awb"
    assert "channel_supported" not in closed_gates(replace(own_courier, needs_awb=True, awb="GIVEN1"))


def test_a_partner_with_goods_of_its_own_is_asked_for_no_stock() -> None:
    short = replace(OPEN, reserved=False, shortfalls=(Shortfall("A", 0, 1),))
    assert set(closed_gates(short)) == {"stock_reserved"}
    assert closed_gates(replace(short, keeps_stock=False)) == {}


@pytest.mark.parametrize(
    ("country", "countries", "abroad", "served"),
    [
        ("TH", ("TH", "ID"), False, True),
        ("ID", ("TH", "ID"), False, False),
        ("ID", ("TH", "ID"), True, True),
        ("DE", ("TH", "ID"), True, False),
        ("DE", (), True, True),
        ("DE", (), False, False),
        ("TH", (), False, True),
        ("", (), True, False),
    ],
)
def test_r92_the_countries_of_a_partner_decide(
    country: str, countries: tuple[str, ...], abroad: bool, served: bool
) -> None:
    record = replace(OPEN, order_country=country, countries=countries, ships_abroad=abroad)
    assert ("country_served" not in closed_gates(record)) is served


def test_an_own_warehouse_asks_for_no_partner_and_no_label() -> None:
    own = replace(
        OPEN, third_party=False, account_state="", gives_label=False, awb="", has_label=False, order_country="MY",
        needs_awb=False, needs_label=False,
    )  # fmt: skip
    assert closed_gates(own) == {}


def test_an_own_warehouse_waits_for_number_and_label_of_a_store_that_gives_them() -> None:
    own = replace(OPEN, third_party=False, account_state="", order_country="MY", awb="", has_label=False)
    assert closed_gates(own).keys() == {"awb_known", "label_stored"}
    assert may_arrange(replace(own, shipment="none"), closed_gates(replace(own, shipment="none")))
    assert closed_gates(replace(own, rule_needs_awb=False)) == {}, "R97: instant couriers give their number later"


def test_arranging_is_due_only_when_nothing_but_awb_and_label_is_missing() -> None:
    missing = replace(OPEN, awb="", has_label=False, shipment="none")
    assert may_arrange(missing, closed_gates(missing))
    for change in ({"reserved": False}, {"arranges": False}, {"order_status": "cancelled"}, {"shipment": "failed"}):
        other = replace(missing, **change)
        assert not may_arrange(other, closed_gates(other)), change
    assert not may_arrange(OPEN, closed_gates(OPEN))


def test_every_gate_has_a_name_and_every_reason_a_text_that_its_evidence_fills() -> None:
    assert set(GATE_NAMES) == {name for name, _ in GATES}
    seen = set()
    changes = [change for _, _, change in ALONE]
    changes += [{"awb": "", "has_label": False, **change} for _, change in WITHOUT_AWB]
    for language in ("en", "id", "ms", "vi", "zh-hans"):
        with translation.override(language):
            for change in changes:
                for code, evidence in closed_gates(replace(OPEN, **change)).values():
                    text = gate_text(code, evidence)
                    seen.add(code)
                    assert "%(" not in str(text.cause)
                    assert str(text.title)
                    assert str(text.cure)
                    assert text.who in ("nobody", "operator", "owner", "developer", "partner")
    assert seen == set(GATE_TEXTS)


def test_the_stock_reason_speaks_in_the_merchants_words() -> None:
    _, evidence = closed_gates(replace(OPEN, reserved=False, shortfalls=(Shortfall("ABC", 2, 3),)))["stock_reserved"]
    assert str(gate_text("not_enough_stock", evidence).cause) == "MSKU ABC has 2 free in TH01 + C1, 3 needed."


def test_gates_are_pure_functions_of_the_record() -> None:
    assert all(gate(OPEN) is None for _, gate in gates.GATES)
