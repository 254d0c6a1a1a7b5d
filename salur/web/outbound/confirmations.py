"""Confirmations at the store: what failed, what is late, what waits; tried again singly and in bulk (R143)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext, gettext_lazy, ngettext, pgettext

from salur.flows.confirm import confirm_again
from salur.foundation.problems.partner import CODES
from salur.integrations.queries import stores
from salur.outbound.confirmations import (
    HOURS,
    LATE_HOURS,
    ConfirmationFilter,
    Show,
    confirmation_page,
    every_confirmation,
    lateness,
    next_look,
)
from salur.outbound.models import Outbound
from salur.outbound.states import ConfirmationState, Told
from salur.tenancy.models import Entitlement, Role
from salur.web.access import MerchantRequest, fragment_or_page, page
from salur.web.acting import acting, back_to
from salur.web.downloads import csv_answer
from salur.web.filters import row_id, row_ids, word
from salur.web.paging import at_cursor

NEEDS = Entitlement.WAREHOUSE_MANAGEMENT
MOST = 200

LATE_WORDS = {
    "deadline_past": gettext_lazy("The store’s deadline is past"),
    "deadline_near": gettext_lazy("The store’s deadline is near"),
    "long_ago": gettext_lazy("Sent long ago"),
}
OWN_WORDS = {
    "not_shown": gettext_lazy("The store does not show it yet."),
    "order_gone": gettext_lazy("The order was cancelled at the store."),
    "not_supported": gettext_lazy("The store takes no confirmation."),
    "no_number": gettext_lazy("The warehouse gave no tracking number."),
}


def error_words(outbound: Outbound) -> str:
    """Why it is not confirmed: our words, then the store's."""
    ours = str(OWN_WORDS.get(outbound.confirmation_error_code, ""))
    theirs = outbound.confirmation_error_message
    code = "" if ours or theirs in ("", outbound.confirmation_error_code) else outbound.confirmation_error_code
    hidden = code in {kind.__name__ for kind in CODES}
    return " ".join(part for part in (ours, "" if hidden else code, theirs) if part)


def _read_filter(request: MerchantRequest) -> ConfirmationFilter:
    query = request.GET
    show, hours = word(query, "show"), row_id(query, "hours")
    return ConfirmationFilter(
        show=show if show in Show.values else Show.OPEN,
        store=row_id(query, "store"),
        hours=hours if hours in HOURS else LATE_HOURS,
        search=word(query, "q"),
    )


@page(entitlement=NEEDS)
def confirmation_list(request: MerchantRequest) -> HttpResponseBase:
    """Parcels that left and that the store was not told of, or those of another filter."""
    wanted = _read_filter(request)
    listed = at_cursor(request, lambda cursor: confirmation_page(wanted, cursor))
    context = {
        "wanted": wanted,
        "page": listed,
        "rows": [
            (row, LATE_WORDS.get(lateness(row, wanted.hours), ""), error_words(row), next_look(row))
            for row in listed.rows
        ],
        "shows": Show.choices,
        "hours": [(hours, ngettext("%(n)s hour", "%(n)s hours", hours) % {"n": hours}) for hours in HOURS],
        "stores": stores(),
        "filtered": wanted != ConfirmationFilter(),
    }
    return fragment_or_page(
        request, "web/outbound/confirmations.html", context, fragment="web/outbound/confirmations_rows.html"
    )


@page(post=Role.OPERATOR, entitlement=NEEDS)
def confirmation_act(request: MerchantRequest) -> HttpResponseBase:
    """Tell the store now, for the chosen lists."""
    if request.method != "POST":
        return redirect("web:confirmations")
    ids = row_ids(request.POST, "outbound")
    if not 0 < len(ids) <= MOST:
        messages.warning(request, gettext("Choose between 1 and %(most)s outbound lists.") % {"most": MOST})
        return back_to(request, reverse("web:confirmations"))
    with acting(request, "confirm"):
        n = len(confirm_again(ids))
    if n:
        told = ngettext("The store is being told of %(n)s parcel.", "The stores are being told of %(n)s parcels.", n)
        messages.success(request, told % {"n": n})
    else:
        messages.warning(request, gettext("Nothing to tell: these are confirmed, or have not left yet."))
    return back_to(request, reverse("web:confirmations"))


def _header() -> list[str]:
    return [
        gettext("Order number"),
        gettext("Store"),
        gettext("Reference"),
        gettext("Warehouse"),
        gettext("AWB number"),
        pgettext("time when a parcel left", "Sent"),
        gettext("Ship by"),
        gettext("Confirmation at the store"),
        gettext("What is told"),
        gettext("Tries"),
        gettext("Next try"),
        gettext("Late"),
        gettext("Reason"),
    ]


def _row(outbound: Outbound, hours: int) -> list[object]:
    def moment(at: datetime | None) -> str:
        return "" if at is None else at.isoformat(timespec="seconds")

    return [
        outbound.order.shown,
        outbound.store.name,
        outbound.reference,
        outbound.warehouse.name,
        outbound.awb,
        moment(outbound.completed_at),
        moment(outbound.order.ship_by),
        ConfirmationState(outbound.confirmation).label,
        Told(outbound.confirmation_tells).label,
        outbound.confirmation_attempts,
        moment(next_look(outbound)),
        str(LATE_WORDS.get(lateness(outbound, hours), "")),
        error_words(outbound),
    ]


def _csv_rows(wanted: ConfirmationFilter) -> Iterator[list[object]]:
    yield [*_header()]
    for outbound in every_confirmation(wanted):
        yield _row(outbound, wanted.hours)


@page(entitlement=NEEDS)
def confirmation_file(request: MerchantRequest) -> HttpResponseBase:
    """What the list shows, whole, as a file. Times are UTC."""
    wanted = _read_filter(request)
    return csv_answer(request, lambda: _csv_rows(wanted), "confirmations.csv")
