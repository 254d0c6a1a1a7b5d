"""What a store is told that it may sell (R134)."""

from __future__ import annotations

from datetime import datetime

from django.http import HttpResponse
from ninja import Body, Field, Router, Schema
from pydantic import ConfigDict

from salur.catalog.listing_stock import stock_standing
from salur.flows.store_stock import set_stock_rule, tell_refused_again
from salur.integrations.models import StoreConnection
from salur.integrations.queries import find_store
from salur.integrations.registry import STORE, find_plugin
from salur.stock.queries import warehouses

from .access import ApiRequest, acting
from .answers import READ_ERRORS, WRITE_ERRORS, needs, writes
from .problems import Invalid, NotFound, fault
from .writes import Answer, once

router = Router(tags=["stores and warehouses"])
SCOPE = "integrations:write"


class StockRule(Schema):
    """Whether and what of the free stock a store is told. Sent whole."""

    model_config = ConfigDict(extra="forbid")

    on: bool
    warehouses: list[int] = Field([], description="Those that count; none: all, also later ones.")
    buffer: int = Field(0, ge=0, le=1_000_000, description="Pieces of each product that are kept back.")
    share: int = Field(100, ge=1, le=100, description="Per cent of the rest.")
    most: int | None = Field(
        None, ge=0, le=1_000_000, description="Pieces of each product that the store is told at most; null: no limit."
    )


class StockRuleShown(Schema):
    """The rule, and how many of the store's listings show what they should."""

    on: bool
    warehouses: list[int]
    buffer: int
    share: int
    most: int | None
    supported: bool = Field(description="Whether this store can be told at all.")
    same: int = Field(description="Listings that show what they should.")
    due: int = Field(description="Listings that are being told.")
    failed: int = Field(description="Listings whose figure the store refused.")
    waiting_since: datetime | None


def _store(store_id: int) -> StoreConnection:
    store = find_store(store_id)
    if store is None:
        raise NotFound
    return store


def _supported(store: StoreConnection) -> bool:
    plugin = find_plugin(STORE, store.channel)
    return plugin is not None and "stock" in plugin.capabilities.abilities


def _shown(store: StoreConnection) -> StockRuleShown:
    standing = stock_standing(store.pk)
    return StockRuleShown(
        on=store.push_stock,
        warehouses=store.stock_warehouses,
        buffer=store.stock_buffer,
        share=store.stock_share,
        most=store.stock_most,
        supported=_supported(store),
        same=standing.same,
        due=standing.due,
        failed=standing.failed,
        waiting_since=standing.waiting_since,
    )


@router.get(
    "/stores/{store_id}/stock",
    response={200: StockRuleShown, **READ_ERRORS},
    summary="How a store is told its stock",
    openapi_extra=needs(""),
)
def read_store_stock(request: ApiRequest, store_id: int) -> StockRuleShown:
    """The rule of one store, with counts."""
    with acting(request):
        return _shown(_store(store_id))


@router.put(
    "/stores/{store_id}/stock",
    response={200: StockRuleShown, **WRITE_ERRORS},
    summary="Set how a store is told its stock",
    openapi_extra=writes(SCOPE),
)
def set_store_stock(request: ApiRequest, store_id: int, rule: Body[StockRule]) -> HttpResponse:
    """Its listings are worked out anew at once, and told in the background."""
    with acting(request, SCOPE):
        return once(request, lambda: _write(store_id, rule))


def _write(store_id: int, rule: StockRule) -> Answer:
    store = _store(store_id)
    if rule.on and not _supported(store):
        raise Invalid(fault("body", "/on", "takes_no_stock"))
    own = {row.pk for row in warehouses()}
    if not set(rule.warehouses) <= own:
        raise Invalid(fault("body", "/warehouses", "unknown_warehouse"))
    set_stock_rule(store_id, on=rule.on, chosen=rule.warehouses, buffer=rule.buffer, share=rule.share, most=rule.most)
    return Answer(_shown(_store(store_id)))


@router.post(
    "/stores/{store_id}/stock/retry",
    response={200: StockRuleShown, **WRITE_ERRORS},
    summary="Tell a store again what it refused",
    openapi_extra=writes(SCOPE),
)
def tell_store_again(request: ApiRequest, store_id: int) -> HttpResponse:
    """Listings whose figure the store refused are told once more."""
    with acting(request, SCOPE):
        return once(request, lambda: _retry(store_id))


def _retry(store_id: int) -> Answer:
    _store(store_id)
    tell_refused_again(store_id)
    return Answer(_shown(_store(store_id)))
