"""Master products made of what a store lists: all that collides with nothing, or those that are named (R45)."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from django.http import HttpResponse
from ninja import Body, Field, Router, Schema
from pydantic import ConfigDict, StringConstraints

from salur.catalog.from_listings import ListedSku, listed_skus, without_doubt
from salur.flows.listings import products_from_listings
from salur.integrations.queries import find_store
from salur.stock.queries import warehouses
from salur.tenancy import entitlements
from salur.tenancy.models import Entitlement

from .access import ApiRequest, acting
from .answers import WRITE_ERRORS, writes
from .problems import Invalid, NotFound, fault
from .writes import Answer, once

router = Router(tags=["products"])
WRITE = "products:write"
MOST = 10_000
MOST_PLACES = 100
MOST_LEFT = 1_000

Sku = Annotated[str, StringConstraints(min_length=1, max_length=500)]


class FromListings(Schema):
    """Which SKUs become products, and where those go."""

    model_config = ConfigDict(extra="forbid")

    skus: list[Sku] | None = Field(
        None, min_length=1, max_length=MOST, description="Null: every SKU without a link that collides with nothing."
    )
    warehouse_ids: list[int] = Field([], max_length=MOST_PLACES, description="The products are added to these.")
    dry_run: bool = Field(False, description="Only tell what would be made and what would be left.")


class LeftWhy(StrEnum):
    """Why a SKU became no product."""

    SIMILAR = "similar"
    NAMES = "several_names"
    EXISTS = "exists"
    TOO_LONG = "too_long"


class LeftSku(Schema):
    """A SKU that became no product. `similar`: MSKUs that differ from it in case or blanks only."""

    sku: str
    why: LeftWhy
    names: list[str] = Field(description="Titles of its listings, three at most.")
    similar: list[str]


class MadeOfListings(Schema):
    """What was made."""

    made: int
    left: list[LeftSku] = Field(
        description=f"The first {MOST_LEFT}. `similar` and `several_names` are made when they are named."
    )


@router.post(
    "/stores/{store_id}/products",
    response={200: MadeOfListings, **WRITE_ERRORS},
    summary="Make master products of a store's listings",
    openapi_extra=writes(WRITE),
)
def make_listed_products(request: ApiRequest, store_id: int, body: Body[FromListings]) -> HttpResponse:
    """One product for each SKU that has no link, with the store's title and sizes. Waiting orders go on."""
    with acting(request, WRITE, entitlement=Entitlement.MASTER_PRODUCTS):
        return once(request, lambda: _make(store_id, body))


def _make(store_id: int, body: FromListings) -> Answer:
    if find_store(store_id) is None:
        raise NotFound
    places = _places(body)
    listed = listed_skus(store_id, body.skus)
    skus = without_doubt(listed) if body.skus is None else [one.sku for one in listed if one.makes]
    made = len(skus) if body.dry_run else len(products_from_listings(store_id, skus, places))
    chosen = set(skus)
    left = [_left(one) for one in listed if one.sku not in chosen]
    return Answer(MadeOfListings(made=made, left=left[:MOST_LEFT]))


def _places(body: FromListings) -> list[int]:
    if not body.warehouse_ids:
        return []
    entitlements.require(Entitlement.WAREHOUSE_MANAGEMENT)
    known = {place.pk for place in warehouses(active_only=True)}
    unknown = [
        fault("body", f"/warehouse_ids/{number}", "unknown_warehouse")
        for number, place in enumerate(body.warehouse_ids)
        if place not in known
    ]
    if unknown:
        raise Invalid(*unknown)
    return sorted(set(body.warehouse_ids))


def _left(one: ListedSku) -> LeftSku:
    if one.existing_id is not None:
        why = LeftWhy.EXISTS
    elif not one.makes:
        why = LeftWhy.TOO_LONG
    else:
        why = LeftWhy.SIMILAR if one.similar else LeftWhy.NAMES
    return LeftSku(sku=one.sku, why=why, names=list(one.names), similar=list(one.similar))
