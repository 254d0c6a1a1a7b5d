"""Every store of the repository along the whole path, against its simulator over real HTTP.

Connected by its own login or its form; orders synced, changed, shipped and cancelled; listings fetched, and told what
may be sold. The warehouse is one inside the process that takes whatever its store can give.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest
from django.db import connection

from salur.catalog.editing import bind_sku
from salur.catalog.models import Listing
from salur.connectors.base.types import OutboundTask
from salur.flows.arrange import arrange_due, attach_label
from salur.flows.confirm import confirm_due
from salur.flows.follow_up import follow_account
from salur.flows.listings import pull_listings
from salur.flows.push import push_ready
from salur.flows.runs import carry_on_run
from salur.flows.store_acts import act_at_store
from salur.flows.store_stock import recount_store, set_stock_rule, tell_store
from salur.flows.sync import start_store_sync
from salur.flows.verify import verify_stock
from salur.foundation.clock import now
from salur.integrations.acting import Acting
from salur.integrations.connect import connect_store
from salur.integrations.login import begin_authorisation, finish_authorisation
from salur.integrations.models import RateBudget, StoreConnection, WarehouseAccount
from salur.integrations.registry import STORE, find_plugin, plugins, store_capabilities
from salur.orders.models import Order, SyncRun
from salur.outbound.models import Outbound
from salur.stock.models import Warehouse
from tests.flows.pdf import pdf
from tests.flows.print_shop import Shop, open_print_shop
from tests.world import World, make_world

STORES = [
    "amazon",
    "blibli",
    "bukalapak",
    "ebay",
    "etsy",
    "lazada",
    "shopbase",
    "shopee",
    "shopify",
    "tiktok",
    "tokopedia",
    "tokopedia_legacy",
    "woocommerce",
]
SKUS = ("TEA", "CUP")
COUNT, CANCELLED = 12, 3
PIECES = 1000
BACK = "https://hub.invalid/back/"
QUICK = {
    "shopee": {"document_seconds": 0},
    "shopify": {"label_seconds": 0, "cancel_seconds": 0},
    "ebay": {"label_seconds": 0, "refund_delay": 0},
}
# Where the address to return to is registered at the partner, not named at the login.
REGISTERED: dict[str, dict[str, dict[str, str]]] = {
    "ebay": {"accept": {"url": BACK}},
    "tiktok": {"app": {"redirect": BACK}},
    "tokopedia": {"app": {"redirect": BACK}},
}
CHOSEN = {"shopify": {"location_id": "101"}}


def test_no_store_is_left_out() -> None:
    assert set(STORES) == {plugin.name for plugin in plugins(STORE)}


class Path:
    """A merchant on the way with one store."""

    def __init__(self, sandbox: Any, channel: str) -> None:
        self.sandbox, self.channel = sandbox, channel
        plugin = find_plugin(STORE, channel)
        assert plugin is not None
        self.plugin, self.can = plugin, store_capabilities(plugin)
        sandbox.control("settings", {channel: {"tracking_seconds": 0, **QUICK.get(channel, {"label_seconds": 0})}})
        for path, body in REGISTERED.get(channel, {}).items():
            self.control(path, **body)
        self.control("items", skus=list(SKUS), stock=50)
        self.world: World = make_world(channel=channel, rule=False)
        for sku in SKUS:
            self.world.add_product(sku, pieces=PIECES)
        self.store_id = self._connect()
        with self.world.scope():
            country = StoreConnection.objects.get(pk=self.store_id).country
            Warehouse.objects.update(country=country)
            RateBudget.objects.update(per_second=1000, burst=1000, tokens=1000)
        self.world.add_rule()
        self._link()

    def _link(self) -> None:
        """A store without SKUs names its listings by numbers, which are linked by hand (R44)."""
        pull_listings(self.world.merchant_id, self.store_id)
        named = {row[key]: row["sku"] for row in self.look("items") for key in ("item_id", "model_id")}
        with self.world.scope():
            for listing in Listing.objects.exclude(sku__in=SKUS):
                sku = named[listing.sku or listing.item_id]
                bind_sku(self.store_id, listing.sku, self.world.products[sku], 1)

    def control(self, path: str, **body: Any) -> Any:
        """What the simulated store is told to do."""
        return self.sandbox.control(f"{self.channel}/{path}", body)

    def look(self, path: str) -> list[dict[str, Any]]:
        """What the simulated store has."""
        rows: list[dict[str, Any]] = self.sandbox.look(f"{self.channel}/{path}")[path]
        return rows

    # -- connecting --------------------------------------------------------------------------------------------------

    def _connect(self) -> int:
        """By the partner's own login page, or by the form."""
        known = self.sandbox.look("credentials")[self.channel]
        form = {key: str(value) for key, value in (known.get("form") or known).items()}
        typed = {field.key: form[field.key] for field in self.plugin.form if field.key in form}
        acting = Acting(self.world.merchant_id, f"user:{self.world.user_id}")
        settings = {**known.get("settings", {}), **CHOSEN.get(self.channel, {})}
        if "oauth" not in self.can.abilities:
            return connect_store(acting, self.channel, "Toko", typed, country="ID", currency="IDR", settings=settings)
        page = begin_authorisation(
            acting, self.channel, "Toko", typed, redirect=BACK, country="ID", currency="IDR", settings=settings
        )
        answer = httpx.post(page, data={"answer": "yes"}, timeout=20)
        assert answer.status_code in (302, 303), answer.text
        query = dict(parse_qsl(urlsplit(answer.headers["location"]).query))
        return finish_authorisation(acting, query["state"], query)

    # -- orders ------------------------------------------------------------------------------------------------------

    def sell(self, count: int) -> None:
        """New paid orders, some minutes old: some stores show none of the last moments."""
        paid = {} if self.channel == "shopee" else {"step": "paid"}
        self.control("orders", count=count, skus=list(SKUS), updated_seconds_ago=200, **paid)

    def sync(self) -> SyncRun:
        """One run to its end."""
        with self.world.scope():
            run = start_store_sync(self.store_id, trigger="button")
        assert run is not None
        carry_on_run(self.world.merchant_id, run.pk)
        with self.world.scope():
            run.refresh_from_db()
        assert run.state == "done", (run.error_code, run.error_message)
        assert run.failed == 0
        return run

    def change(self) -> None:
        """The seller's orders change at the store, some minutes ago."""
        if self.channel == "shopee":
            for row in self.look("orders"):
                self.control(f"orders/{row['order_sn']}/status", status="PROCESSED")
            return
        self.sandbox.control("clock", {"advance": -150})
        self.control("orders/change", note="Please wrap it")
        self.sandbox.control("clock", {"advance": 150})

    def until_cancelled(self) -> None:
        """Some stores take a moment for it."""
        for _ in range(100):
            if self.statuses()["cancelled"] == CANCELLED:
                return
            time.sleep(0.1)
            self.sync()
        raise AssertionError(self.statuses())

    def statuses(self) -> Counter[str]:
        """How many orders stand in which status in the hub."""
        with self.world.scope():
            return Counter(Order.objects.values_list("status", flat=True))

    # -- shipping ----------------------------------------------------------------------------------------------------

    def lists(self, **wanted: Any) -> list[Outbound]:
        """Outbound lists."""
        with self.world.scope():
            return list(Outbound.objects.filter(**wanted))

    def due_now(self, machine: str) -> None:
        """No row waits any longer."""
        with self.world.scope(), connection.cursor() as cursor:
            cursor.execute(f"UPDATE outbound_outbound SET {machine}_next_at = NULL")

    def arrange(self) -> None:
        """Number and label of every list, as the store gives them."""
        for _ in range(6):
            self.due_now("shipment")
            arrange_due(self.world.merchant_id, self.store_id)
        # A store that prints on a page of its own leaves the file to a person.
        for row in self.lists(shipment="failed", shipment_error_code="label_refused"):
            with self.world.scope():
                attach_label(row.pk, row.awb, pdf())

    def ship(self, shop: Shop) -> None:
        """Everything goes to the warehouse and out of it, and the store is told."""
        if "arrange" in self.can.abilities and self.can.gives_label:
            self.arrange()
        while push_ready(self.world.merchant_id, self.world.account_id):
            pass
        shop.states = dict.fromkeys(shop.orders, OutboundTask.COMPLETED)
        with self.world.scope():
            WarehouseAccount.objects.update(next_follow_up_at=now())
        follow_account(self.world.merchant_id, self.world.account_id)
        for _ in range(4):
            self.due_now("confirmation")
            confirm_due(self.world.merchant_id, self.store_id)


@pytest.fixture(params=STORES)
def path(db: Any, sandbox: Any, request: pytest.FixtureRequest) -> Iterator[tuple[Path, Shop]]:
    """One store, and a warehouse that wants of it what it can give."""
    one = Path(sandbox, request.param)
    needs = {"needs_awb": one.can.gives_label, "needs_label": one.can.gives_label}
    with open_print_shop(one.world, keeps_stock=True, **needs) as shop:
        shop.tracking = "" if one.can.gives_label else "*"
        yield one, shop


def test_orders_are_synced_changed_cancelled_and_shipped(path: tuple[Path, Shop]) -> None:
    one, shop = path
    one.sell(COUNT)
    assert one.sync().created == COUNT
    assert one.sync().created == 0
    one.change()
    assert one.sync().created == 0
    with one.world.scope():
        held = [order.pk for order in Order.objects.order_by("pk")[:CANCELLED]]
    if "cancel" in one.can.abilities:
        outcomes = act_at_store(one.world.merchant_id, held, "cancel", actor="test")
        assert [(o.code, o.evidence) for o in outcomes if o.code] == []
        one.until_cancelled()
    gone = one.statuses()["cancelled"]
    one.ship(shop)
    assert len(shop.orders) == COUNT - gone
    assert {one.task for one in one.lists(push="pushed")} == {"completed"}
    assert Counter(row.confirmation for row in one.lists(push="pushed")) == {"confirmed": COUNT - gone}
    sold = sum(line.quantity for order in shop.orders.values() for line in order.lines)
    assert sum(one.world.balance(sku)[0] for sku in SKUS) == len(SKUS) * PIECES - sold
    assert sum(one.world.balance(sku)[1] for sku in SKUS) == 0
    with one.world.scope():
        assert verify_stock() == []


def test_its_listings_are_fetched_and_told_what_may_be_sold(path: tuple[Path, Shop]) -> None:
    one, _ = path
    assert pull_listings(one.world.merchant_id, one.store_id) == len(SKUS)
    if "stock" not in one.can.abilities:
        return
    with one.world.scope():
        set_stock_rule(one.store_id, on=True, chosen=[], buffer=10, share=10)
    recount_store(one.world.merchant_id, one.store_id)
    assert tell_store(one.world.merchant_id, one.store_id) == len(SKUS)
    assert {row["sku"]: row["stock"] for row in one.look("items") if row["sku"] in SKUS} == dict.fromkeys(SKUS, 99)
