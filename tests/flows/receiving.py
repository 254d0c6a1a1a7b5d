"""Inbound lists and their reports, without any partner."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta

from salur.connectors.base.inbound import InboundLineReport, InboundReport, InboundTask
from salur.connectors.base.types import PartnerRef, Unmapped
from salur.flows.inbound_push import submit_inbound
from salur.flows.receive import Applied, apply_inbound_reports
from salur.foundation.clock import now
from salur.inbound.checking import WantedLine
from salur.inbound.editing import create_inbound_list
from salur.inbound.models import InboundLine, InboundList, InboundReceipt
from salur.integrations.models import WarehouseAccount
from salur.stock.ledger import Entry, balance_ids, post, verify
from salur.stock.models import Balance, Movement, MovementCause
from tests.world import World, make_world

BEGUN = datetime(2026, 11, 11, 8, 0, tzinfo=UTC)
CAUSES = itertools.count(10_000)


class Room:
    """A list that the warehouse has, and its reports, without any partner."""

    def __init__(self, *lines: WantedLine, partner: str = "qimen") -> None:
        self.world: World = make_world()
        with self.world.scope():  # a partner whose goods are stock with each report
            WarehouseAccount.objects.filter(pk=self.world.account_id).update(partner=partner)
        for sku in ("TEA", "CUP"):
            self.world.add_product(sku)
        with self.world.scope():
            made = create_inbound_list(self.world.warehouse_id, lines or [WantedLine("TEA", 10)])
            submit_inbound(made.pk)
        self.id, self.reference = made.pk, made.reference
        with self.world.scope():
            rows = InboundList.objects.filter(pk=made.pk)
            rows.update(push="pushing", push_lease_until=now())
            rows.update(push="pushed", pushed_at=now(), partner_number="RV1")
            from salur.inbound.expecting import expect

            expect([made.pk])

    def says(
        self,
        status: InboundTask | Unmapped = InboundTask.RECEIVING,
        *lines: InboundLineReport,
        minute: int | None = 0,
        said: bool = True,
    ) -> InboundReport:
        """A report; ``minute`` is its version."""
        version = None if minute is None else BEGUN + timedelta(minutes=minute)
        raw = status.raw if isinstance(status, Unmapped) else str(status).upper()
        return InboundReport(
            PartnerRef("RV1", self.reference), self.reference, status, raw, version, lines if said else None
        )

    def apply(self, *reports: InboundReport) -> Applied:
        """Reports of one answer."""
        with self.world.scope():
            return apply_inbound_reports(self.world.account_id, reports)

    def tea(self, total: int, *, minute: int = 0, status: InboundTask = InboundTask.RECEIVING) -> Applied:
        """TEA received in total."""
        return self.apply(self.says(status, InboundLineReport("TEA", total), minute=minute))

    def row(self) -> InboundList:
        """The list as it stands."""
        with self.world.scope():
            return InboundList.objects.get(pk=self.id)

    def figures(self, sku: str = "TEA") -> tuple[int, int]:
        """(on hand, incoming)."""
        with self.world.scope():
            assert verify() == []
            row = Balance.objects.get(product_id=self.world.products[sku])
            return row.on_hand, row.incoming

    def lines(self) -> list[tuple[str, int, int, int]]:
        """(batch, received, damaged, expected) by line."""
        with self.world.scope():
            rows = InboundLine.objects.filter(inbound_id=self.id).order_by("pk")
            return list(rows.values_list("batch", "received", "damaged", "expected"))

    def receipts(self) -> list[tuple[str, str, str, int, int]]:
        """(kind, SKU, batch, pieces, damaged), oldest first."""
        with self.world.scope():
            rows = InboundReceipt.objects.filter(inbound_id=self.id).order_by("pk")
            return list(rows.values_list("kind", "sku", "batch", "pieces", "damaged"))

    def received(self) -> int:
        """Pieces of all RECEIVE movements."""
        with self.world.scope():
            return sum(Movement.objects.filter(cause="receive").values_list("d_on_hand", flat=True))


def balance_of(room: Room, sku: str) -> int:
    with room.world.scope():
        pair = (room.world.warehouse_id, room.world.products[sku])
        return balance_ids([pair])[pair]


def count_to(room: Room, pieces: int) -> None:
    """A stock sync sets the figure."""
    with room.world.scope():
        pair = (room.world.warehouse_id, room.world.products["TEA"])
        balance = Balance.objects.get(pk=balance_ids([pair])[pair])
        post([Entry(balance.pk, MovementCause.COUNT, next(CAUSES), d_on_hand=pieces - balance.on_hand)])
