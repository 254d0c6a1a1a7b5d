"""What a warehouse's partner needs of a product beyond the master product: read and filled in."""

from __future__ import annotations

from django.http import HttpResponse
from ninja import Field, Router, Schema
from pydantic import ConfigDict

from salur.catalog.details import completed, lacking, product_fields_of, save_details
from salur.catalog.models import WarehouseProduct
from salur.flows.products import push_again
from salur.integrations.connect import FormInvalid
from salur.tenancy.models import Entitlement

from .access import ApiRequest, acting
from .answers import READ_ERRORS, WRITE_ERRORS, needs, writes
from .problems import Fault, Invalid, NotFound, fault
from .writes import Answer, once

router = Router(tags=["stock"])
NEEDS = Entitlement.WAREHOUSE_MANAGEMENT


class ProductField(Schema):
    """One field that the partner declares."""

    key: str
    label: str
    required: bool
    max_length: int | None
    choices: list[str]
    value: str


class ProductFields(Schema):
    """A product in a warehouse with its partner's own fields."""

    id: int = Field(description="Of the product push.")
    msku: str
    push: str
    fields: list[ProductField]
    missing: list[str] = Field(description="Required fields that are empty: the product is not sent until they are.")


class FilledIn(Schema):
    """What is entered."""

    model_config = ConfigDict(extra="forbid")

    values: dict[str, str] = Field(description="By the fields' keys.")


def _found(push_id: int) -> WarehouseProduct:
    row = WarehouseProduct.objects.filter(pk=push_id).select_related("product", "warehouse__account").first()
    if row is None:
        raise NotFound
    return row


def _shown(row: WarehouseProduct) -> ProductFields:
    _, declared = product_fields_of(row)
    known = completed(declared, row.details)
    return ProductFields(
        id=row.pk,
        msku=row.product.msku,
        push=row.push,
        fields=[
            ProductField(
                key=one.key,
                label=one.label,
                required=one.required,
                max_length=one.max_length or None,
                choices=[value for value, _ in one.choices],
                value=known.get(one.key, ""),
            )
            for one in declared
        ],
        missing=[one.key for one in lacking(declared, row.details)],
    )


@router.get(
    "/product-pushes/{push_id}/fields",
    response={200: ProductFields, **READ_ERRORS},
    summary="Read a product's fields for a warehouse",
    openapi_extra=needs("stock:read"),
)
def read_product_fields(request: ApiRequest, push_id: int) -> ProductFields:
    """The fields that the warehouse's partner declares, with what was entered; none for most partners."""
    with acting(request, "stock:read", entitlement=NEEDS):
        return _shown(_found(push_id))


@router.put(
    "/product-pushes/{push_id}/fields",
    response={200: ProductFields, **WRITE_ERRORS},
    summary="Fill in a product's fields for a warehouse",
    openapi_extra=writes("stock:write"),
)
def fill_in_product_fields(request: ApiRequest, push_id: int, payload: FilledIn) -> HttpResponse:
    """Keep the values and push the product to the warehouse."""
    with acting(request, "stock:write", entitlement=NEEDS):
        return once(request, lambda: _fill_in(push_id, payload))


def _fill_in(push_id: int, payload: FilledIn) -> Answer:
    row = _found(push_id)
    _, declared = product_fields_of(row)
    strangers = payload.values.keys() - {one.key for one in declared}
    if strangers:
        raise Invalid(*(fault("body", f"/values/{name}", "extra_forbidden") for name in sorted(strangers)))
    try:
        save_details(row, declared, payload.values)
    except FormInvalid as invalid:
        told = invalid.checked.errors
        raise Invalid(
            *(Fault("body", f"/values/{n}", code, told[n].cause) for n, (code, _) in invalid.checked.wrong.items())
        ) from invalid
    push_again([row.pk])
    return Answer(_shown(_found(push_id)))
