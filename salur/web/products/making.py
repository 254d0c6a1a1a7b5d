"""A new master product, put into warehouses at once where some are chosen (R45, R46, R60)."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext

from salur.catalog.editing import MskuTaken
from salur.catalog.from_listings import listed_skus
from salur.catalog.product_data import SIZES, DataRefused
from salur.catalog.queries import find_listing
from salur.flows.inbound_ways import Placed, put_into_warehouse
from salur.flows.product_changes import make_product
from salur.inbound.checking import WantedLine
from salur.inbound.editing import LinesRefused, ListRefused
from salur.stock.queries import warehouses
from salur.tenancy.models import Entitlement, Role
from salur.web.access import MerchantRequest, fragment_or_page, page, reading
from salur.web.acting import acting, refusal_text
from salur.web.filters import row_id, word
from salur.web.formfields import focus_first_error
from salur.web.words import told_words

from .barcodes import warn_of_barcode
from .first_places import PlaceRow, focus_first_row, place_rows, unknown_places
from .forms import ProductForm

if TYPE_CHECKING:
    from collections.abc import Iterator

    from salur.catalog.models import MasterProduct


@page(get=Role.OPERATOR, post=Role.OPERATOR, entitlement=Entitlement.MASTER_PRODUCTS)
def product_new(request: MerchantRequest) -> HttpResponseBase:
    """Make a master product; without a warehouse its page then offers them (R45, way 2)."""
    with reading(request):
        form = ProductForm(request.POST or None, initial=_first_values(request))
        rows = place_rows(request, warehouses(active_only=True))
        chosen = row_id(request.GET, "warehouse")
    for row in rows:
        row.chosen = row.chosen or row.place.pk == chosen
    if request.method == "POST" and unknown_places(request, rows):
        form.add_error(None, gettext("A warehouse that was chosen is not in use any more. Choose again."))
    if request.method == "POST" and form.is_valid() and not any(row.errors for row in rows):
        product = _make(request, form, rows)
        if product is not None:
            return redirect("web:product", product.pk)
    if form.errors:
        focus_first_error(form)
    else:
        focus_first_row(rows)
    context = {"form": form, "rows": rows}
    return fragment_or_page(request, "web/products/new.html", context, status=422 if form.is_bound else 200)


def _first_values(request: MerchantRequest) -> dict[str, Any]:
    """What the form begins with: a store's listing taken over (R45, way 4), or the MSKU that was asked for."""
    listing = find_listing(row_id(request.GET, "listing") or 0)
    if listing is None or not listing.sku:
        return {"msku": word(request.GET, "msku")}
    for one in listed_skus(listing.store_id, [listing.sku]):
        product = one.product()
        return {name: getattr(product, name) for name in ("msku", "name", *SIZES)}
    return {"msku": listing.sku, "name": listing.name}


def _make(request: MerchantRequest, form: ProductForm, rows: Sequence[PlaceRow]) -> MasterProduct | None:
    """Make it all or nothing; None where something is wrong, which then stands at its field."""
    placed: list[tuple[PlaceRow, Placed]] = []
    try:
        with acting(request, "products"):
            product = make_product(form.cleaned_data["msku"], form.values(), form.wanted_parts() or ())
            for row in rows:
                if row.chosen:
                    with _refusals_at(row):
                        placed.append((row, put_into_warehouse(product, row.place.pk, _line(product, row))))
    except MskuTaken:
        form.add_error("msku", gettext("Another master product has this MSKU."))
    except DataRefused as refused:
        form.take_faults(refused.faults)
    except _Refused:
        pass
    else:
        _tell(request, placed)
        with reading(request):
            warn_of_barcode(request, product)
        return product
    return None


class _Refused(Exception):
    """A warehouse does not take what was written for it, which stands at its row now."""


@contextmanager
def _refusals_at(row: PlaceRow) -> Iterator[None]:
    try:
        yield
    except LinesRefused as refusal:
        row.take(refusal.results)
        raise _Refused from refusal
    except ListRefused as refusal:
        row.errors.setdefault("quantity", []).append(told_words(refusal_text(refusal)))
        raise _Refused from refusal


def _line(product: MasterProduct, row: PlaceRow) -> WantedLine | None:
    return WantedLine(product.msku, row.quantity, row.unit_cost) if row.pieces else None


def _tell(request: MerchantRequest, placed: Sequence[tuple[PlaceRow, Placed]]) -> None:
    if not placed:
        messages.success(request, gettext("The product is made. Add it to a warehouse next."))
    for row, what in placed:
        messages.success(request, _words(row, what))


def _words(row: PlaceRow, what: Placed) -> str:
    name = row.place.name
    if row.place.account_id is None:
        if what.pieces:
            return gettext("The product is made; %(pieces)s pieces of it are in stock in %(warehouse)s.") % {
                "pieces": what.pieces,
                "warehouse": name,
            }
        return gettext("The product is made and stands in the stock list of %(warehouse)s.") % {"warehouse": name}
    if what.listed is None:
        return gettext("The product is made and is being pushed to %(warehouse)s.") % {"warehouse": name}
    link = format_html('<a href="{}">{}</a>', reverse("web:inbound", args=[what.listed.pk]), what.listed.reference)
    told = gettext(
        "The product is made and is being pushed to {warehouse}. The inbound list {list} follows by itself as"
        " soon as the warehouse has accepted the product."
    )
    return format_html(told, list=link, warehouse=name)
