"""The demo's story: connect, fill, sync, import, watch, report. It uses the same services as pages and API."""

from __future__ import annotations

import argparse
import io
import secrets
import sys
import time
from dataclasses import dataclass

import httpx
from django.utils.translation import gettext as _

from salur.catalog.from_listings import create_from_listings
from salur.config.demo_partners import Tour
from salur.config.demo_report import Watch, print_summary, stock_of
from salur.config.demo_stores import authorise_shopee
from salur.config.supervisor import Supervisor
from salur.connectors.base.capabilities import RateLimit
from salur.flows.calibrate import sync_stock
from salur.flows.connect import connect_account
from salur.flows.imports import start_file_import
from salur.flows.listings import pull_listings
from salur.flows.products import add_to_warehouse
from salur.flows.sync import start_store_sync
from salur.flows.wakeups import bindings_changed
from salur.integrations.budgets import set_limit
from salur.integrations.connect import Acting, connect_file_store
from salur.integrations.models import StoreConnection, WarehouseAccount
from salur.routing.models import RoutingRule
from salur.stock.models import Warehouse
from salur.tenancy.accounts import create_merchant
from salur.tenancy.entitlements import grant
from salur.tenancy.models import Entitlement, User

LOGIN = "demo"
OWN_LABEL = "OWN_LABEL"  # the simulated warehouse's method for parcels with the store's own label
SANDBOX_RATE = RateLimit(per_second=400, burst=400)  # the simulated partners bear more than real ones
SANDBOX_PACE = {
    "shopee": {"tracking_seconds": 0.5, "document_seconds": 0.5},
    "eccang": {"ship_after": 2.0},
}


@dataclass(slots=True)
class Stage:
    """What the demo has set up so far."""

    acting: Acting
    password: str
    shopee: int
    shopify: int
    account: int
    warehouse: int


class Sandbox:
    """The simulated partners' control."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._client = httpx.Client(base_url=f"{url}/_control", timeout=60)

    def post(self, path: str, body: object) -> dict[str, object]:
        """POST JSON, answer JSON."""
        return dict(self._client.post(path, json=body).raise_for_status().json())

    def get(self, path: str) -> dict[str, dict[str, str]]:
        """GET JSON."""
        return dict(self._client.get(path).raise_for_status().json())

    def file(self, path: str) -> bytes:
        """GET a file."""
        return self._client.get(path).raise_for_status().content

    def wait(self) -> None:
        """Until it answers; raises after half a minute."""
        _until_answered(f"{self.url}/_control/health")


def _until_answered(url: str) -> None:
    for _try in range(300):
        try:
            httpx.get(url, timeout=5)
        except httpx.TransportError:
            time.sleep(0.1)
        else:
            return
    raise SystemExit(f"{url} does not answer")


def say(text: str) -> None:
    """One line of the story."""
    print(text, flush=True)


def run_demo(chosen: argparse.Namespace, port: int, sandbox_port: int) -> int:
    """Run it with the page and the simulated partners at these ports; the result is the exit code."""
    children = Supervisor()
    try:
        children.start("sandbox", ["sandbox", "--host", "127.0.0.1", "--port", str(sandbox_port)], quiet=True)
        children.start("web", ["web", "--port", str(port)])
        children.start("worker", ["worker"], again=True)
        sandbox = Sandbox(f"http://127.0.0.1:{sandbox_port}")
        sandbox.wait()
        say(_("Simulated partners at %(url)s") % {"url": sandbox.url})
        code = _story(chosen, sandbox, f"http://127.0.0.1:{port}", children)
        if not chosen.once:
            say(_("Stays up until Ctrl-C."))
            children.wait()
        return code
    finally:
        children.stop()


def _story(chosen: argparse.Namespace, sandbox: Sandbox, page: str, children: Supervisor) -> int:
    sandbox.post(
        "/demo",
        {
            "orders": chosen.orders,
            "csv_orders": chosen.csv_orders,
            "shopify_orders": chosen.shopify_orders,
            "settings": SANDBOX_PACE,
        },
    )
    stage = _connect(sandbox)
    products = _fill(stage)
    before = stock_of(stage.acting, stage.warehouse)
    say(
        _("Stock synchronised: %(skus)s products, %(pieces)s pieces on hand")
        % {"skus": products, "pieces": before.on_hand}
    )
    _until_answered(f"{page}/accounts/login/")
    say(
        _("Page: %(page)s   login: %(login)s   password: %(password)s")
        % {"page": page, "login": LOGIN, "password": stage.password}
    )
    watch = Watch(stage.acting, chosen, children, live=sys.stdout.isatty())
    with stage.acting.scope("demo"):
        start_store_sync(stage.shopee, trigger="command")
        start_file_import(stage.shopee, "orders.csv", io.BytesIO(sandbox.file("/demo/orders.csv")), trigger="command")
        start_file_import(
            stage.shopify, "shopify.csv", io.BytesIO(sandbox.file("/demo/shopify.csv")), trigger="command"
        )
    ended_well = watch.until_settled(stage.shopee, stage.shopify)
    print_summary(stage.acting, stage.warehouse, before, watch)
    if ended_well:
        ended_well = _visit(stage, sandbox, chosen.patience)
    else:
        say(_("NOT every order ended where it should."))
    say(
        _("Page: %(page)s   login: %(login)s   password: %(password)s")
        % {"page": page, "login": LOGIN, "password": stage.password}
    )
    return 0 if ended_well else 1


def _visit(stage: Stage, sandbox: Sandbox, patience: float) -> bool:
    """The other partners, once the main job is told: nothing of theirs is in its figures."""
    say("")
    say(_("Now the other partners: one list of goods and one order each."))
    tour = Tour(stage.acting, sandbox, patience)
    ended_well = tour.run()
    say("\n".join(tour.lines()))
    say(_("What to type in to connect them by hand, and their people's buttons: %(url)s") % {"url": sandbox.url})
    if not ended_well:
        say(_("NOT every partner did what it should."))
    return ended_well


def _connect(sandbox: Sandbox) -> Stage:
    keys = sandbox.get("/credentials")
    password = secrets.token_urlsafe(9)
    user, _created = User.objects.get_or_create(
        username=LOGIN, defaults={"email": "demo@example.com", "first_name": "Demo"}
    )
    user.set_password(password)
    user.save()
    merchant = create_merchant(user, "Baan Suan Trading", "TH", "Asia/Bangkok", "THB")
    acting = Acting(merchant, f"user:{user.pk}")
    with acting.scope("demo"):
        for entitlement in Entitlement:
            grant(entitlement)
    eccang = {k: str(keys["eccang"][k]) for k in ("base_url", "app_token", "app_key", "customer_code")}
    connected = connect_account(acting, "eccang", "ECCANG Thailand", eccang, settings={"shipping_method": OWN_LABEL})
    say(_("ECCANG connected: %(count)s warehouses") % {"count": len(connected.warehouse_ids)})
    shopee = authorise_shopee(acting, keys["shopee"], "Baan Suan Shopee TH", keys["shopee"]["shop_id"])
    say(_("Shopee store authorised"))
    shopify = connect_file_store(acting, "shopify", "Baan Suan webshop", "TH", "THB")
    with acting.scope("demo"):
        warehouse = Warehouse.objects.get(account_id=connected.account_id, code="TH01")
        WarehouseAccount.objects.filter(pk=connected.account_id).update(
            settings={"shipping_method": OWN_LABEL, "follow_seconds": 2}
        )
        StoreConnection.objects.filter(pk=shopee).update(settings={"poll_seconds": 3})
        set_limit("account", connected.account_id, SANDBOX_RATE)
        set_limit("store", shopee, SANDBOX_RATE)
        RoutingRule(name="Thailand", position=1, warehouse=warehouse, countries=["TH"]).save()
        bindings_changed()
    return Stage(acting, password, shopee, shopify, connected.account_id, warehouse.pk)


def _fill(stage: Stage) -> int:
    """Products from the store's listings, into the warehouse, and the warehouse's stock into the hub."""
    merchant = stage.acting.merchant_id
    listings = pull_listings(merchant, stage.shopee)
    with stage.acting.scope("demo"):
        products = create_from_listings(stage.shopee)
        add_to_warehouse(products, stage.warehouse)
    say(
        _("%(listings)s listings became %(products)s master products, being pushed to the warehouse")
        % {"listings": listings, "products": len(products)}
    )
    sync_stock(merchant, stage.warehouse, trigger="command")
    return len(products)
