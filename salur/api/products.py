"""Master products: listed, made, changed, set many at once, archived, put into warehouses (R44 to R52)."""

from __future__ import annotations

from typing import Annotated, Any

from django.http import HttpResponse
from ninja import Body, Field, Query, Router, Schema
from pydantic import ConfigDict, StringConstraints

from salur.catalog.bundles import MOST_PARTS, MOST_PIECES, WantedPart
from salur.catalog.models import MasterProduct, ProductKind, ProductPushState
from salur.catalog.product_data import DataFault, DataRefused, fault_text, read_msku, read_values
from salur.catalog.product_table import TableRow, hold_table, judge_table, write_table
from salur.catalog.queries import ProductFilter, filtered_page, find_product, products_named
from salur.flows.product_changes import follow_table, make_product, save_change, with_past
from salur.flows.product_ends import archive_products, delete_product, restore_products
from salur.flows.products import add_to_warehouse
from salur.stock.queries import find_warehouse
from salur.tenancy.models import Entitlement

from . import product_files, product_images, products_listed, products_shown
from .access import ApiRequest, acting
from .answers import READ_ERRORS, WRITE_ERRORS, needs, writes
from .paging import ListQuery, fetch_by
from .problems import Fault, Invalid, NotFound, fault
from .writes import Answer, once

router = Router(tags=["products"])
for part in (product_images, product_files, products_listed):
    router.add_router("", part.router)
READ, WRITE = "products:read", "products:write"
NEEDS = Entitlement.MASTER_PRODUCTS
MOST = 1000  # of a request

Msku = Annotated[str, StringConstraints(min_length=1, max_length=100)]


class ProductQuery(ListQuery):
    """Filters of the list; together they narrow it."""

    search: str = Field("", max_length=100, description="Part of MSKU or name, or a barcode or tag in full.")
    kind: ProductKind | None = Field(None, description="Single products or bundles.")
    archived: bool = Field(False, description="Those that are archived, instead of those in use.")
    warehouse: int | None = Field(None, description="Added to this warehouse.")
    push: ProductPushState | None = Field(None, description="With this push status.")


class Part(Schema):
    """Pieces of another product in one bundle."""

    model_config = ConfigDict(extra="forbid")

    msku: Msku
    quantity: int = Field(ge=1, le=MOST_PIECES, strict=True)


class Values(Schema):
    """What may be said of a product; what is absent stays as it is (new products: empty, 0)."""

    model_config = ConfigDict(extra="forbid")

    name: str | None = None
    barcode: str | None = None
    weight_g: int | None = None
    length_mm: int | None = None
    width_mm: int | None = None
    height_mm: int | None = None
    declared_value: str | int | None = Field(None, description="An amount in the merchant's currency, like “12.50”.")
    shelf_life_days: int | None = Field(None, description="0: it does not expire.")
    inbound_days: int | None = Field(None, description="Fewer than the shelf life.")
    outbound_days: int | None = Field(None, description="Fewer than the shelf life.")
    tags: list[str] | None = None
    parts: list[Part] | None = Field(
        None, max_length=MOST_PARTS, description="Of a bundle; an empty list makes it a single product."
    )

    def given(self) -> dict[str, Any]:
        """The values that were sent, but for the parts."""
        sent = self.model_dump(exclude_unset=True, exclude={"parts", "msku", "version"})
        return {name: value for name, value in sent.items() if value is not None}

    def wanted_parts(self) -> list[WantedPart] | None:
        """The parts, if they were sent."""
        return None if self.parts is None else [WantedPart(one.msku, str(one.quantity)) for one in self.parts]


class NewProduct(Values):
    """A product to be made; without a name the MSKU is one."""

    msku: Msku


class ProductChange(Values):
    """What to change."""

    version: int | None = Field(None, description="That was read; without it whoever writes last wins.")


class NewProducts(Schema):
    """Products to be made or changed."""

    model_config = ConfigDict(extra="forbid")

    products: list[NewProduct] = Field(min_length=1, max_length=MOST)


class Which(Schema):
    """Which products are meant."""

    model_config = ConfigDict(extra="forbid")

    mskus: list[Msku] = Field(min_length=1, max_length=MOST)


def _found(product_id: int) -> MasterProduct:
    row = find_product(product_id)
    if row is None:
        raise NotFound
    return row


def _shown(product_id: int) -> products_shown.ShownProduct:
    return products_shown.products([_found(product_id)])[0]


def _fault(one: DataFault, at: str = "") -> Fault:
    return Fault("body", f"{at}/{one.field}", one.code, fault_text(one.code, one.detail))


def _values(body: Values) -> dict[str, Any]:
    values, faults = read_values(body.given())
    if faults:
        raise Invalid(*map(_fault, faults))
    return values


@router.get(
    "/products",
    response={200: products_shown.ProductPage, **READ_ERRORS},
    summary="List master products",
    openapi_extra=needs(READ),
)
def list_products(request: ApiRequest, query: Query[ProductQuery]) -> products_shown.ProductPage:
    """Master products by MSKU."""
    wanted = ProductFilter(
        search=query.search.replace("\x00", ""),
        kind=query.kind or "",
        state="archived" if query.archived else "",
        push=query.push or "",
        warehouse=query.warehouse,
    )
    with acting(request, READ, entitlement=NEEDS):
        page = fetch_by(request, query, lambda cursor, size: filtered_page(wanted, cursor, size))
        items = products_shown.products(page.rows)
        return products_shown.ProductPage.of(page, items)


@router.post(
    "/products/archive",
    response={200: products_shown.ProductsArchived, **WRITE_ERRORS},
    summary="Archive master products",
    openapi_extra=writes(WRITE),
)
def archive_some(request: ApiRequest, body: Which) -> HttpResponse:
    """Archive those that nothing needs any more; the others stay, each with its reasons."""

    def archive() -> Answer:
        names = _named(body)
        ended = archive_products(names)
        kept = [
            products_shown.StillNeeded(
                msku=names[product], codes=[r.code for r in reasons], reasons=[r.text().cause for r in reasons]
            )
            for product, reasons in ended.kept.items()
        ]
        return Answer(products_shown.ProductsArchived(archived=[names[i] for i in ended.done], kept=kept))

    with acting(request, WRITE, entitlement=NEEDS):
        return once(request, archive)


@router.post(
    "/products/restore",
    response={200: products_shown.ProductsRestored, **WRITE_ERRORS},
    summary="Restore archived master products",
    openapi_extra=writes(WRITE),
)
def restore_some(request: ApiRequest, body: Which) -> HttpResponse:
    """Take products out of the archive; orders that waited for them go on."""
    with acting(request, WRITE, entitlement=NEEDS):
        return once(request, lambda: Answer(products_shown.ProductsRestored(restored=restore_products(_named(body)))))


@router.get(
    "/products/{product_id}",
    response={200: products_shown.ShownProduct, **READ_ERRORS},
    summary="Read a master product",
    openapi_extra=needs(READ),
)
def read_product(request: ApiRequest, product_id: int) -> products_shown.ShownProduct:
    """One product; of a bundle with its parts and how often it is free."""
    with acting(request, READ, entitlement=NEEDS):
        return _shown(product_id)


@router.post(
    "/products",
    response={201: products_shown.ShownProduct, **WRITE_ERRORS},
    summary="Make a master product",
    openapi_extra=writes(WRITE),
)
def create_product(request: ApiRequest, body: NewProduct) -> HttpResponse:
    """Make a product, or with parts a bundle. Orders that waited for an MSKU of this name go on."""

    def make() -> Answer:
        msku, faults = read_msku(body.msku)
        if faults:
            raise Invalid(*map(_fault, faults))
        try:
            made = make_product(msku, {"name": msku, **_values(body)}, body.wanted_parts() or ())
        except DataRefused as refused:
            raise Invalid(*map(_fault, refused.faults)) from refused
        return Answer(_shown(made.pk), 201, f"/api/v1/products/{made.pk}")

    with acting(request, WRITE, entitlement=NEEDS):
        return once(request, make)


@router.patch(
    "/products/{product_id}",
    response={200: products_shown.ShownProduct, **WRITE_ERRORS},
    summary="Change a master product",
    openapi_extra=writes(WRITE),
)
def change_product(request: ApiRequest, product_id: int, body: ProductChange) -> HttpResponse:
    """Change what is sent. Warehouses that have the product are told. 409 where `version` is not the latest."""

    def change() -> Answer:
        _found(product_id)
        try:
            save_change(product_id, body.version, _values(body), body.wanted_parts())
        except DataRefused as refused:
            raise Invalid(*map(_fault, refused.faults)) from refused
        return Answer(_shown(product_id))

    with acting(request, WRITE, entitlement=NEEDS):
        return once(request, change)


@router.put(
    "/products",
    response={200: products_shown.ProductsSet, **WRITE_ERRORS},
    summary="Make or change many master products",
    openapi_extra=writes(WRITE),
)
def set_products(request: ApiRequest, body: Body[NewProducts]) -> HttpResponse:
    """New MSKUs are made, known ones changed; all or nothing. Bundles may name products of the same request."""
    with acting(request, WRITE, entitlement=NEEDS):
        return once(request, lambda: _set(body))


def _set(body: NewProducts) -> Answer:
    rows = [TableRow(number, _cells(one)) for number, one in enumerate(body.products, start=1)]
    hold_table(rows)
    judged = judge_table(rows, with_past)
    faults = [_fault(one, f"/products/{row.line - 1}") for row in judged.rows for one in row.faults]
    if faults:
        raise Invalid(*faults)
    follow_table(write_table(judged))
    counts = judged.counts()
    return Answer(products_shown.ProductsSet(new=counts["new"], changed=counts["changed"], same=counts["same"]))


def _cells(one: NewProduct) -> dict[str, str]:
    """A product of the request as a row of a table, which empties what is given as empty."""
    cells = {"msku": one.msku}
    for name, value in one.given().items():
        text = ", ".join(value) if isinstance(value, list) else str(value)
        cells[name] = text if text.strip() or name == "name" else "-"
    if one.parts is not None:
        cells["parts"] = "; ".join(f"{part.msku}:{part.quantity}" for part in one.parts) or "-"
    return cells


@router.delete(
    "/products/{product_id}",
    response={200: products_shown.ProductGone, **WRITE_ERRORS},
    summary="Delete a master product",
    openapi_extra=writes(WRITE),
)
def delete_one_product(request: ApiRequest, product_id: int) -> HttpResponse:
    """Take a product away that was never used; one with a past is archived instead."""

    def delete() -> Answer:
        row = _found(product_id)
        delete_product(product_id)
        return Answer(products_shown.ProductGone(id=product_id, msku=row.msku))

    with acting(request, WRITE, entitlement=NEEDS):
        return once(request, delete)


@router.post(
    "/warehouses/{warehouse_id}/products",
    response={200: products_shown.ProductsAdded, **WRITE_ERRORS},
    summary="Add master products to a warehouse",
    openapi_extra=writes(WRITE),
)
def add_products_to_warehouse(request: ApiRequest, warehouse_id: int, body: Which) -> HttpResponse:
    """Add products; a partner's warehouse is told of them in the background. Of a bundle its parts are added."""

    def add() -> Answer:
        if find_warehouse(warehouse_id) is None:
            raise NotFound
        names = _named(body)
        return Answer(
            products_shown.ProductsAdded(products=len(names), pushing=len(add_to_warehouse(names, warehouse_id)))
        )

    with acting(request, WRITE, entitlement=Entitlement.WAREHOUSE_MANAGEMENT):
        return once(request, add)


def _named(body: Which) -> dict[int, str]:
    """The products by id; raises Invalid where an MSKU is none."""
    found = {msku: row.pk for msku, row in products_named(body.mskus).items()}
    unknown = [fault("body", f"/mskus/{i}", "unknown_msku") for i, m in enumerate(body.mskus) if m not in found]
    if unknown:
        raise Invalid(*unknown)
    return {pk: msku for msku, pk in found.items()}
