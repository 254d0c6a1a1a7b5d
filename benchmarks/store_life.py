"""A thousand orders of a store from sale to confirmation, counted at both sides: nothing lost, nothing twice.

Synced, changed at the store, some cancelled there and some by the merchant, arranged where the store has it, pushed,
completed by the warehouse, confirmed. The warehouse is one inside the process that takes whatever its store can give,
so what is measured is the hub beside the store's simulator.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from typing import Any

from tests.flows.pdf import pdf
from tests.flows.print_shop import Shop as Depot
from tests.flows.print_shop import open_print_shop

from .connecting import OpenStore, open_store
from .measuring import measured, report
from .partner import sandbox

ORDERS, AT_STORE, BY_US = 1000, 50, 50
ROUNDS = 60
GONE_FOR_GOOD = frozenset({"shipped", "delivered", "completed"})
# Simulators that take no time of their own for numbers, labels and cancellations.
QUICK: Mapping[str, Mapping[str, float]] = {
    "shopee": {"document_seconds": 0},
    "shopify": {"label_seconds": 0, "cancel_seconds": 0},
    "ebay": {"label_seconds": 0, "refund_delay": 0},
}


@dataclass(frozen=True)
class _World:
    """What the depot needs to know of the merchant."""

    merchant_id: int
    account_id: int

    def scope(self) -> AbstractContextManager[Any]:
        """The merchant's scope."""
        from salur.tenancy.scope import merchant_scope

        return merchant_scope(self.merchant_id, actor="bench", cause="store life")


@dataclass
class _Life:
    """One store's orders on their way; ``seconds`` by stage."""

    store: OpenStore
    depot: Depot
    world: _World
    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Take the time of a stage."""
        begun = time.perf_counter()
        yield
        self.seconds[name] = self.seconds.get(name, 0.0) + time.perf_counter() - begun

    @property
    def merchant_id(self) -> int:
        """The merchant."""
        return self.world.merchant_id

    @property
    def can(self) -> Any:
        """What the store can do."""
        from salur.integrations.registry import store_capabilities, store_plugin

        return store_capabilities(store_plugin(self.store.channel))

    # -- the store's side ----------------------------------------------------------------------------------------------

    def rows(self) -> list[dict[str, Any]]:
        """The orders as the simulated store has them."""
        found: list[dict[str, Any]] = self.store.partner.get(f"/{self.store.channel}/orders")["orders"]
        return found

    def change_all(self) -> None:
        """Every order changes at the store, some minutes ago."""
        if self.store.channel == "shopee":
            for row in self.rows():
                self.store.control(f"orders/{row['number']}/status", status="PROCESSED")
            return
        self.store.partner.post("/clock", {"advance": -150})
        self.store.control("orders/change", note="Please wrap it")
        self.store.partner.post("/clock", {"advance": 150})

    # -- the hub's side ------------------------------------------------------------------------------------------------

    def sync(self) -> Any:
        """One run from start to end; answers it."""
        from salur.flows.runs import carry_on_run
        from salur.flows.sync import start_store_sync

        with self.world.scope():
            run = start_store_sync(self.store.store_id, trigger="button")
        if run is None:
            raise RuntimeError(f"{self.store.channel} cannot be called")
        carry_on_run(self.merchant_id, run.pk)
        with self.world.scope():
            run.refresh_from_db()
        if run.state != "done" or run.failed:
            raise RuntimeError(f"{self.store.channel}: {run.state}, {run.failed} failed: {run.error_message}")
        return run

    def due_now(self, machine: str) -> None:
        """No list waits any longer."""
        from django.db import connection

        with self.world.scope(), connection.cursor() as cursor:
            cursor.execute(f"UPDATE outbound_outbound SET {machine}_next_at = NULL")

    def cancel(self) -> None:
        """Some are cancelled at the store behind the hub's back, some by the merchant where the store lets him."""
        from salur.flows.store_acts import act_at_store
        from salur.orders.models import Order

        with self.world.scope():
            orders = list(Order.objects.order_by("pk").values_list("pk", "external_id")[: AT_STORE + BY_US])
        for _, number in orders[:AT_STORE]:
            self.store.control(f"orders/{number}/status", step="cancelled")
        if "cancel" in self.can.abilities:
            outcomes = act_at_store(self.merchant_id, [pk for pk, _ in orders[AT_STORE:]], "cancel", actor="bench")
            refused = [(one.code, dict(one.evidence or {})) for one in outcomes if one.code]
            if refused:
                raise RuntimeError(f"{self.store.channel}: not cancelled: {refused[:3]}")

    def arrange(self) -> None:
        """Number and label of every list, as the store gives them; what it prints on a page a person attaches."""
        from salur.flows.arrange import arrange_due, attach_label
        from salur.outbound.models import Outbound

        for _ in range(ROUNDS):
            self.due_now("shipment")
            arrange_due(self.merchant_id, self.store.store_id)
            with self.world.scope():
                by_hand = list(Outbound.objects.filter(shipment="failed", shipment_error_code="label_refused"))
            for row in by_hand:
                with self.world.scope():
                    attach_label(row.pk, row.awb, pdf())
            with self.world.scope():
                rows = Outbound.objects.filter(shipment__in=["due", "arranged", "numbered"]).exclude(push="void")
                if not rows.exists():
                    return

    def unheard(self) -> None:
        """Ten minutes without a word from the store, so that it must be asked before each push."""
        from datetime import timedelta

        from salur.foundation.clock import now
        from salur.integrations.models import StoreConnection
        from salur.orders.models import Order

        before = now() - timedelta(minutes=10)
        with self.world.scope():
            Order.objects.update(changed_at=before)
            StoreConnection.objects.filter(pk=self.store.store_id).update(synced_until=before)

    def push(self) -> None:
        """To the warehouse, whatever the last look at the store says."""
        from salur.flows.push import push_ready
        from salur.outbound.models import Outbound

        for _ in range(ROUNDS):
            self.due_now("push")
            push_ready(self.merchant_id, self.world.account_id)
            with self.world.scope():
                if not Outbound.objects.filter(push__in=["ready", "pushing", "unknown"]).exists():
                    return

    def complete(self) -> None:
        """The warehouse sends everything and says so."""
        from salur.connectors.base.types import OutboundTask
        from salur.flows.follow_up import follow_account
        from salur.foundation.clock import now
        from salur.integrations.models import WarehouseAccount
        from salur.outbound.models import Outbound

        self.depot.states = dict.fromkeys(self.depot.orders, OutboundTask.COMPLETED)
        for _ in range(ROUNDS):
            with self.world.scope():
                WarehouseAccount.objects.update(next_follow_up_at=now())
                Outbound.objects.update(task_checked_at=None)
            follow_account(self.merchant_id, self.world.account_id)
            with self.world.scope():
                if not Outbound.objects.filter(push="pushed").exclude(task="completed").exists():
                    return

    def confirm(self) -> None:
        """Until every store shows every parcel."""
        from salur.flows.confirm import confirm_due
        from salur.outbound.models import Outbound

        for _ in range(ROUNDS):
            self.due_now("confirmation")
            confirm_due(self.merchant_id, self.store.store_id)
            with self.world.scope():
                if not Outbound.objects.filter(confirmation="due").exists():
                    return

    # -- counting ------------------------------------------------------------------------------------------------------

    def counted(self) -> dict[str, Any]:
        """Both sides beside each other; raises RuntimeError where something is lost or doubled."""
        from salur.flows.verify import verify_stock
        from salur.orders.models import Order
        from salur.outbound.models import Outbound

        with self.world.scope():
            orders = dict(Order.objects.values_list("external_id", "status"))
            lists = list(Outbound.objects.exclude(push="void").values_list("reference", "push", "task", "confirmation"))
            books = verify_stock()
        store = {key: row for row in self.rows() for key in (str(row.get("id")), str(row["number"]))}
        gone = {number for number, status in orders.items() if status == "cancelled"}
        wrong: list[str] = []
        if len(orders) != ORDERS:
            wrong.append(f"{len(orders)} orders in the hub")
        if there := [n for n in orders if (store[n]["step"] == "cancelled") != (n in gone)]:
            wrong.append(f"{len(there)} orders cancelled at one side only")
        if len(lists) != ORDERS - len(gone) or {one[0] for one in lists} != set(self.depot.orders):
            wrong.append(f"{len(lists)} lists, {len(self.depot.orders)} at the warehouse, {len(gone)} orders cancelled")
        if (states := Counter(one[1:] for one in lists)).keys() != {("pushed", "completed", "confirmed")}:
            wrong.append(f"lists: {dict(states)}")
        sent = [store[number] for number in orders if number not in gone]
        if twice := [r["number"] for r in sent if len(r["shipments"]) > 1 or r["times_arranged"] > 1]:
            wrong.append(f"{len(twice)} orders sent or arranged twice at the store")
        arranged = "arrange" in self.can.abilities
        if unsent := [r["number"] for r in sent if r["step"] not in GONE_FOR_GOOD | ({"ready"} if arranged else set())]:
            wrong.append(f"{len(unsent)} orders not sent at the store")
        if books:
            wrong.append(f"stock: {books[:3]}")
        if wrong:
            raise RuntimeError(f"{self.store.channel}: {'; '.join(wrong)}")
        return {"cancelled": len(gone), "confirmed": len(lists)}


def live(channel: str) -> None:
    """Report what a thousand orders of one store take from sale to confirmation."""
    from salur.integrations.registry import store_capabilities, store_plugin

    can = store_capabilities(store_plugin(channel))
    with sandbox() as partner:
        partner.post("/settings", {channel: {"tracking_seconds": 0, **QUICK.get(channel, {"label_seconds": 0})}})
        store = open_store(partner, channel)
        world = _World(store.shop.merchant_id, store.shop.account_id)
        needs: dict[str, Any] = {"needs_awb": can.gives_label, "needs_label": can.gives_label}
        with open_print_shop(world, keeps_stock=True, **needs) as depot, measured() as spent:  # type: ignore[arg-type]  # a world's ids
            depot.tracking = "" if can.gives_label else "*"
            life = _Life(store, depot, world)
            _walk(life)
            counts = life.counted()
        store.close()
    report(
        f"store_life_{channel}",
        ORDERS / spent.wall,
        "orders/s",
        ORDERS,
        seconds=spent.wall,
        cpu_seconds=spent.cpu,
        database_cpu_seconds=spent.database_cpu,
        **counts,
        **{f"{name}_seconds": took for name, took in life.seconds.items()},
    )


def _walk(life: _Life) -> None:
    life.store.sell(ORDERS, seconds_ago=200, spread=0)
    with life.stage("sync"):
        run = life.sync()
    if run.created != ORDERS:
        raise RuntimeError(f"{life.store.channel}: {run.created} orders created")
    life.change_all()
    with life.stage("change"):
        changed = life.sync()
    if changed.created:
        raise RuntimeError(f"{life.store.channel}: {changed.created} orders were made twice")
    with life.stage("cancel"):
        life.cancel()
    if "arrange" in life.can.abilities and life.can.gives_label:
        with life.stage("arrange"):
            life.arrange()
    life.unheard()
    for name, work in (("push", life.push), ("complete", life.complete), ("confirm", life.confirm)):
        with life.stage(name):
            work()
    life.store.partner.post("/clock", {"advance": 150})  # some stores hold the last minutes back
    with life.stage("last_sync"):
        life.sync()
