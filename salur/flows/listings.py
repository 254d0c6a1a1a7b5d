"""A store's listings into the hub, and master products and bindings made from them (R44, R45)."""

from __future__ import annotations

import time
from collections.abc import Sequence

from salur.catalog.editing import bind_sku
from salur.catalog.from_listings import create_from_listings
from salur.catalog.listing_stock import note_shown
from salur.catalog.models import Binding
from salur.catalog.products import NewProduct, SeenListing, create_products, save_listings
from salur.connectors.base.errors import AuthRejected, RateLimited
from salur.connectors.base.listing import StoreListing
from salur.connectors.base.types import Page
from salur.integrations import budgets
from salur.integrations.calling import NotConnected, PartnerLine, Result, call, record, store_line
from salur.integrations.saving import PartnerRefused
from salur.tenancy.scope import merchant_scope

from .products import add_to_warehouse
from .wakeups import bindings_changed, store_changed

ACTOR = "worker"
MOST_PAGES = 2000
LONGEST_PATIENCE = 60.0  # seconds that one page waits for its turn at the store


def pull_listings(merchant_id: int, store_id: int, *, actor: str = ACTOR) -> int:
    """Fetch all listings of a store (no scope open), page by page; answers how many there are.

    What was fetched before an error is kept. Raises ConnectionPaused, NotConnected, PartnerRefused.
    """
    with merchant_scope(merchant_id, actor=actor, cause="listings"):
        line = store_line(store_id)
        if "listings" not in line.plugin.capabilities.abilities:
            raise NotConnected("connector_missing", partner=line.plugin.capabilities.title, name=line.name)
    found = 0
    cursor: str | None = None
    for _page in range(MOST_PAGES):
        page = _read_page(line, cursor, actor)
        with merchant_scope(merchant_id, actor=actor, cause="listings"):
            found += save_listings(store_id, [_seen(item) for item in page.items])
            note_shown(store_id, {(i.item_id, i.model_id): i.stock for i in page.items if i.stock is not None})
        cursor = page.cursor
        if cursor is None:
            break
    with merchant_scope(merchant_id, actor=actor, cause="listings"):
        bindings_changed([store_id])
    return found


def _seen(item: StoreListing) -> SeenListing:
    return SeenListing(
        item.item_id,
        item.model_id,
        item.sku,
        item.name,
        item.variation,
        item.weight_g,
        item.length_mm,
        item.width_mm,
        item.height_mm,
    )


def _read_page(line: PartnerLine, cursor: str | None, actor: str) -> Page[StoreListing]:
    """One page. A store may need several calls for it, which are paid for afterwards."""
    patience = time.monotonic() + LONGEST_PATIENCE
    while True:
        _wait_for_budget(line, patience)
        result: Result[Page[StoreListing]] = call(line, lambda connector: connector.listings(cursor))
        with merchant_scope(line.merchant_id, actor=actor, cause="listings"):
            record(line, [result])
            budgets.take("store", line.id, max(0, len(result.exchanges) - 1))
            if isinstance(result.error, AuthRejected):
                store_changed(line.id)
        if result.error is None:
            return result.answer()
        if not isinstance(result.error, RateLimited) or time.monotonic() > patience:
            raise PartnerRefused(result.error, line.plugin)


def _wait_for_budget(line: PartnerLine, patience: float) -> None:
    while True:
        with merchant_scope(line.merchant_id, actor=ACTOR, cause="budget"):
            if budgets.take("store", line.id, 1):
                return
        if time.monotonic() > patience:
            raise PartnerRefused(RateLimited("budget", "the rate budget of this store is used up"), line.plugin)
        time.sleep(0.05)


# -- inside a scope -------------------------------------------------------------------------------------------------


def new_products(wanted: Sequence[NewProduct]) -> list[int]:
    """Make master products; orders that waited for an MSKU of such a name go on. Answers the new ids."""
    made = create_products(wanted)
    if made:
        bindings_changed()
    return made


def products_from_listings(
    store_id: int, skus: Sequence[str] | None = None, warehouse_ids: Sequence[int] = ()
) -> list[int]:
    """One master product per unlinked SKU of a store (or of those named), added to the warehouses (R45, way 3).

    Its waiting orders go on. Answers the new ids.
    """
    made = create_from_listings(store_id, skus)
    if made:
        bindings_changed()
    for warehouse in warehouse_ids if made else ():
        add_to_warehouse(made, warehouse)
    return made


def bind(store_id: int, sku: str, product_id: int, quantity: int = 1) -> Binding:
    """Say what a store's SKU means; its waiting orders go on."""
    binding = bind_sku(store_id, sku, product_id, quantity)
    bindings_changed([store_id])
    return binding
