"""The page of confirmations: what failed, is late or waits; told again singly and in bulk; the dashboard (R143)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from salur.foundation.clock import now
from salur.orders.models import Order
from salur.outbound.models import Outbound

from .addresses import OPERATOR, VIEWER
from .shop import Shop

LIST, ACT = "/outbound/confirmations/", "/outbound/confirmations/act/"


@pytest.fixture
def lists(shop: Shop) -> list[Outbound]:
    """Three lists that have left: refused by the store, waiting for a try with the deadline past, and confirmed."""
    at = now()
    shop.fill(3, begin=50)
    with shop.world.scope():
        rows = list(Outbound.objects.order_by("pk")[:3])
        Outbound.objects.filter(pk__in=[row.pk for row in rows]).update(confirmation="due", completed_at=at)
        Outbound.objects.filter(pk=rows[0].pk).update(
            confirmation="failed", confirmation_error_code="carrier_unknown",
            confirmation_error_message="No such carrier", completed_at=at - timedelta(hours=5), confirmation_attempts=1,
            awb="=1+1",
        )  # fmt: skip
        Outbound.objects.filter(pk=rows[1].pk).update(
            confirmation_error_code="not_shown", confirmation_next_at=at + timedelta(minutes=9),
            completed_at=at, confirmation_attempts=3,
        )  # fmt: skip
        Order.objects.filter(pk=rows[0].order_id).update(ship_by=at + timedelta(days=2))
        Order.objects.filter(pk=rows[1].order_id).update(ship_by=at - timedelta(minutes=1))
        Order.objects.filter(pk=rows[2].order_id).update(ship_by=None)
        Outbound.objects.filter(pk=rows[2].pk).update(confirmation="confirmed", confirmed_at=at)
    return rows


def named(shop: Shop, rows: list[Outbound], **query: str) -> list[bool]:
    """Which of the lists the page shows."""
    text = shop.client(VIEWER).get(LIST, query).content.decode()
    return [row.reference in text for row in rows]


def test_each_filter_shows_what_it_says(shop: Shop, lists: list[Outbound]) -> None:
    assert named(shop, lists) == [True, True, False]
    assert named(shop, lists, show="failed") == [True, False, False]
    assert named(shop, lists, show="late") == [True, True, False]
    assert named(shop, lists, show="late", hours="12") == [False, True, False], "the deadline counts by itself"
    assert named(shop, lists, show="retry") == [False, True, False]
    assert named(shop, lists, show="confirmed") == [False, False, True]
    assert named(shop, lists, show="nonsense", hours="7") == [True, True, False]


def test_the_page_says_why_and_the_dashboard_counts(shop: Shop, lists: list[Outbound]) -> None:
    text = shop.client(VIEWER).get(LIST).content.decode()
    assert "carrier_unknown No such carrier" in text
    assert "deadline is past" in text and "3 tries so far" in text
    dashboard = shop.client(VIEWER).get("/").content.decode()
    assert "1 parcel has left, but its store does not take the confirmation." in dashboard
    assert "2 parcels have left, and their confirmations at the store are late." in dashboard


def test_what_failed_or_waits_is_told_again_at_once(shop: Shop, lists: list[Outbound]) -> None:
    ids = [str(row.pk) for row in lists]
    assert shop.client(VIEWER).post(ACT, {"outbound": ids}).status_code == 403
    assert shop.client(OPERATOR).post(ACT, {"outbound": ids, "next": LIST})["Location"] == LIST
    with shop.world.scope():
        states = [(o.confirmation, o.confirmation_next_at) for o in Outbound.objects.filter(pk__in=ids).order_by("pk")]
    assert states == [("due", None), ("due", None), ("confirmed", None)]
    for none in ({}, {"outbound": "x"}):
        assert shop.client(OPERATOR).post(ACT, none).status_code == 302


def test_the_file_holds_what_the_list_shows(shop: Shop, lists: list[Outbound]) -> None:
    answer = shop.client(VIEWER).get("/outbound/confirmations.csv", {"show": "failed"})
    header, row = b"".join(answer).decode("utf-8-sig").splitlines()
    assert len(header.split(",")) == len(row.split(","))
    assert lists[0].reference in row
    assert ",'=1+1," in row, "no formula for a spreadsheet"
