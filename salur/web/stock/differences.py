"""Differences that stock syncs did not enter by themselves: explained, and decided singly or in bulk (idea 7)."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext, ngettext

from salur.flows.differences import approve
from salur.flows.told import actor_names
from salur.foundation.problems import Refusal
from salur.stock.differences import LONGEST_NOTE, Told, difference_page, reject, with_lines
from salur.stock.messages import explain
from salur.stock.models import DifferenceState
from salur.stock.queries import warehouses
from salur.tenancy.models import Role
from salur.web.access import MerchantRequest, fragment_or_page, page
from salur.web.acting import acting, back_to, tell_refusal
from salur.web.filters import as_id, kept_text, row_id, row_ids, word
from salur.web.paging import at_cursor

from .views import NEEDS

MOST = 500


@page(post=Role.OPERATOR, entitlement=NEEDS)
def difference_list(request: MerchantRequest) -> HttpResponseBase:
    """What waits for a decision; a POST decides."""
    if request.method == "POST":
        return _decide(request)
    warehouse_id = row_id(request.GET, "warehouse")
    state = word(request.GET, "state") or DifferenceState.WAITING
    listed = at_cursor(request, lambda cursor: difference_page(warehouse_id, state, cursor))
    told = with_lines(listed.rows)
    names = actor_names(row.decided_by for row in listed.rows if row.decided_by)
    context = {
        "page": listed,
        "rows": [(one.row, _explained(one), names.get(one.row.decided_by, "")) for one in told],
        "warehouses": warehouses(),
        "warehouse_id": warehouse_id,
        "state": state,
        "states": DifferenceState.choices,
        "waiting": state == DifferenceState.WAITING,
        "longest": LONGEST_NOTE,
        "filtered": bool(warehouse_id or state != DifferenceState.WAITING),
    }
    return fragment_or_page(request, "web/stock/differences.html", context, fragment="web/stock/differences_rows.html")


def _explained(one: Told) -> list[str]:
    return explain(one.line) if one.line else []


def _decide(request: MerchantRequest) -> HttpResponseBase:
    action, _colon, one = request.POST.get("action", "").partition(":")
    chosen = [as_id(one) or 0] if one else row_ids(request.POST, "difference")
    if action not in ("approve", "reject") or not 0 < len(chosen) <= MOST:
        messages.warning(request, gettext("Choose between 1 and %(most)s differences.") % {"most": MOST})
        return back_to(request, reverse("web:stock_differences"))
    note = kept_text(request.POST, "note")
    try:
        with acting(request, "stock differences"):
            count = approve(chosen, note) if action == "approve" else reject(chosen, note)
    except Refusal as refusal:
        tell_refusal(request, refusal)
        return back_to(request, reverse("web:stock_differences"))
    if action == "approve":
        text = ngettext("%(n)s difference was entered.", "%(n)s differences were entered.", count)
    else:
        text = ngettext(
            "%(n)s difference was rejected: the figure stays.",
            "%(n)s differences were rejected: the figures stay.",
            count,
        )
    messages.success(request, text % {"n": count})
    return back_to(request, reverse("web:stock_differences"))
