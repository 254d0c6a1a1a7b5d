"""Orders, cancellations, shipments, inbound, syncs and adjustments in any order agree with a plain model (issue 5)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from salur.connectors.base.types import OrderStatus, OutboundReport, OutboundTask, PartnerRef, StockLevel
from salur.flows.calibrate import restock
from salur.flows.calibrate_write import write_chunk
from salur.flows.inbound_push import submit_inbound
from salur.flows.own_stock import adjust_own_stock
from salur.flows.receive import receive_by_hand
from salur.flows.reports import apply_reports
from salur.flows.verify import verify_stock
from salur.foundation.clock import now
from salur.inbound.checking import WantedLine
from salur.inbound.editing import create_inbound_list
from salur.inbound.models import InboundLine
from salur.outbound.models import Outbound
from salur.stock.adjust import AdjustmentsRefused, Wanted
from salur.stock.ledger import balance_ids
from salur.stock.models import Balance, StockSyncRun, Warehouse
from salur.stock.sync_runs import Position, ReadPage, claim_run, keep_pages, reading_ended
from tests.world import World, make_world, store_order

EACH = 2  # pieces of an order: one size, so that which orders fit does not depend on who asks first

ORDERS, PIECES = st.integers(1, 5), st.integers(0, 12)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.sampled_from(["order", "order", "cancel", "ship"]), ORDERS),
        st.tuples(st.sampled_from(["sync", "adjust", "announce", "receive"]), PIECES),
        st.tuples(st.just("restock"), st.just(0)),
    ),
    min_size=4,
    max_size=16,
)


class Plain:
    """What the figures must be: a partner's warehouse that sends orders, and an own one that takes goods in."""

    def __init__(self) -> None:
        self.there, self.held, self.waiting = 6, list[int](), list[int]()
        self.seen, self.gone = set[int](), set[int]()
        self.own, self.incoming = 0, 0

    def take(self, kind: str, n: int) -> None:
        """One step."""
        getattr(self, kind)(n)

    def order(self, n: int) -> None:
        if n not in self.seen | self.gone:
            self._ask(n)
        self.seen.add(n)

    def _ask(self, n: int) -> None:
        fits = self.there - EACH * len(self.held) >= EACH
        (self.held if fits else self.waiting).append(n)

    def cancel(self, n: int) -> None:
        for listed in (self.held, self.waiting):
            if n in listed:
                listed.remove(n)
        self.gone.add(n)

    def ship(self, n: int) -> None:
        if n in self.held:
            self.held.remove(n)
            self.there -= EACH

    def restock(self, _n: int) -> None:
        asking, self.waiting = self.waiting, []
        for n in asking:
            self._ask(n)

    def sync(self, said: int) -> None:
        given_up = []
        while self.held and EACH * len(self.held) > said:
            given_up.append(self.held.pop())
        self.there = said
        self.waiting += sorted(given_up)

    def adjust(self, pieces: int) -> None:
        self.own = pieces

    def announce(self, pieces: int) -> None:
        self.incoming += pieces

    def receive(self, _pieces: int) -> None:
        self.own, self.incoming = self.own + self.incoming, 0


class Real:
    """The same steps by the flows, each taken twice where a partner or a person may repeat it."""

    def __init__(self) -> None:
        self.world: World = make_world()
        self.world.add_product("TEA", pieces=6)
        self.tea = self.world.products["TEA"]
        self.announced: list[int] = []
        with self.world.scope():
            self.own = Warehouse.objects.create(code="OWN", name="Own", country="TH", created_at=now()).pk
            balance_ids([(self.own, self.tea)])

    def take(self, kind: str, n: int) -> None:
        """One step."""
        getattr(self, kind)(n)

    def order(self, n: int) -> None:
        for _again in range(2):
            self.world.ingest(store_order(f"O{n}", ("TEA", EACH)))

    def cancel(self, n: int) -> None:
        for _again in range(2):
            self.world.ingest(store_order(f"O{n}", ("TEA", EACH), status=OrderStatus.CANCELLED, version=60))

    def ship(self, n: int) -> None:
        with self.world.scope():
            lists = Outbound.objects.filter(order__external_id=f"O{n}", reserved=True)
            made = lists.first()
            if made is None:
                return
            lists.update(push="ready", closed_gates={}, blocked_by="")
            lists.update(push="pushing", push_lease_until=now() + timedelta(minutes=1))
            lists.update(push="pushed", pushed_at=now(), push_lease_until=None, partner_number=f"P{n}")
            ref = PartnerRef(f"P{n}", made.reference)
            report = OutboundReport(ref, made.reference, OutboundTask.COMPLETED, "D", None)
            for _again in range(2):
                apply_reports(self.world.account_id, [report])

    def restock(self, _n: int) -> None:
        restock(self.world.merchant_id, self.world.warehouse_id)

    def sync(self, said: int) -> None:
        with self.world.scope():
            made = StockSyncRun.objects.create(
                warehouse_id=self.world.warehouse_id, trigger="test", started_at=now(), wanted=["TEA"]
            )
            run = claim_run(made.pk)
            assert run is not None
            level = StockLevel("TEA", "TH01", said, 0, 0, 0, now())
            keep_pages(run, [ReadPage([level], now())], Position(1))
            reading_ended(run)
            while write_chunk(run):
                pass
            StockSyncRun.objects.filter(pk=run.id).update(finished_at=now())

    def adjust(self, pieces: int) -> None:
        with self.world.scope():
            adjust_own_stock([Wanted(self.own, self.tea, pieces)], "counted")
        try:
            with self.world.scope():
                adjust_own_stock([Wanted(self.own, self.tea, pieces, seen=pieces + 1)], "counted")
        except AdjustmentsRefused:
            return
        raise AssertionError("a figure that somebody saw otherwise was taken")

    def announce(self, pieces: int) -> None:
        if pieces:
            with self.world.scope():
                made = create_inbound_list(self.own, [WantedLine("TEA", pieces)])
                self.announced.append(submit_inbound(made.pk).pk)

    def receive(self, _pieces: int) -> None:
        for number in self.announced:
            with self.world.scope():
                line = InboundLine.objects.get(inbound_id=number)
                receive_by_hand(number, {line.pk: line.quantity})
                receive_by_hand(number, {line.pk: line.quantity}, complete=True)
        self.announced = []

    def figures(self) -> dict[str, int]:
        """As the model tells them."""
        with self.world.scope():
            rows = {row.warehouse_id: row for row in Balance.objects.all()}
            assert verify_stock() == []
        sending, own = rows[self.world.warehouse_id], rows[self.own]
        assert (sending.disputed, sending.incoming, own.reserved) == (0, 0, 0)
        return {"there": sending.on_hand, "held": sending.reserved, "own": own.on_hand, "incoming": own.incoming}


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_any_interleaving_agrees_with_the_plain_model(db: Any, steps: list[tuple[str, int]]) -> None:
    db.reset()
    plain, real = Plain(), Real()
    for kind, n in steps:
        plain.take(kind, n)
        real.take(kind, n)
        wanted = {
            "there": plain.there,
            "held": EACH * len(plain.held),
            "own": plain.own,
            "incoming": plain.incoming,
        }
        assert real.figures() == wanted, (kind, n)
