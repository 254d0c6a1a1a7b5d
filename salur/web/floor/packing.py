"""The packing page of one list: pieces checked by a scanner, shipped by hand, shortages, a step back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext

from salur.flows.floor import Walked, step_back, walk, why_held
from salur.flows.floor_short import report_shortage
from salur.flows.hand_over import Parcel, ship
from salur.flows.packing import pack_unscanned, scan
from salur.flows.parcels import parcel_mates
from salur.foundation.problems import Refusal
from salur.outbound.floor import pieces_of
from salur.outbound.models import Outbound
from salur.outbound.queries import find_outbound, outbounds_named
from salur.outbound.states import TaskState
from salur.tenancy.models import Entitlement, Role
from salur.web.access import MerchantRequest, fragment_or_page, page, reading
from salur.web.acting import acting, refusal_text
from salur.web.filters import row_id
from salur.web.words import told_words

from .chosen import held_words

NEEDS = Entitlement.WAREHOUSE_MANAGEMENT
STOPPING = ("floor_stop", "floor_hold")


@dataclass(frozen=True)
class Said:
    """What the page says to the last scan; ``tone`` good, done or bad is also heard."""

    tone: str
    text: str


def _found(request: MerchantRequest, outbound_id: int) -> Outbound:
    with reading(request):
        row = find_outbound(outbound_id)
    if row is None or row.account_id is not None:
        raise Http404
    return row


@page(post=Role.OPERATOR, entitlement=NEEDS)
def pack(request: MerchantRequest, outbound_id: int) -> HttpResponseBase:
    """One list at the packing table. A POST scans a piece, or moves the list on or back."""
    row = _found(request, outbound_id)
    if request.method != "POST":
        return _shown(request, row, None)
    action = request.POST.get("action", "scan")
    if action == "scan":
        said = _scan(request, outbound_id)
        return _shown(request, _found(request, outbound_id), said)
    if action == "short":
        return _short(request, outbound_id)
    if action not in STEPS:
        raise Http404
    with acting(request, "floor"):
        walked = STEPS[action](request, outbound_id)
    for held in walked.held.values():
        messages.warning(request, held_words(held))
    if walked.done and action == "ship":
        messages.success(request, gettext("Shipped. Its stock is deducted, and the store is told where it takes that."))
    return redirect("web:pack", outbound_id)


def _ship(request: MerchantRequest, outbound_id: int) -> Walked:
    sent = request.POST
    return ship(
        [Parcel(outbound_id, sent.get("awb", ""), sent.get("courier", ""), unnumbered=bool(sent.get("unnumbered")))]
    )


STEPS: dict[str, Callable[[MerchantRequest, int], Walked]] = {
    "picked": lambda request, one: walk([one], TaskState.PICKED),
    "packed": lambda request, one: pack_unscanned([one]),
    "back": lambda request, one: step_back([one]),
    "ship": _ship,
}


def _scan(request: MerchantRequest, outbound_id: int) -> Said:
    try:
        with acting(request, "floor"):
            done = scan(outbound_id, request.POST.get("code", ""))
    except Refusal as refusal:
        return Said("bad", told_words(refusal_text(refusal)))
    if not done.left:
        return Said("done", gettext("All pieces are in. Close the parcel."))
    told = gettext("%(msku)s: %(packed)s of %(quantity)s. Left in all: %(left)s.")
    return Said("good", told % {"msku": done.msku, "packed": done.packed, "quantity": done.quantity, "left": done.left})


def _short(request: MerchantRequest, outbound_id: int) -> HttpResponse:
    sent = request.POST
    found = sent.get("found", "").strip()
    try:
        with acting(request, "floor"):
            figure = int(found) if found.isascii() and found.isdigit() and len(found) < 10 else -1
            made = report_shortage(outbound_id, row_id(sent, "product") or 0, figure)
    except Refusal as refusal:
        messages.error(request, told_words(refusal_text(refusal)))
        return redirect("web:pack", outbound_id)
    messages.warning(
        request, gettext("The shortage is noted. This is the list that stands in the place of the one before.")
    )
    return redirect("web:pack", made)


def _shown(request: MerchantRequest, row: Outbound, said: Said | None) -> HttpResponse:
    with reading(request):
        lines = pieces_of([row.pk]).get(row.pk, [])
        held = why_held(row)
        mates = outbounds_named(parcel_mates([row])[row.pk])
    left = sum(line.quantity - line.packed for line in lines)
    open_here = held is None
    context = {
        "outbound": row,
        "lines": lines,
        "left": left,
        "said": said,
        "held": held_words(held) if held and held.code != "floor_gone" else "",
        "stop": held is not None and held.code in STOPPING,
        "scans": open_here and row.task != TaskState.PACKED,
        "open": open_here,
        "begun": open_here and row.push == "pushed",
        "mates": mates,
        "store_gave": row.shipment in ("numbered", "labelled"),
    }
    status = 422 if said is not None and said.tone == "bad" and not request.htmx else 200
    return fragment_or_page(request, "web/floor/pack.html", context, fragment="web/floor/pack_body.html", status=status)
