"""A merchant with a store, a warehouse account and products, made in one line, for tests of domains and flows."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from salur.catalog.models import MasterProduct, WarehouseProduct
from salur.connectors.base.types import Address, OrderStatus, StoreOrder, StoreOrderLine
from salur.flows.ingest import BatchResult, Incoming, ingest_batch
from salur.foundation.clock import now
from salur.integrations.channels import FILE_TITLES
from salur.integrations.models import StoreConnection, WarehouseAccount
from salur.orders.models import Order, OrderProblem, SyncRun, SyncRunRow
from salur.outbound.models import Outbound
from salur.routing.models import RoutingRule
from salur.stock.ledger import Entry, balance_ids, post
from salur.stock.models import Balance, MovementCause, Warehouse
from salur.tenancy.accounts import create_merchant
from salur.tenancy.models import User
from salur.tenancy.scope import Scope, merchant_scope

_numbers = itertools.count(1)

THAI = Address(
    name="สมชาย ใจดี",
    phone="+66812345678",
    lines=("99/1 ถนนสุขุมวิท",),
    district="วัฒนา",
    city="กรุงเทพมหานคร",
    province="กรุงเทพมหานคร",
    postal_code="10110",
    country="TH",
)
DAY = datetime(2026, 11, 11, 3, 0, tzinfo=UTC)


@dataclass
class World:
    """One merchant's small world. ``warehouse_id`` is a Thai ECCANG warehouse, ``store_id`` a Thai Shopee store."""

    merchant_id: int
    user_id: int
    store_id: int
    account_id: int
    warehouse_id: int
    run_id: int
    products: dict[str, int] = field(default_factory=dict)

    def scope(self, cause: str = "test") -> AbstractContextManager[Scope]:
        """A scope of this merchant."""
        return merchant_scope(self.merchant_id, actor="test", cause=cause)

    def add_product(self, msku: str, *, pieces: int = 0, pushed: bool = True, in_warehouse: bool = True) -> int:
        """A master product with stock in the warehouse."""
        with self.scope():
            product = MasterProduct(msku=msku, name=f"Product {msku}", created_at=now())
            product.save()
            if in_warehouse:
                balance_ids([(self.warehouse_id, product.pk)])
                row = WarehouseProduct(product=product, warehouse_id=self.warehouse_id)
                row.save()
                if pushed:
                    for state in ("pushing", "pushed"):
                        WarehouseProduct.objects.filter(pk=row.pk).update(push=state)
            self.products[msku] = product.pk
        if pieces:
            self.add_stock(msku, pieces)
        return product.pk

    def add_stock(self, msku: str, pieces: int) -> None:
        """Pieces by hand, as an own cause each time."""
        with self.scope():
            pair = (self.warehouse_id, self.products[msku])
            balance = balance_ids([pair])[pair]
            post([Entry(balance, MovementCause.ADJUST, next(_numbers), d_on_hand=pieces)])

    def add_rule(self, **conditions: Any) -> int:
        """A delivery-warehouse rule to the warehouse, tried after those there are."""
        with self.scope():
            number = next(_numbers)
            rule = RoutingRule(
                name=f"rule {number}", position=number, **{"warehouse_id": self.warehouse_id, **conditions}
            )
            rule.save()
            return rule.pk

    def ingest(self, *orders: StoreOrder, store_id: int | None = None) -> BatchResult:
        """Bring orders in as a sync would."""
        return ingest_batch(
            self.merchant_id,
            store_id or self.store_id,
            "sync",
            [Incoming(o) for o in orders],
            run_id=self.run_id,
            actor="test",
        )

    def order(self, external_id: str) -> Order:
        """The stored order."""
        with self.scope():
            return Order.objects.get(external_id=external_id)

    def lists(self, external_id: str) -> list[Outbound]:
        """Its outbound lists."""
        with self.scope():
            return list(Outbound.objects.filter(order__external_id=external_id).order_by("pk"))

    def the_list(self, external_id: str) -> Outbound:
        """Its only outbound list."""
        found = self.lists(external_id)
        assert len(found) == 1, found
        return found[0]

    def problems(self, external_id: str) -> dict[str, dict[str, Any]]:
        """Open problems of an order by cause."""
        with self.scope():
            rows = OrderProblem.objects.filter(order__external_id=external_id, closed_at=None)
            return {p.cause: p.evidence for p in rows}

    def balance(self, msku: str) -> tuple[int, int]:
        """(on hand, reserved) of a product in the warehouse."""
        with self.scope():
            row = Balance.objects.get(product_id=self.products[msku], warehouse_id=self.warehouse_id)
            return row.on_hand, row.reserved

    def run_rows(self) -> list[tuple[str, str]]:
        """(order, outcome) of the run, in order."""
        with self.scope():
            return list(SyncRunRow.objects.order_by("pk").values_list("external_id", "outcome"))


def make_world(*, channel: str = "shopee", country: str = "TH", rule: bool = True) -> World:
    """A merchant whose partners are not connected to anything: for what happens inside the hub."""
    user = User.objects.create(username=f"tester-{next(_numbers)}")
    merchant = create_merchant(user, "Toko Maju", country, "Asia/Bangkok", "THB")
    with merchant_scope(merchant, actor="test", cause="make world"):
        store = StoreConnection(channel=channel, name="Store", country=country, currency="THB", created_at=now())
        store.identity_key = "" if channel in FILE_TITLES else "shop-1"
        store.save()
        account = WarehouseAccount(partner="eccang", name="ECCANG", identity_key="k", created_at=now())
        account.save()
        warehouse = Warehouse(account=account, code="TH01", name="TH01 + C1", country=country, created_at=now())
        warehouse.save()
        run = SyncRun(store=store, source="sync", trigger="test", created_at=now())
        run.save()
    world = World(merchant, user.pk, store.pk, account.pk, warehouse.pk, run.pk)
    if rule:
        world.add_rule()
    return world


def store_order(
    external_id: str,
    *skus: str | tuple[str, int],
    status: OrderStatus = OrderStatus.READY,
    version: int = 0,
    raw_status: str | None = None,
    address: Address = THAI,
    **fields: Any,
) -> StoreOrder:
    """An order as a store connector answers it; ``version`` counts minutes, ``skus`` are SKUs or (SKU, pieces)."""
    wanted: Sequence[tuple[str, int]] = [(s, 1) if isinstance(s, str) else s for s in skus]
    return StoreOrder(
        external_id=external_id,
        status=status,
        raw_status=raw_status if raw_status is not None else str(status).upper(),
        version=DAY + timedelta(minutes=version),
        ordered_at=DAY,
        currency="THB",
        total=Decimal("199.00"),
        address=address,
        lines=tuple(
            StoreOrderLine(f"L{i}", sku, f"Item {sku}", pieces, Decimal("99.50"))
            for i, (sku, pieces) in enumerate(wanted)
        ),
        paid_at=DAY,
        **{"courier": "SPX Standard", **fields},
    )


INSTANT = "GrabExpress Instant"


def connect_eccang(world: World, sandbox: Any, skus: dict[str, int]) -> None:
    """Point the world's account at the sandbox's operator, which then knows ``skus`` with their pieces."""
    from salur.integrations import registry
    from salur.integrations.models import Credential, RateBudget
    from salur.integrations.sealing import seal

    known = sandbox.look("credentials")["eccang"]
    for sku, pieces in skus.items():
        sandbox.control("eccang/products", {"skus": [sku], "quantity": pieces, "warehouse": "TH01"})
    values = {key: str(known[key]) for key in ("base_url", "app_token", "app_key", "customer_code")}
    plugin = registry.warehouse_plugin("eccang")
    assert plugin.capabilities.rate.burst > 0
    with world.scope():
        # Instant couriers go without AWB (R97): only a method that books its own parcel takes them.
        WarehouseAccount.objects.filter(pk=world.account_id).update(settings={"shipping_method": "STANDARD"})
        Credential.objects.filter(account_id=world.account_id).delete()
        Credential(
            account_id=world.account_id,
            sealed=seal(values, world.merchant_id, "account", world.account_id),
            updated_at=now(),
        ).save()
        RateBudget.objects.get_or_create(
            account_id=world.account_id,
            defaults={"per_second": 1000, "burst": 1000, "tokens": 1000, "counted_at": now()},
        )


def a_call(account_id: int, subject: str, **fields: Any) -> int:
    """A recorded call to a warehouse (inside a scope); answers its row."""
    from salur.integrations.models import ExchangeRecord

    row = ExchangeRecord(
        exchange_id=f"test-{next(_numbers)}",
        account_id=account_id,
        subject=subject,
        **{
            "operation": "createOrder",
            "effect": "create",
            "method": "POST",
            "url": "https://partner.example/",
            "status": 200,
            "outcome": "ok",
            "started_at": now(),
            "duration_ms": 12,
            **fields,
        },
    )
    row.save()
    return row.pk
