"""Inbound lists between the hub and the simulated warehouse: short words for what tests do with them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from salur.flows.inbound_follow import follow_inbound
from salur.flows.inbound_push import look_up_inbound, push_inbound_due, submit_inbound
from salur.foundation.clock import now
from salur.inbound.checking import WantedLine
from salur.inbound.editing import create_inbound_list
from salur.inbound.models import InboundLine, InboundList, InboundPushAttempt, InboundReceipt
from salur.stock.ledger import verify
from salur.stock.models import Balance, Movement
from tests.world import World, connect_eccang, make_world


class InboundStage:
    """One merchant with an ECCANG warehouse that knows TEA and CUP and has none of them."""

    def __init__(self, sandbox: Any) -> None:
        self.sandbox = sandbox
        self.world: World = make_world()
        self.merchant_id, self.account_id = self.world.merchant_id, self.world.account_id
        self.warehouse_id = self.world.warehouse_id
        for msku in ("TEA", "CUP"):
            self.world.add_product(msku)
        connect_eccang(self.world, sandbox, {"TEA": 0, "CUP": 0})

    # -- the hub -----------------------------------------------------------------------------------------------------

    def submitted(self, *lines: tuple[str, int]) -> InboundList:
        """A list that is ready to push."""
        with self.world.scope():
            made = create_inbound_list(self.warehouse_id, [WantedLine(sku, n) for sku, n in lines or [("TEA", 10)]])
            return submit_inbound(made.pk)

    def pushed(self, *lines: tuple[str, int]) -> InboundList:
        """A list that the warehouse has."""
        made = self.submitted(*lines)
        self.push()
        row = self.row(made)
        assert row.push == "pushed", row.push_error_message
        return row

    def push(self) -> int:
        """Let the pusher work."""
        return push_inbound_due(self.merchant_id, self.account_id)

    def look_up(self) -> int:
        """Look up what is in doubt, as if the time to settle had passed."""
        with self.world.scope():
            InboundList.objects.filter(push="unknown").update(push_next_at=now())
        return look_up_inbound(self.merchant_id, self.account_id)

    def follow(self) -> int:
        """Ask for all lists, as if they were due."""
        with self.world.scope():
            InboundList.objects.update(task_next_at=None)
        return follow_inbound(self.merchant_id, self.account_id)

    def let_leases_run_out(self) -> None:
        """Whoever held a push was lost."""
        past = now() - timedelta(milliseconds=1)
        with self.world.scope():
            InboundList.objects.filter(push_lease_until__isnull=False).update(push_lease_until=past)
            InboundList.objects.filter(cancellation_lease_until__isnull=False).update(cancellation_lease_until=past)

    # -- what stands -------------------------------------------------------------------------------------------------

    def row(self, inbound: InboundList) -> InboundList:
        """The list as it stands."""
        with self.world.scope():
            return InboundList.objects.get(pk=inbound.pk)

    def lines(self, inbound: InboundList) -> list[tuple[int, int, int]]:
        """(received, damaged, expected) by line."""
        with self.world.scope():
            rows = InboundLine.objects.filter(inbound=inbound).order_by("pk")
            return list(rows.values_list("received", "damaged", "expected"))

    def receipts(self, inbound: InboundList) -> list[tuple[str, str, int]]:
        """(kind, SKU, pieces), oldest first."""
        with self.world.scope():
            rows = InboundReceipt.objects.filter(inbound=inbound).order_by("pk")
            return list(rows.values_list("kind", "sku", "pieces"))

    def attempts(self, inbound: InboundList) -> list[tuple[str, str]]:
        """(kind, outcome), oldest first."""
        with self.world.scope():
            rows = InboundPushAttempt.objects.filter(inbound=inbound).order_by("pk")
            return list(rows.values_list("kind", "outcome"))

    def figures(self, sku: str = "TEA") -> tuple[int, int]:
        """(on hand, incoming) of a product; its movements add up to them."""
        with self.world.scope():
            assert verify() == []
            row = Balance.objects.filter(product_id=self.world.products[sku], warehouse_id=self.warehouse_id).first()
            return (row.on_hand, row.incoming) if row else (0, 0)

    def movements(self, cause: str) -> list[tuple[int, int]]:
        """(on hand, incoming) of every movement with this cause."""
        with self.world.scope():
            return list(Movement.objects.filter(cause=cause).order_by("pk").values_list("d_on_hand", "d_incoming"))

    # -- the warehouse -----------------------------------------------------------------------------------------------

    def fault(self, operation: str, kind: str, **more: Any) -> None:
        """Switch a fault on, for one call unless told otherwise."""
        wanted = {"partner": "eccang", "operation": operation, "kind": kind, "times": 1, **more}
        self.sandbox.control("faults", wanted)

    def there(self) -> dict[str, dict[str, Any]]:
        """The warehouse's inbound lists by our reference."""
        return {one["reference"]: one for one in self.sandbox.look("eccang/inbounds")["inbounds"]}

    def move(self, inbound: InboundList, status: str, **quantities: int) -> None:
        """Let the warehouse move the list on; quantities are totals so far."""
        body: dict[str, Any] = {"status": status, "quantities": quantities} if quantities else {"status": status}
        self.sandbox.control(f"eccang/inbounds/{inbound.reference}/status", body)
