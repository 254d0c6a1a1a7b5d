"""What a store's SKUs mean, set for many at once (R44)."""

from __future__ import annotations

from django.http import HttpResponse
from ninja import Body, Field, Router, Schema
from pydantic import ConfigDict

from salur.catalog.links import LONGEST, MOST_PIECES, LinkFault, LinkRow, LinksRefused
from salur.flows.links import set_store_links
from salur.integrations.queries import find_store

from .access import ApiRequest, acting
from .answers import WRITE_ERRORS, writes
from .problems import Fault, Invalid, NotFound
from .writes import Answer, once

router = Router(tags=["stores and warehouses"])
SCOPE = "integrations:write"
MOST = 10_000


class Link(Schema):
    """One unit of a SKU means some pieces of a master product; several of one SKU make a bundle."""

    model_config = ConfigDict(extra="forbid")

    sku: str = Field(min_length=1, max_length=LONGEST, description="The store's SKU.")
    msku: str = Field("", max_length=LONGEST, description="The master SKU; empty: the SKU is to have no link.")
    quantity: int | None = Field(
        None, ge=1, le=MOST_PIECES, strict=True, description="Pieces; to be left out where `msku` is empty."
    )


class Links(Schema):
    """The links to set."""

    model_config = ConfigDict(extra="forbid")

    links: list[Link] = Field(min_length=1, max_length=MOST)


class LinksShown(Schema):
    """What was set."""

    skus: int = Field(description="SKUs that have exactly the links that were sent.")
    links: int
    unlisted: list[str] = Field(description="Those SKUs of which the store lists no product; they were set as well.")


@router.put(
    "/stores/{store_id}/links",
    response={200: LinksShown, **WRITE_ERRORS},
    summary="Set what SKUs of a store mean",
    openapi_extra=writes(SCOPE),
)
def set_links(request: ApiRequest, store_id: int, links: Body[Links]) -> HttpResponse:
    """Each SKU that is named gets exactly these links, other SKUs stay; all or nothing. Waiting orders go on."""
    with acting(request, SCOPE):
        return once(request, lambda: _write(store_id, links))


def _write(store_id: int, links: Links) -> Answer:
    if find_store(store_id) is None:
        raise NotFound
    rows = [
        LinkRow(number, one.sku, one.msku, "" if one.quantity is None else str(one.quantity))
        for number, one in enumerate(links.links, start=1)
    ]
    try:
        done = set_store_links(store_id, rows)
    except LinksRefused as refused:
        raise Invalid(*map(_fault, refused.faults)) from refused
    return Answer(LinksShown(skus=done.skus, links=done.links, unlisted=done.unlisted))


def _fault(one: LinkFault) -> Fault:
    return Fault("body", f"/links/{one.line - 1}/{one.column}", one.code, one.text())
