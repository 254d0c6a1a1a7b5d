"""Whatever happens in whatever order, twice or late: no illegal state, nothing shipped twice, no reservation leaks.

Random walks over the real database and the simulated warehouse. Moves that the machines do not list are refused by the
database, so an illegal one fails the walk. ``WALKS=200 pytest ...`` walks elsewhere, and longer, than every day.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from salur.connectors.base.types import OrderStatus, OutboundReport, OutboundTask, PartnerRef, StoreOrder
from salur.flows.arrange import attach_label
from salur.flows.bulk import Chosen, carry_on_bulk, start_bulk
from salur.flows.calibrate import restock
from salur.flows.cancel import cancel_due
from salur.flows.holds import hold_orders, release_orders
from salur.flows.intercept import intercept, send_anew, settle_by_hand
from salur.flows.push import look_up_doubtful, push_ready
from salur.flows.push_again import push_again
from salur.flows.recheck import recheck
from salur.flows.reports import apply_reports
from salur.flows.verify import verify_stock
from salur.foundation.clock import now
from salur.foundation.problems import Refusal
from salur.orders.models import Order
from salur.outbound.models import Outbound
from salur.outbound.queries import OrderFilter, matching_orders
from tests.flows.pdf import pdf
from tests.world import INSTANT, World, connect_eccang, make_world, store_order

pytestmark = pytest.mark.usefixtures("db")
WALKS = int(os.environ.get("WALKS", "0"))
NUMBERS = ("A0", "A1", "A2")
PIECES = 5  # in stock: not enough for all, so that some wait for what others give back
STATUSES = [s for s in OrderStatus if s != OrderStatus.UNKNOWN]
TASKS = list(OutboundTask)
FAULTS = ("error_before", "error_after", "cut_after")
PARTED = ["stopped", "shipped", "seen"]

order = st.integers(0, len(NUMBERS) - 1)
events = st.lists(
    st.one_of(
        st.tuples(st.just("sight"), order, st.sampled_from(STATUSES), st.integers(0, 5)),
        st.tuples(st.just("sight_again"), st.integers(0, 9)),
        st.tuples(st.just("push")),
        st.tuples(st.just("broken_push"), st.sampled_from(FAULTS)),
        st.tuples(st.just("look_up")),
        st.tuples(st.just("report"), order, st.sampled_from(TASKS)),
        st.tuples(st.just("cancel")),
        st.tuples(st.sampled_from(["stop", "anew", "again", "hold", "release", "label"]), order),
        st.tuples(st.just("settle"), order, st.sampled_from(PARTED)),
        st.tuples(st.just("stock"), st.integers(1, 2)),
        st.tuples(st.just("bulk"), st.sampled_from(["push_again", "stop", "anew", "hold", "release"])),
    ),
    min_size=8,
    max_size=25,
)

EVERY_END = [
    ("push",),
    ("stop", 0),
    ("cancel",),
    ("report", 0, OutboundTask.CANCELLED),
    ("report", 1, OutboundTask.COMPLETED),
    ("sight", 1, OrderStatus.SHIPPED, 1),
    ("sight", 2, OrderStatus.CANCELLED, 1),
]
"""A walk to the ends that there are; which of them the others come to is chance."""

SHIPPED_TWICE = """
SELECT o.order_id, l.product_id FROM outbound_outbound o
JOIN outbound_outboundline l ON l.merchant_id = o.merchant_id AND l.outbound_id = o.id
WHERE o.merchant_id = %(merchant)s AND o.task = 'completed' GROUP BY 1, 2
HAVING sum(l.quantity) > (SELECT sum(n.quantity) FROM orders_orderline n
                          WHERE n.merchant_id = %(merchant)s AND n.order_id = o.order_id)
"""
HELD_BY_NOBODY = """
SELECT o.id FROM outbound_outbound o WHERE o.merchant_id = %(merchant)s AND o.reserved
  AND (o.push = 'void' OR o.task IN ('completed', 'cancelled'))
"""


class Walk:
    """One merchant to whom things happen."""

    def __init__(self, sandbox: Any) -> None:
        self.sandbox = sandbox
        self.world: World = make_world()
        self.world.add_product("TEA", pieces=PIECES)
        connect_eccang(self.world, sandbox, {"TEA": 100})
        self.merchant, self.account = self.world.merchant_id, self.world.account_id
        self.seen: list[StoreOrder] = []

    def step(self, event: tuple[Any, ...]) -> None:
        """Let it happen; a refusal is an answer like any other."""
        happens: Callable[..., object] = getattr(self, event[0])
        with suppress(Refusal):
            happens(*event[1:])

    # -- the store ---------------------------------------------------------------------------------------------------

    def sight(self, one: int, status: OrderStatus, version: int) -> None:
        self.seen.append(store_order(NUMBERS[one], ("TEA", 2), status=status, version=version, courier=INSTANT))
        self.world.ingest(self.seen[-1])

    def sight_again(self, one: int) -> None:
        if self.seen:
            self.world.ingest(self.seen[one % len(self.seen)])

    # -- the warehouse -----------------------------------------------------------------------------------------------

    def push(self) -> None:
        push_ready(self.merchant, self.account)

    def broken_push(self, kind: str) -> None:
        fault = {"partner": "eccang", "operation": "createOrder", "kind": kind, "times": 1}
        self.sandbox.control("faults", fault)
        self.push()
        self.sandbox.control("faults", method="DELETE")

    def look_up(self) -> None:
        self._at_once()
        look_up_doubtful(self.merchant, self.account)

    def report(self, one: int, task: OutboundTask) -> None:
        with self.world.scope():
            reports = [
                OutboundReport(PartnerRef(row.partner_number, row.reference), row.reference, task, str(task), None)
                for row in self._lists(one)
                if row.push == "pushed"
            ]
            apply_reports(self.account, reports)

    def cancel(self) -> None:
        self._at_once()
        cancel_due(self.merchant, self.account)

    # -- people ------------------------------------------------------------------------------------------------------

    def stop(self, one: int) -> None:
        with self.world.scope():
            intercept([row.pk for row in self._lists(one)])

    def settle(self, one: int, how: str) -> None:
        with self.world.scope():
            for row in self._lists(one):
                settle_by_hand(row.pk, how, "they said so")

    def anew(self, one: int) -> None:
        with self.world.scope():
            send_anew(self._orders(one))

    def again(self, one: int) -> None:
        with self.world.scope():
            push_again([row.pk for row in self._lists(one)])

    def hold(self, one: int) -> None:
        with self.world.scope():
            hold_orders(self._orders(one), "address")

    def release(self, one: int) -> None:
        with self.world.scope():
            release_orders(self._orders(one))

    def label(self, one: int) -> None:
        with self.world.scope():
            for row in self._lists(one):
                attach_label(row.pk, f"AWB{one}", pdf())

    def stock(self, pieces: int) -> None:
        self.world.add_stock("TEA", pieces)
        restock(self.merchant, self.world.warehouse_id)

    def bulk(self, action: str) -> None:
        with self.world.scope():
            options = {"reason": "address"} if action == "hold" else {}
            run = start_bulk(action, Chosen(orders=matching_orders(OrderFilter())), options, actor="user:1")
        carry_on_bulk(self.merchant, run.pk)

    # -- the hub -----------------------------------------------------------------------------------------------------

    def _orders(self, one: int) -> list[int]:
        return list(Order.objects.filter(external_id=NUMBERS[one]).values_list("pk", flat=True))

    def _lists(self, one: int) -> list[Outbound]:
        return list(Outbound.objects.filter(order__external_id=NUMBERS[one]).order_by("pk"))

    def _at_once(self) -> None:
        """Nobody waits for a backoff, and whoever held a row is gone."""
        past = now() - timedelta(hours=1)
        with self.world.scope():
            Outbound.objects.filter(push="pushing").update(push_lease_until=past)
            Outbound.objects.filter(push="unknown").update(push_next_at=past, push_lease_until=None)
            Outbound.objects.update(cancellation_next_at=None)

    def settle_down(self) -> None:
        """What workers do once nothing happens any more."""
        for _round in range(3):
            recheck(self.merchant, self.merchant)
            self.look_up()
            self.push()
            self.cancel()

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        with self.world.scope(), connection.cursor() as cursor:
            cursor.execute(query, {"merchant": self.merchant})
            return list(cursor.fetchall())

    def all_is_well(self) -> None:
        """Books, parcels, reservations."""
        with self.world.scope():
            assert verify_stock() == []
        assert self.rows(SHIPPED_TWICE) == []
        assert self.rows(HELD_BY_NOBODY) == []

    def reached(self) -> set[str]:
        """States in which the walk ended."""
        with self.world.scope():
            rows = Outbound.objects.values_list("push", "task", "cancellation", "order__status")
            return {state for row in rows for state in row}

    def there_once(self) -> None:
        """Each list at most once at the warehouse."""
        with self.world.scope():
            ours = set(Outbound.objects.values_list("reference", flat=True))
        there = {o["reference_no"]: o["times_created"] for o in self.sandbox.look("eccang/orders")["orders"]}
        assert {there[reference] for reference in ours if reference in there} <= {1}


def test_whatever_happens_nothing_is_shipped_twice_and_no_reservation_leaks(sandbox: Any) -> None:
    reached: set[str] = set()

    @settings(
        max_examples=WALKS or 12,
        derandomize=not WALKS,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.explicit, Phase.generate, *([Phase.shrink] if WALKS else [])],
    )
    @given(happenings=events)
    @example(happenings=EVERY_END)
    def walk(happenings: list[tuple[Any, ...]]) -> None:
        one = Walk(sandbox)
        for number in range(len(NUMBERS)):
            one.sight(number, OrderStatus.PAID, 0)
        for happening in happenings:
            one.step(happening)
            one.all_is_well()
        one.settle_down()
        one.all_is_well()
        one.there_once()
        reached.update(one.reached())

    walk()
    assert reached >= {"pushed", "void", "completed", "shipped", "done"}, "walks that get nowhere prove nothing"
