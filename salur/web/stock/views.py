"""The stock list: balances of one warehouse or sums over all, with the products' push states (R48 to R50)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from salur.catalog.models import ProductPushState
from salur.catalog.queries import mskus_of, rows_added
from salur.flows.calibrate import sync_stock
from salur.flows.products import push_again
from salur.flows.stock_list import ABSENT, ARCHIVED, StockFilter, pairs_of, product_stock_page, stock_page
from salur.foundation.problems import Refusal
from salur.stock.queries import find_warehouse, totals, warehouses
from salur.tenancy.models import Entitlement, Role
from salur.web.access import MerchantRequest, actor, fragment_or_page, page, reading
from salur.web.acting import acting, back_to, tell_refusal
from salur.web.filters import as_id, row_id, word
from salur.web.paging import at_cursor

NEEDS = Entitlement.WAREHOUSE_MANAGEMENT

SHOWN: tuple[tuple[str, str | Promise], ...] = (
    ("out", _("Out of stock")),
    ("low", _("Low stock")),
    ("disputed", _("In dispute")),
    ("incoming", _("Incoming")),
    (ARCHIVED, _("Archived")),
)
SORTS: tuple[tuple[str, str | Promise], ...] = (
    ("", _("MSKU, A to Z")),
    ("-msku", _("MSKU, Z to A")),
    ("free", _("Free, fewest first")),
    ("-free", _("Free, most first")),
)
OF_ALL = 2  # the first orders are those of the sums over all warehouses, too


def read_filter(request: MerchantRequest) -> StockFilter:
    """What the address asks for."""
    query = request.GET
    return StockFilter(
        warehouse=row_id(query, "warehouse"),
        search=word(query, "q"),
        push=word(query, "push"),
        show=word(query, "show"),
        sort=word(query, "sort"),
        location=word(query, "location"),
    )


@page(entitlement=NEEDS)
def stock_list(request: MerchantRequest) -> HttpResponseBase:
    """Figures of every product in one warehouse, or its sums over all, opening to the warehouses."""
    wanted = read_filter(request)
    places = warehouses()
    context: dict[str, object] = {
        "wanted": wanted,
        "warehouses": places,
        "pushes": [*ProductPushState.choices, (ABSENT, _("Not added"))],
        "shown": SHOWN,
        "sorts": SORTS if wanted.warehouse else SORTS[:OF_ALL],
        "filtered": wanted != StockFilter(),
        "totals": totals(wanted.warehouse) if "sums" in request.GET else None,
    }
    if wanted.warehouse:
        listed, rows = at_cursor(request, lambda cursor: stock_page(wanted, cursor))
        context |= {"page": listed, "rows": rows}
    else:
        sums, products = at_cursor(request, lambda cursor: product_stock_page(wanted, cursor))
        unfolded = bool(wanted.search or wanted.push or wanted.show or wanted.location) or len(places) == 1
        context |= {"page": sums, "products": products, "unfolded": unfolded, "open": row_id(request.GET, "open")}
    return fragment_or_page(request, "web/stock/list.html", context, fragment="web/stock/list_rows.html")


@page(entitlement=NEEDS)
def stock_totals(request: MerchantRequest) -> HttpResponseBase:
    """The sums above the list: asked for by the page afterwards, because they look at every balance."""
    context = {"totals": totals(row_id(request.GET, "warehouse")), "wanted": read_filter(request)}
    return fragment_or_page(request, "web/stock/totals.html", context)


MOST_SKUS = 50
MOST_PUSHED = 500
EVERYWHERE = 0  # stands for the warehouse where a product was ticked over all of them
MOST_TYPED = 200  # rows of a form in which something is typed for each


@page(post=Role.OPERATOR, entitlement=NEEDS)
def stock_act(request: MerchantRequest) -> HttpResponseBase:
    """Do with the chosen rows (or the one whose button it was) what was asked."""
    if request.method != "POST":
        return redirect("web:stock")
    action, _colon, one = request.POST.get("action", "").partition(":")
    chosen = _chosen(request, [one] if one else request.POST.getlist("row"))
    if action == "push_again":
        return _push_again(request, chosen)
    if action in FORMS:
        return _to_form(request, FORMS[action], chosen)
    return _sync_chosen(request, chosen)


FORMS = {"adjust": "web:stock_adjust", "level": "web:stock_levels", "add": "web:stock_add_chosen"}


def _to_form(request: MerchantRequest, form: str, chosen: Sequence[tuple[int, int]]) -> HttpResponseBase:
    """To the form of an action for which something has to be typed."""
    if not 0 < len(chosen) <= MOST_TYPED:
        most = {"most": MOST_TYPED}
        messages.warning(request, gettext("Choose between 1 and %(most)s products.") % most)
        return back_to(request, reverse("web:stock"))
    query = [("row", f"{place}:{product}") for place, product in chosen]
    return redirect(f"{reverse(form)}?{urlencode([*query, ('next', request.POST.get('next', ''))])}")


def _chosen(request: MerchantRequest, values: Sequence[str]) -> list[tuple[int, int]]:
    """The rows that were ticked; a product ticked over all warehouses means each of its rows."""
    pairs = chosen_pairs(values)
    whole = [product for place, product in pairs if place == EVERYWHERE]
    if whole:
        with reading(request):
            pairs += pairs_of(whole)
    return [pair for pair in dict.fromkeys(pairs) if pair[0] != EVERYWHERE]


def chosen_pairs(values: Iterable[str]) -> list[tuple[int, int]]:
    """(warehouse, product) of each row that was ticked."""
    found = []
    for value in values:
        place, _colon, product = value.partition(":")
        pair = as_id(place), as_id(product)
        if pair[0] is not None and pair[1] is not None:
            found.append((pair[0], pair[1]))
    return list(dict.fromkeys(found))


def _sync_chosen(request: MerchantRequest, chosen: Sequence[tuple[int, int]]) -> HttpResponseBase:
    """Sync SKUs of one warehouse with its partner, now (R127, R128)."""
    places = {place for place, _product in chosen}
    if len(places) != 1 or not 0 < len(chosen) <= MOST_SKUS:
        most = {"most": MOST_SKUS}
        messages.warning(request, gettext("Choose between 1 and %(most)s products of one warehouse.") % most)
        return back_to(request, reverse("web:stock"))
    place_id = places.pop()
    with reading(request):
        if find_warehouse(place_id) is None:
            raise Http404
        skus = mskus_of(product for _place, product in chosen)
    try:
        run_id = sync_stock(request.merchant.id, place_id, "button", skus, actor=actor(request))
    except Refusal as refusal:
        tell_refusal(request, refusal)
        return back_to(request, reverse("web:stock"))
    return redirect("web:stock_sync", run_id)


def _push_again(request: MerchantRequest, chosen: Sequence[tuple[int, int]]) -> HttpResponseBase:
    """Push products to their warehouses once more (R49, R122)."""
    if 0 < len(chosen) <= MOST_PUSHED:
        with acting(request, "products"):
            tell_pushed(request, len(push_again(row.pk for row in rows_added(chosen))))
    else:
        most = {"most": MOST_PUSHED}
        messages.warning(request, gettext("Choose between 1 and %(most)s products.") % most)
    return back_to(request, reverse("web:stock"))


def tell_pushed(request: MerchantRequest, count: int) -> None:
    """Say how many products are being pushed again."""
    if not count:
        messages.warning(
            request, gettext("Nothing to push again: these products wait or are being pushed, or were never added.")
        )
        return
    messages.success(
        request,
        ngettext(
            "%(n)s product is being pushed again. This list shows what the warehouse answers.",
            "%(n)s products are being pushed again. This list shows what the warehouse answers.",
            count,
        )
        % {"n": count},
    )
