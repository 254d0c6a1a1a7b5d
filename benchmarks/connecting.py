"""A store connected to its simulator as a merchant would: by the partner's own login, or by the form."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx

from .partner import RATE, Sandbox
from .shop import Shop, make_shop, msku

BACK = "https://hub.invalid/back/"
SOLD = 50
"""How many of the shop's products the store sells."""

# Where the address to return to is registered at the partner, not named at the login.
REGISTERED: dict[str, dict[str, dict[str, str]]] = {
    "ebay": {"accept": {"url": BACK}},
    "tiktok": {"app": {"redirect": BACK}},
    "tokopedia": {"app": {"redirect": BACK}},
}
CHOSEN = {"shopify": {"location_id": "101"}}
EVERYWHERE = "gearment"
"""A warehouse partner that serves every country; the shop's own serves three."""


@dataclass(frozen=True)
class OpenStore:
    """A connected store whose listings are linked to the shop's products, and its simulator."""

    partner: Sandbox
    channel: str
    shop: Shop
    store_id: int

    def control(self, path: str, **body: Any) -> Any:
        """What the simulated store is told to do."""
        return self.partner.post(f"/{self.channel}/{path}", body)

    def sell(self, count: int, *, seconds_ago: int, spread: int) -> None:
        """New paid orders of one line or more, changed last within ``spread`` seconds."""
        paid = {} if self.channel == "shopee" else {"step": "paid"}  # Shopee's are paid by themselves
        when = {"updated_seconds_ago": seconds_ago, "spread_seconds": spread}
        self.control("orders", count=count, skus=[msku(n) for n in range(SOLD)], **when, **paid)

    def close(self) -> None:
        """Give the store free for the next merchant: one account at a store serves one merchant."""
        from salur.integrations.acting import Acting
        from salur.integrations.changing import disconnect

        disconnect(Acting(self.shop.merchant_id, "bench"), "store", self.store_id)


def open_store(partner: Sandbox, channel: str) -> OpenStore:
    """A new merchant with this store; every order has a rule and every listing its product."""
    for path, body in REGISTERED.get(channel, {}).items():
        partner.post(f"/{channel}/{path}", body)
    partner.post(f"/{channel}/items", {"skus": [msku(n) for n in range(SOLD)], "stock": 1000})
    shop = make_shop()
    store = OpenStore(partner, channel, shop, _connect(shop, partner, channel))
    _let_everything_through(store)
    _link(store)
    return store


def _connect(shop: Shop, partner: Sandbox, channel: str) -> int:
    from salur.integrations.acting import Acting
    from salur.integrations.connect import connect_store
    from salur.integrations.login import begin_authorisation, finish_authorisation
    from salur.integrations.registry import STORE, find_plugin, store_capabilities

    plugin = find_plugin(STORE, channel)
    if plugin is None:
        raise RuntimeError(f"no connector {channel}")
    known = partner.get("/credentials")[channel]
    form = {key: str(value) for key, value in (known.get("form") or known).items()}
    typed = {field.key: form[field.key] for field in plugin.form if field.key in form}
    settings = {**known.get("settings", {}), **CHOSEN.get(channel, {})}
    place: dict[str, Any] = {"country": "TH", "currency": "THB", "settings": settings}
    acting = Acting(shop.merchant_id, "bench")
    if "oauth" not in store_capabilities(plugin).abilities:
        return connect_store(acting, channel, "Benchmark", typed, **place)
    page = begin_authorisation(acting, channel, "Benchmark", typed, redirect=BACK, **place)
    answer = httpx.post(page, data={"answer": "yes"}, timeout=20)
    if answer.status_code not in (302, 303):
        raise RuntimeError(f"the login of {channel} answered {answer.status_code}")
    query = dict(parse_qsl(urlsplit(answer.headers["location"]).query))
    return finish_authorisation(acting, query["state"], query)


def _let_everything_through(store: OpenStore) -> None:
    """A last rule for all countries, and a budget that is never used up: the partner's limit is not measured."""
    from salur.integrations.models import RateBudget, StoreConnection, WarehouseAccount
    from salur.integrations.registry import warehouse_capabilities, warehouse_plugin
    from salur.routing.models import RoutingRule
    from salur.stock.models import Warehouse
    from salur.tenancy.scope import merchant_scope

    with merchant_scope(store.shop.merchant_id, actor="bench", cause="prepare"):
        RateBudget.objects.update(per_second=RATE, burst=100 * RATE, tokens=100 * RATE)
        country = StoreConnection.objects.get(pk=store.store_id).country
        if country not in warehouse_capabilities(warehouse_plugin("eccang")).countries:
            WarehouseAccount.objects.update(partner=EVERYWHERE)
        Warehouse.objects.update(country=country)
        RoutingRule(name="Everything", position=99, warehouse_id=store.shop.warehouse_id).save()


def _link(store: OpenStore) -> None:
    """A store without SKUs names its listings by numbers, which are linked by hand (R44)."""
    from salur.catalog.editing import bind_sku
    from salur.catalog.models import Listing, MasterProduct
    from salur.flows.listings import pull_listings
    from salur.tenancy.scope import merchant_scope

    pull_listings(store.shop.merchant_id, store.store_id)
    items = store.partner.get(f"/{store.channel}/items")["items"]
    named = {row[key]: row["sku"] for row in items for key in ("item_id", "model_id")}
    with merchant_scope(store.shop.merchant_id, actor="bench", cause="prepare"):
        products = dict(MasterProduct.objects.values_list("msku", "pk"))
        for listing in Listing.objects.filter(store_id=store.store_id).exclude(sku__in=products):
            sku = named.get(listing.sku or listing.item_id)
            if sku in products:
                bind_sku(store.store_id, listing.sku, products[sku], 1)
