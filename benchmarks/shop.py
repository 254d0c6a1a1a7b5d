"""The merchant that the figures are taken with: one store, one warehouse account, 500 products, several rules."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

PRODUCTS = 500
PIECES = 10_000_000


def msku(number: int) -> str:
    """The name of a product, which is its SKU in the store as well."""
    return f"SKU-{number:04d}"


@dataclass(frozen=True)
class Shop:
    """Where its things are."""

    merchant_id: int
    store_id: int
    account_id: int
    warehouse_id: int

    def dumps(self) -> str:
        """As text, for a child process."""
        return json.dumps(asdict(self))

    @classmethod
    def loads(cls, text: str) -> Shop:
        """The opposite of :meth:`dumps`."""
        return cls(**json.loads(text))


def make_shop() -> Shop:
    """A new merchant whose orders find their products, warehouse and stock."""
    from salur.foundation.clock import now
    from salur.integrations.models import StoreConnection, WarehouseAccount
    from salur.stock.models import Warehouse
    from salur.tenancy.accounts import create_merchant
    from salur.tenancy.models import User
    from salur.tenancy.scope import merchant_scope

    user = User.objects.create(username=f"bench-{User.objects.count()}")
    merchant = create_merchant(user, "Benchmark", "TH", "Asia/Bangkok", "THB")
    with merchant_scope(merchant, actor="bench", cause="make shop"):
        store = StoreConnection(
            channel="shopee", name="Store", country="TH", currency="THB", identity_key="600000", created_at=now()
        )
        store.save()
        account = WarehouseAccount(
            partner="eccang",
            name="ECCANG",
            identity_key=f"bench-{merchant}",
            settings={"shipping_method": "OWN_LABEL"},
            created_at=now(),
        )
        account.save()
        warehouse = Warehouse(account=account, code="TH01", name="ECCANG-TH01", country="TH", created_at=now())
        warehouse.save()
        _add_rules(warehouse.pk)
        _add_products(warehouse.pk)
    return Shop(merchant, store.pk, account.pk, warehouse.pk)


def _add_rules(warehouse_id: int) -> None:
    """Five rules, of which the last one matches, so that every order line is held against all of them."""
    from salur.routing.models import RoutingRule

    conditions: list[dict[str, list[str]]] = [
        {"countries": ["SG"]},
        {"countries": ["MY", "VN"]},
        {"channels": ["lazada"]},
        {"countries": ["TH"], "mskus": ["SKU-NONE"]},
        {"countries": ["TH"]},
    ]
    for position, condition in enumerate(conditions):
        RoutingRule(name=f"Rule {position}", position=position, warehouse_id=warehouse_id, **condition).save()


def _add_products(warehouse_id: int) -> None:
    from salur.catalog.models import MasterProduct, WarehouseProduct
    from salur.foundation.clock import now
    from salur.stock.ledger import Entry, balance_ids, post
    from salur.stock.models import MovementCause
    from salur.tenancy.scope import current_scope

    merchant = current_scope().merchant_id
    made = [
        MasterProduct(merchant_id=merchant, msku=msku(n), name=f"Product {n}", created_at=now())
        for n in range(PRODUCTS)
    ]
    MasterProduct.objects.bulk_create(made)
    WarehouseProduct.objects.bulk_create(
        WarehouseProduct(merchant_id=merchant, product=product, warehouse_id=warehouse_id) for product in made
    )
    for state in ("pushing", "pushed"):
        WarehouseProduct.objects.filter(warehouse_id=warehouse_id).update(push=state)
    balances = balance_ids([(warehouse_id, product.pk) for product in made])
    post(Entry(i, MovementCause.ADJUST, n, d_on_hand=PIECES) for n, i in enumerate(balances.values()))
