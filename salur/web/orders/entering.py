"""An order entered by hand, or copied from another one (R147); its AWB number and label may come with it (A15)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext

from salur.catalog.models import MasterProduct
from salur.connectors.base.types import StoreOrder
from salur.flows.arrange import attach_label
from salur.flows.manual_orders import enter_order, manual_stores, new_number
from salur.foundation.clock import now
from salur.foundation.problems import Refusal
from salur.orders.formats.by_hand import HEAD, LINE, read_by_hand
from salur.orders.formats.messages import text_of
from salur.orders.formats.results import ParsedOrder
from salur.orders.models import Order
from salur.orders.queries import lines_of
from salur.outbound.labels import LARGEST, LabelRefused
from salur.outbound.queries import every_list_of, find_order
from salur.tenancy.models import Role
from salur.web.access import MerchantRequest, fragment_or_page, page, reading
from salur.web.acting import acting, refusal_text, tell_refusal
from salur.web.countries import country_choices
from salur.web.filters import row_id

ROWS, MORE, MOST_ROWS = 5, 5, 200
OFFERED = 500
TYPED = ("sku", "item_name", "quantity", "unit_price")
COPIED = (
    *("currency", "courier", "buyer", "recipient_name", "recipient_phone", "recipient_email", "district", "city"),
    *("province", "postal_code", "country", "note"),
)


@dataclass
class Entered:
    """What stands in the form: the order's fields, its lines, and what is wrong with which of them."""

    head: dict[str, str]
    lines: list[dict[str, str]]
    errors: dict[str, list[str]] = field(default_factory=dict)
    line_errors: dict[int, list[str]] = field(default_factory=dict)

    @property
    def rows(self) -> list[tuple[dict[str, str], list[str]]]:
        """Lines with their errors."""
        return [(line, self.line_errors.get(place, [])) for place, line in enumerate(self.lines)]


@page(get=Role.OPERATOR, post=Role.OPERATOR)
def order_new(request: MerchantRequest) -> HttpResponseBase:
    """The form, empty or with another order's content; a POST enters the order."""
    if request.method != "POST":
        return _form(request, _copied(row_id(request.GET, "copy")))
    entered = _typed(request)
    if request.POST.get("action") == "more":
        entered.lines += [{} for _ in range(min(MORE, MOST_ROWS - len(entered.lines)))]
        with reading(request):
            return _form(request, entered)
    store = row_id(request.POST, "store")
    order = _read(request, entered)
    with reading(request):
        if store not in {one.pk for one in manual_stores()}:
            entered.errors.setdefault("store", []).append(gettext("Choose a store."))
    if order is None or store is None or entered.errors:
        with reading(request):
            return _form(request, entered, status=422)
    try:
        with acting(request, "entered"):
            made = enter_order(store, order)
    except Refusal as refusal:
        told = refusal_text(refusal)
        entered.errors.setdefault("order_id", []).append(f"{told.cause} {told.cure}")
        with reading(request):
            return _form(request, entered, status=422)
    messages.success(request, gettext("The order %(number)s is entered.") % {"number": made.shown})
    _give_label(request, made)
    return redirect("web:order", order_id=made.pk)


def _typed(request: MerchantRequest) -> Entered:
    head = {name: _plain(request.POST.get(name, "")) for name in HEAD}
    head["store"] = request.POST.get("store", "")
    columns = [request.POST.getlist(f"line_{name}")[:MOST_ROWS] for name in TYPED]
    lines = [dict(zip(TYPED, map(_plain, row), strict=True)) for row in zip(*columns, strict=False)]
    return Entered(head, lines)


def _plain(text: str) -> str:
    return text.replace("\x00", "").strip()


def _read(request: MerchantRequest, entered: Entered) -> StoreOrder | None:
    """The order, or None with what is wrong put beside the fields."""
    head = {**entered.head, "status": "paid", "ordered_at": now().isoformat()}
    head["order_id"] = head["order_id"] or new_number()
    places = [place for place, line in enumerate(entered.lines) if any(line.values())]
    if not places:
        entered.errors["lines"] = [gettext("Enter at least one item.")]
        return None
    read = read_by_hand(head, [entered.lines[place] for place in places], zone=str(request.merchant.zone), now=now())
    if isinstance(read, ParsedOrder):
        return read.order
    for problem in read:
        if problem.column in LINE and 0 <= problem.line < len(places):
            entered.line_errors.setdefault(places[problem.line], []).append(text_of(problem))
        else:
            entered.errors.setdefault(problem.column or "lines", []).append(text_of(problem))
    return None


def _copied(order_id: int | None) -> Entered:
    order = find_order(order_id) if order_id else None
    if order is None:
        return Entered({}, [{} for _ in range(ROWS)])
    head = {name: str(getattr(order, name) or "") for name in COPIED}
    first, *rest = [*order.address_lines, ""]
    head |= {"address1": first, "address2": ", ".join(part for part in rest if part)}
    head["cash_on_delivery"] = "yes" if order.cash_on_delivery else ""
    lines = [
        dict(zip(TYPED, (ln.sku, ln.name, str(ln.quantity), f"{ln.unit_price.normalize():f}"), strict=True))
        for ln in lines_of([order.pk]).get(order.pk, [])[:MOST_ROWS]
    ]
    return Entered(head, lines or [{} for _ in range(ROWS)])


def _form(request: MerchantRequest, entered: Entered, status: int = 200) -> HttpResponseBase:
    products = MasterProduct.objects.order_by("msku").values_list("msku", "name")[:OFFERED]
    stores = manual_stores()
    fields: list[tuple[str, Any]] = [
        ("recipient_name", gettext("Name")),
        ("recipient_phone", gettext("Telephone")),
        ("recipient_email", gettext("E-mail")),
        ("address1", gettext("Address")),
        ("address2", gettext("Address, second line")),
        ("district", gettext("District")),
        ("city", gettext("City")),
        ("province", gettext("Province")),
        ("postal_code", gettext("Postcode")),
    ]
    context = {
        "entered": entered,
        "stores": stores,
        "address": [(n, label, entered.head.get(n, ""), entered.errors.get(n, [])) for n, label in fields],
        "products": list(products),
        "countries": country_choices(),
        "country": entered.head.get("country") or request.merchant.country,
        "currency": entered.head.get("currency") or request.merchant.currency,
    }
    return fragment_or_page(request, "web/orders/new.html", context, status=status)


def _give_label(request: MerchantRequest, order: Order) -> None:
    """AWB number and label for the order's only list; what is wrong with them leaves the order as it is."""
    awb, upload = _plain(request.POST.get("awb", "")), request.FILES.get("label")
    if not awb and upload is None:
        return
    try:
        content = b"" if upload is None else upload.read(LARGEST + 1)
        with acting(request, "entered"):
            lists = every_list_of(order)
            if len(lists) != 1:
                messages.warning(
                    request,
                    gettext("AWB number and label were not taken: the order has no outbound list, or several."),
                )
                return
            attach_label(lists[0].pk, awb, content)
    except LabelRefused as refused:
        tell_refusal(request, refused)
