"""Forms in which something is typed for chosen rows of the stock list: figures, low-stock levels, a warehouse."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpResponseBase, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext, ngettext

from salur.flows.own_stock import adjust_own_stock
from salur.flows.products import add_to_warehouse
from salur.flows.stock_list import StockRow, rows_of
from salur.foundation.problems import Refusal
from salur.stock.adjust import LONGEST_NOTE, AdjustmentsRefused, Wanted
from salur.stock.alerts import read_settings, set_levels
from salur.stock.models import AdjustReason, Balance
from salur.stock.queries import find_warehouse, warehouses
from salur.tenancy.models import Role
from salur.web.access import MerchantRequest, fragment_or_page, page, reading
from salur.web.acting import acting, back_to, refusal_text, tell_refusal
from salur.web.filters import kept_text, row_id
from salur.web.words import told_words

from .views import MOST_TYPED, NEEDS, chosen_pairs

LONGEST_FIGURE = 10  # digits


@dataclass(frozen=True)
class TypedRow:
    """A chosen row with what was typed for it and what is wrong with that."""

    row: StockRow
    typed: str
    error: str = ""

    @property
    def key(self) -> str:
        """Names the row in the form."""
        return f"{self.row.warehouse.pk}:{self.row.product.pk}"


def _rows(query: QueryDict) -> list[StockRow]:
    """The chosen rows, in MSKU order (inside a scope); pairs that are not there are left out."""
    pairs = set(chosen_pairs(query.getlist("row"))[:MOST_TYPED])
    held = Balance.objects.filter(
        warehouse_id__in={place for place, _ in pairs}, product_id__in={product for _, product in pairs}
    )
    chosen = [row for row in held.order_by("msku", "warehouse_id") if _pair(row) in pairs]
    return rows_of(chosen)


def _pair(row: Balance) -> tuple[int, int]:
    return row.warehouse_id, row.product_id


def _figure(text: str) -> int | None:
    text = text.strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) <= LONGEST_FIGURE else None


def _nothing_chosen(request: MerchantRequest) -> HttpResponseBase:
    messages.warning(request, gettext("Choose between 1 and %(most)s products.") % {"most": MOST_TYPED})
    return redirect("web:stock")


# -- figures of own warehouses --------------------------------------------------------------------------------------


@page(get=Role.OPERATOR, post=Role.OPERATOR, entitlement=NEEDS)
def stock_adjust(request: MerchantRequest) -> HttpResponseBase:
    """Set the pieces on hand of chosen rows, all or none, with a reason (own warehouses only)."""
    query = request.POST if request.method == "POST" else request.GET
    with reading(request):
        rows = _rows(query)
    if not rows:
        return _nothing_chosen(request)
    if request.method != "POST":
        typed = [TypedRow(row, str(row.balance.on_hand)) for row in rows]
        return _adjust_form(request, typed, {}, 200)
    typed, wanted = _read_figures(request.POST, [row for row in rows if row.may_adjust])
    wrong = {} if request.POST.get("reason") in AdjustReason.values else {"reason": gettext("Choose a reason.")}
    if wrong or not wanted or any(one.error for one in typed):
        return _adjust_form(request, typed, wrong, 422)
    try:
        with acting(request, "stock"):
            changes = adjust_own_stock(wanted, request.POST["reason"], kept_text(request.POST, "note"))
    except AdjustmentsRefused as refused:
        told = {number: told_words(refusal_text(one)) for number, one in refused.refused.items()}
        typed = [TypedRow(one.row, one.typed, told.get(number, "")) for number, one in enumerate(typed)]
        return _adjust_form(request, typed, {}, 422)
    changed = sum(1 for change in changes if change)
    text = ngettext("%(n)s figure was changed.", "%(n)s figures were changed.", changed)
    messages.success(request, text % {"n": changed})
    return back_to(request, reverse("web:stock"))


def _read_figures(sent: QueryDict, rows: Sequence[StockRow]) -> tuple[list[TypedRow], list[Wanted]]:
    typed, wanted = [], []
    for row in rows:
        key = f"{row.warehouse.pk}:{row.product.pk}"
        text = sent.get(f"figure-{key}", "")
        figure, seen = _figure(text), _figure(sent.get(f"seen-{key}", ""))
        typed.append(TypedRow(row, text, "" if figure is not None else gettext("A whole number from 0 on.")))
        wanted.append(Wanted(row.warehouse.pk, row.product.pk, figure or 0, seen))
    return typed, wanted


def _adjust_form(
    request: MerchantRequest, typed: Sequence[TypedRow], wrong: Mapping[str, str], status: int
) -> HttpResponseBase:
    context = {
        "typed": [one for one in typed if one.row.may_adjust],
        "refused": [one.row for one in typed if not one.row.may_adjust],
        "reasons": AdjustReason.choices,
        "reason": request.POST.get("reason", ""),
        "note": request.POST.get("note", ""),
        "longest": LONGEST_NOTE,
        "wrong": wrong,
        "next": _next(request),
    }
    return fragment_or_page(request, "web/stock/adjust.html", context, status=status)


def _next(request: MerchantRequest) -> str:
    return request.POST.get("next") or request.GET.get("next") or ""


# -- low-stock levels -----------------------------------------------------------------------------------------------


@page(get=Role.OPERATOR, post=Role.OPERATOR, entitlement=NEEDS)
def stock_levels(request: MerchantRequest) -> HttpResponseBase:
    """Give chosen rows a low-stock level of their own, or let them follow the merchant's default."""
    query = request.POST if request.method == "POST" else request.GET
    with reading(request):
        rows, settings = _rows(query), read_settings()
    if not rows:
        return _nothing_chosen(request)
    how, text = request.POST.get("how", "own"), request.POST.get("level", "")
    level = _figure(text) if how == "own" else None
    wrong = gettext("A whole number from 0 on.") if request.method == "POST" and how == "own" and level is None else ""
    if request.method == "POST" and not wrong:
        try:
            with acting(request, "stock"):
                set_levels([row.balance.pk for row in rows], level, own=how != "default")
        except Refusal as refusal:
            wrong = told_words(refusal_text(refusal))
        else:
            messages.success(request, gettext("Saved."))
            return back_to(request, reverse("web:stock"))
    context = {"rows": rows, "settings": settings, "how": how, "level": text, "wrong": wrong, "next": _next(request)}
    return fragment_or_page(request, "web/stock/levels.html", context, status=422 if wrong else 200)


# -- into another warehouse -----------------------------------------------------------------------------------------


@page(get=Role.OPERATOR, post=Role.OPERATOR, entitlement=NEEDS)
def stock_add(request: MerchantRequest) -> HttpResponseBase:
    """Add the products of chosen rows to a warehouse (R47, R49); where it is a partner's they are pushed there."""
    query = request.POST if request.method == "POST" else request.GET
    with reading(request):
        rows, places = _rows(query), warehouses(active_only=True)
    if not rows:
        return _nothing_chosen(request)
    if request.method == "POST":
        target = row_id(request.POST, "warehouse")
        with reading(request):
            place = find_warehouse(target) if target else None
        if place is not None and place.active:
            try:
                with acting(request, "products"):
                    add_to_warehouse({row.product.pk for row in rows}, place.pk)
            except Refusal as refusal:
                tell_refusal(request, refusal)
            else:
                messages.success(request, gettext("Added to %(name)s.") % {"name": place.name})
            return redirect(f"{reverse('web:stock')}?warehouse={place.pk}")
    products = list({row.product.pk: row.product for row in rows}.values())
    context = {"rows": rows, "products": products, "places": places, "next": _next(request)}
    status = 422 if request.method == "POST" else 200
    return fragment_or_page(request, "web/stock/add_chosen.html", context, status=status)
