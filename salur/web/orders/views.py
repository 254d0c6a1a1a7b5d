"""The order list and the order's page."""

from __future__ import annotations

from django.http import Http404, HttpResponseBase
from django.utils.translation import gettext_lazy as _

from salur.flows.addresses import differing
from salur.flows.holds import OVER
from salur.flows.wishes import may_ship_anyway
from salur.integrations.queries import stores
from salur.orders.desk import tags_in_use, tags_of_orders
from salur.orders.models import HoldReason
from salur.orders.problems import ProblemCause
from salur.orders.queries import status_counts
from salur.orders.saved_filters import clean_query, saved_filters
from salur.orders.states import OrderState
from salur.outbound.messages import GATE_TEXTS
from salur.outbound.queries import OrderFilter, OrderRow, find_order, order_rows
from salur.returns.queries import expected_back, may_come_back, returns_of_order
from salur.stock.queries import warehouses
from salur.tenancy.counting import Counted
from salur.web import words
from salur.web.access import MerchantRequest, fragment_or_page, page
from salur.web.paging import at_cursor

from .at_store import store_acts
from .filters import read_filter
from .story import read_story


def _tabs(wanted: OrderFilter) -> list[dict[str, object]]:
    counts = status_counts()
    total = Counted(sum(c.count for c in counts.values()), any(c.more for c in counts.values()))
    tabs: list[dict[str, object]] = [
        {"status": "", "label": _("All"), "count": total, "current": wanted.status not in OrderState.values}
    ]
    for status, label in OrderState.choices:
        count = counts.get(status, Counted(0))
        if status == OrderState.UNKNOWN and not count.count:
            continue  # a tab for what hopefully never happens would only make people wonder
        tabs.append({"status": status, "label": label, "count": count, "current": wanted.status == status})
    return tabs


def row_why(row: OrderRow) -> tuple[str, str]:
    """Tone and words of the chip that says what holds an order."""
    if row.problems:
        return "bad", words.problem_title(row.problems[0].cause)
    for outbound in row.outbounds:
        if reason := words.why(outbound):
            return ("bad" if outbound.push == "rejected" else "warn"), reason
    return "", ""


def _narrowed(wanted: OrderFilter) -> bool:
    """By one of the filters that are folded away until they are wanted."""
    words = (wanted.tag, wanted.held, wanted.courier, wanted.country)
    figures = (wanted.ship_within, wanted.value_from, wanted.value_to)
    return any(words) or any(one is not None for one in figures)


def _filtered(wanted: OrderFilter) -> bool:
    shown = (wanted.search, wanted.store, wanted.warehouse, wanted.problem, wanted.blocked_by)
    return any(shown) or _narrowed(wanted)


@page()
def order_list(request: MerchantRequest) -> HttpResponseBase:
    """All orders of all stores (R144)."""
    wanted = read_filter(request.GET, request.merchant.currency)
    listed = at_cursor(request, lambda cursor: order_rows(wanted, cursor))
    context = {
        "wanted": wanted,
        "page": listed,
        "rows": [(row, *row_why(row)) for row in listed.rows],
        "tabs": _tabs(wanted),
        "stores": stores(),
        "warehouses": warehouses(),
        "causes": ProblemCause.choices,
        "reasons": [(code, text.title) for code, text in GATE_TEXTS.items()],
        "filtered": _filtered(wanted),
        "narrowed": _narrowed(wanted),
        "tags": tags_in_use(),
        "saved": saved_filters(),
        "query": clean_query(request.GET.urlencode()),
        "hold_reasons": HoldReason.choices,
        "hours": [(24, _("within a day")), (72, _("within three days")), (0, _("deadline passed"))],
    }
    return fragment_or_page(request, "web/orders/list.html", context, fragment="web/orders/list_rows.html")


@page()
def order_page(request: MerchantRequest, order_id: int) -> HttpResponseBase:
    """One order: what it is, why it is not there, what happened to it."""
    order = find_order(order_id)
    if order is None:
        raise Http404
    story = read_story(order)
    context = {
        "order": order,
        "story": story,
        "returns": returns_of_order(order.pk),
        "may_come_back": any(may_come_back(shown.outbound) for shown in story.lists),
        "return_expected": bool(expected_back(shown.outbound for shown in story.lists)),
        "late": any(shown.outbound.cancellation != "none" for shown in story.lists),
        "acts": store_acts(order),
        "may_ship_anyway": may_ship_anyway(order),
        "tags": tags_of_orders([order.pk]).get(order.pk, []),
        "at_store": differing(order),
        "may_hold": order.status not in OVER,
    }
    return fragment_or_page(request, "web/orders/order.html", context)
