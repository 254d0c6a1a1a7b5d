"""The merchant's store and warehouse connected to the sandbox, and short words for what tests do with them."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db import connection, connections

from salur.connectors.base.types import OrderStatus
from salur.flows.arrange import arrange_due
from salur.flows.push import push_ready
from salur.foundation.clock import now
from salur.integrations.models import Credential, RateBudget, StoreConnection, WarehouseAccount
from salur.integrations.sealing import seal
from salur.stock.ledger import verify
from tests.world import World, connect_eccang, make_world, store_order

EXPRESS = "SPX Express"


class Stage:
    """One merchant, its Thai Shopee shop and its ECCANG warehouse with 100 pieces of TEA and CUP."""

    def __init__(self, sandbox: Any) -> None:
        self.sandbox = sandbox
        self.world: World = make_world()
        self.merchant_id, self.store_id = self.world.merchant_id, self.world.store_id
        self.account_id, self.warehouse_id = self.world.account_id, self.world.warehouse_id
        for msku in ("TEA", "CUP"):
            self.world.add_product(msku, pieces=100)
        connect_eccang(self.world, sandbox, {"TEA": 100, "CUP": 100})
        with self.world.scope():
            WarehouseAccount.objects.filter(pk=self.account_id).update(settings={"shipping_method": "OWN_LABEL"})
        self._connect_shop()
        self.settings(shopee={"tracking_seconds": 0, "document_seconds": 0})

    def _connect_shop(self) -> None:
        known = self.sandbox.look("credentials")["shopee"]
        tokens = self.sandbox.control("shopee/tokens", {"shop_id": known["shop_id"]})
        values = {k: str(known[k]) for k in ("base_url", "partner_id", "partner_key", "push_key", "shop_id")}
        values |= {k: str(tokens[k]) for k in ("access_token", "refresh_token")}
        with self.world.scope():
            Credential(
                store_id=self.store_id,
                sealed=seal(values, self.merchant_id, "store", self.store_id),
                access_expires_at=now() + timedelta(seconds=tokens["expire_in"]),
                updated_at=now(),
            ).save()
            RateBudget(store_id=self.store_id, per_second=1000, burst=1000, tokens=1000, counted_at=now()).save()

    # -- the partners ------------------------------------------------------------------------------------------------

    def settings(self, **wanted: Any) -> None:
        """Turn knobs of the simulated partners."""
        self.sandbox.control("settings", wanted)

    def fault(self, partner: str, operation: str, kind: str, **more: Any) -> None:
        """Switch a fault on, for one call unless told otherwise."""
        self.sandbox.control("faults", {"partner": partner, "operation": operation, "kind": kind, "times": 1, **more})

    def calls(self, partner: str, operation: str) -> int:
        """How often the partner was called."""
        return int(self.sandbox.look("counts")[partner].get(operation, {"calls": 0})["calls"])

    def shop_order(self, external_id: str) -> dict[str, Any]:
        """The order as the shop has it."""
        return next(o for o in self.sandbox.look("shopee/orders")["orders"] if o["order_sn"] == external_id)

    def warehouse_order(self, external_id: str) -> dict[str, Any]:
        """The outbound list as the warehouse has it."""
        reference = self.world.the_list(external_id).reference
        return next(o for o in self.sandbox.look("eccang/orders")["orders"] if o["reference_no"] == reference)

    def move(self, external_id: str, **changes: Any) -> None:
        """Let the warehouse move the list on."""
        self.sandbox.control(f"eccang/orders/{self.world.the_list(external_id).reference}/status", changes)

    def pass_time(self, seconds: float) -> None:
        """Let time pass at the partners."""
        self.sandbox.control("clock", {"advance": seconds})

    # -- the hub -----------------------------------------------------------------------------------------------------

    def take_order(self, sku: str = "TEA", pieces: int = 1, *, count: int = 1, carrier: str = EXPRESS) -> list[str]:
        """Paid orders at the shop, and in the hub."""
        wanted = {"count": count, "items": [{"sku": sku, "quantity": pieces}], "carrier": carrier}
        numbers: list[str] = self.sandbox.control("shopee/orders", wanted)["order_sns"]
        self.world.ingest(*(store_order(n, (sku, pieces), status=OrderStatus.PAID, courier=carrier) for n in numbers))
        return numbers

    def one_order(self, sku: str = "TEA", pieces: int = 1, **more: Any) -> str:
        """One paid order."""
        return self.take_order(sku, pieces, **more)[0]

    def pushed_order(self, sku: str = "TEA", pieces: int = 1) -> str:
        """One order whose list the warehouse has."""
        number = self.one_order(sku, pieces)
        self.arrange()
        push_ready(self.merchant_id, self.account_id)
        assert self.world.the_list(number).push == "pushed"
        return number

    def arrange(self) -> int:
        """Let the arranger work, whatever waits for its time."""
        self.due_now("shipment")
        return arrange_due(self.merchant_id, self.store_id)

    def due_now(self, machine: str) -> None:
        """No row of a machine waits any longer."""
        with self.world.scope(), connection.cursor() as cursor:
            cursor.execute(f"UPDATE outbound_outbound SET {machine}_next_at = NULL")

    def let_leases_run_out(self, machine: str) -> None:
        """Whoever held a row was lost."""
        with self.world.scope(), connection.cursor() as cursor:
            cursor.execute(
                f"UPDATE outbound_outbound SET {machine}_lease_until = now() - interval '1 second'"
                f" WHERE {machine}_lease_until IS NOT NULL"
            )

    def cancel_at_store(self, external_id: str) -> None:
        """The order is cancelled at the shop, and the hub hears of it."""
        known = self.world.order(external_id)
        with self.world.scope():
            lines = self.world.lists(external_id)
        assert lines
        self.world.ingest(
            store_order(external_id, "TEA", status=OrderStatus.CANCELLED, version=60, courier=known.courier)
        )

    def store(self) -> StoreConnection:
        """The store's row."""
        with self.world.scope():
            return StoreConnection.objects.get(pk=self.store_id)

    def account(self) -> WarehouseAccount:
        """The account's row."""
        with self.world.scope():
            return WarehouseAccount.objects.get(pk=self.account_id)

    def books_agree(self) -> None:
        """Balances equal the sums of their movements."""
        with self.world.scope():
            assert verify() == []


def side_by_side(*work: Callable[[], Any]) -> None:
    """Run at the same time, each with a connection of its own."""
    faults: list[BaseException] = []

    def run(job: Callable[[], Any]) -> None:
        try:
            job()
        except BaseException as fault:  # noqa: BLE001 - an assertion must not end in a thread; it is raised below
            faults.append(fault)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(job,)) for job in work]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if faults:
        raise faults[0]
