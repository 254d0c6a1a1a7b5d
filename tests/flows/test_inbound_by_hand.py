"""Goods of an own warehouse are received by hand, as totals."""

from __future__ import annotations

from typing import Any

import pytest

from salur.flows.inbound_cancel import cancel_inbound
from salur.flows.inbound_push import submit_inbound
from salur.flows.receive import LessThanBefore, receive_by_hand
from salur.foundation.clock import now
from salur.inbound.checking import WantedLine
from salur.inbound.editing import ListRefused, create_inbound_list
from salur.inbound.models import InboundLine
from salur.stock.models import Warehouse
from tests.flows.receiving import Room
from tests.world import make_world


class Own(Room):
    """A list of an own warehouse."""

    def __init__(self) -> None:
        self.world = make_world()
        self.world.add_product("TEA", in_warehouse=False)
        with self.world.scope():
            warehouse = Warehouse(code="OWN", name="Own", country="TH", created_at=now())
            warehouse.save()
            made = create_inbound_list(warehouse.pk, [WantedLine("TEA", 10)])
            submit_inbound(made.pk)
            self.line = InboundLine.objects.get(inbound=made).pk
        self.id, self.reference = made.pk, made.reference

    def take(self, total: int, **more: Any) -> int:
        """Count by hand."""
        with self.world.scope():
            return receive_by_hand(self.id, {self.line: total}, **more)


def test_an_own_warehouse_is_received_by_hand(db: Any) -> None:
    own = Own()
    assert (own.take(4), own.figures(), own.row().task) == (4, (4, 6), "receiving")
    assert (own.take(4), own.figures()) == (0, (4, 6)), "totals, not increments"
    assert (own.take(9, complete=True, damaged={own.line: 1}), own.figures()) == (5, (9, 0))
    assert (own.row().task, own.row().completed_at is not None, own.lines()) == ("completed", True, [("", 9, 1, 0)])
    with pytest.raises(ListRefused):
        own.take(10)


def test_an_own_list_that_is_called_off_is_expected_no_more(db: Any) -> None:
    own = Own()
    own.take(4)
    with own.world.scope():
        cancel_inbound(own.id)
    assert (own.figures(), own.row().task, own.row().push) == ((4, 0), "cancelled", "pushed")


def test_by_hand_a_total_may_not_fall(db: Any) -> None:
    own = Own()
    own.take(4)
    with pytest.raises(LessThanBefore):
        own.take(3)
    assert own.figures() == (4, 6)


def test_a_partners_goods_are_not_received_by_hand(room: Room) -> None:
    with pytest.raises(ListRefused) as refused, room.world.scope():
        receive_by_hand(room.id, {})
    assert refused.value.code == "inbound_partner_receives"
