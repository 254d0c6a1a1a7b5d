"""A master product's page: data, pictures, parts, warehouses, what means it, its history."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpResponseBase
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from salur.catalog.bundles import bundles_holding, parts_of_bundles
from salur.catalog.editing import FieldChange
from salur.catalog.images import MOST_IMAGES, image_ids
from salur.catalog.models import MasterProduct, ProductChange
from salur.catalog.queries import added_to, bindings_of_products, find_product
from salur.flows.stock_list import sums_of
from salur.flows.told import actor_names
from salur.stock.bundles import free_bundles
from salur.stock.models import Warehouse
from salur.stock.queries import warehouses
from salur.web.access import MerchantRequest, fragment_or_page, reading

from .details import Wrong, needed_fields
from .forms import AddForm, ProductForm, initial_of

MOST_CHANGES = 20
LABELS: dict[str, str | Promise] = {
    **{name: field.label or name for name, field in ProductForm.base_fields.items()},
    "parts": _("Parts of a bundle"),
}


def found(product_id: int) -> MasterProduct:
    """The product; 404 where there is none (inside a scope)."""
    product = find_product(product_id)
    if product is None:
        raise Http404
    return product


@dataclass(frozen=True)
class ShownChange:
    """A changed field in words."""

    label: str
    before: str
    after: str


def shown_change(name: str, before: Any, after: Any) -> ShownChange:
    """A field's change as people read it."""
    return ShownChange(str(LABELS.get(name, name)), _text(before), _text(after))


def _text(value: Any) -> str:
    words = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
    return words or "–"


def shown_product(
    request: MerchantRequest,
    product: MasterProduct,
    form: ProductForm | None,
    wrong: Wrong | None = None,
    *,
    theirs: Sequence[FieldChange] = (),
    status: int = 200,
) -> HttpResponseBase:
    """The page. ``form`` None: as the product stands; ``theirs``: what somebody else changed meanwhile."""
    with reading(request):
        added = added_to([product.pk]).get(product.pk, [])
        places = warehouses()
        parts = parts_of_bundles([product.pk]).get(product.pk, [])
        names = actor_names(change.actor for change in theirs)
        context = {
            "product": product,
            "form": form or ProductForm(initial=initial_of(product, parts), known=product),
            "theirs": [(names[c.actor], c.at, shown_change(c.field, c.before, c.after)) for c in theirs],
            "added": added,
            "bindings": bindings_of_products([product.pk]).get(product.pk, []),
            "stock": sums_of([product])[0].rows,
            "add_form": AddForm(places=[p for p in places if p.active]),
            "needed": needed_fields(added, wrong),
            "parts": parts,
            "free_at": _free_at(product, places),
            "holding": bundles_holding([product.pk]).get(product.pk, []),
            "images": image_ids(product.pk),
            "more_images": MOST_IMAGES,
            "history": _history(product),
        }
    return fragment_or_page(request, "web/products/product.html", context, status=status)


def _free_at(product: MasterProduct, places: Sequence[Warehouse]) -> list[tuple[Warehouse, int]]:
    """How many whole bundles each warehouse could send."""
    if not product.is_bundle:
        return []
    free = free_bundles([product.pk]).get(product.pk, {})
    return [(place, free[place.pk]) for place in places if place.pk in free]


def _history(product: MasterProduct) -> list[tuple[ProductChange, str, list[ShownChange]]]:
    """The latest changes with who made them."""
    rows = list(ProductChange.objects.filter(product=product).order_by("-version")[:MOST_CHANGES])
    names = actor_names(row.actor for row in rows)
    return [(row, names[row.actor], [shown_change(n, *values) for n, values in row.fields.items()]) for row in rows]
