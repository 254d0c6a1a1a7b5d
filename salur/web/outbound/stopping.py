"""Stopping lists at the warehouse, settling what it refused; AWB number and label by hand (R116 to R120)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib import messages
from django.http import Http404, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext, ngettext

from salur.flows.arrange import attach_label
from salur.flows.intercept import Intercepted, intercept, settle_by_hand, settle_warning
from salur.foundation.problems import Refusal, describe
from salur.outbound.labels import LARGEST
from salur.outbound.models import Outbound
from salur.outbound.queries import find_outbound, outbounds_named
from salur.outbound.race import Race, races
from salur.outbound.stopping import CutOff, cut_off, held_evidence
from salur.tenancy.models import Entitlement, Role
from salur.web import words
from salur.web.access import MerchantRequest, fragment_or_page, page, reading
from salur.web.acting import acting, back_to, tell_left, tell_refusal
from salur.web.filters import kept_text, row_ids

MOST = 200


@dataclass(frozen=True)
class Stoppable:
    """A list as the question shows it: what the partner will probably say, or why it is not asked."""

    outbound: Outbound
    cut_off: CutOff
    words: str
    race: Race

    @property
    def asked(self) -> bool:
        """Whether the warehouse would be asked."""
        return not self.cut_off.held

    @property
    def late(self) -> bool:
        """Whether the warehouse will probably send it all the same."""
        return self.cut_off.late or self.cut_off.held == "stop_gone"


def stoppables(outbounds: Sequence[Outbound]) -> list[Stoppable]:
    """Each list with one sentence about its partner's cut-off, and how its race stands."""
    run = races(outbounds)
    return [_stoppable(outbound, run[outbound.pk]) for outbound in outbounds]


def _stoppable(outbound: Outbound, race: Race) -> Stoppable:
    cut = cut_off(outbound)
    if not cut.held:
        return Stoppable(outbound, cut, cut.text, race)
    told = describe(cut.held, held_evidence(outbound, cut))
    return Stoppable(outbound, cut, words.sentences(told.cause, told.cure), race)


@page(get=Role.OPERATOR, post=Role.OPERATOR, entitlement=Entitlement.WAREHOUSE_MANAGEMENT)
def stop_lists(request: MerchantRequest) -> HttpResponseBase:
    """Ask before the warehouse is asked: each list with its cut-off. A POST asks the warehouses."""
    if request.method == "POST":
        with acting(request, "stop"):
            _tell(request, intercept(row_ids(request.POST, "outbound", MOST)))
        return back_to(request, reverse("web:outbounds"))
    shown = stoppables(outbounds_named(row_ids(request.GET, "outbound", MOST)))
    context = {
        "shown": shown,
        "asked": [one for one in shown if one.asked],
        "late": sum(one.asked and one.cut_off.late for one in shown),
        "next": request.GET.get("next", ""),
    }
    return fragment_or_page(request, "web/outbound/stop.html", context)


def _tell(request: MerchantRequest, outcome: Intercepted) -> None:
    if outcome.asked:
        told = ngettext(
            "The warehouse is being asked to stop %(n)s list. Its answer will be shown on the list's page.",
            "The warehouses are being asked to stop %(n)s lists. The answers will be shown on the lists' pages.",
            len(outcome.asked),
        )
        messages.success(request, told % {"n": len(outcome.asked)})
    left = (describe(code).title for code in sorted(outcome.held.values()))
    tell_left(request, gettext("Not asked (%(n)s): %(reason)s"), left)
    if not outcome.asked and not outcome.held:
        messages.warning(request, gettext("Choose at least one order."))


def _found(request: MerchantRequest, outbound_id: int) -> Outbound:
    with reading(request):
        outbound = find_outbound(outbound_id)
    if outbound is None:
        raise Http404
    return outbound


SETTLED = {"stopped", "shipped", "seen"}


@page(post=Role.OPERATOR, entitlement=Entitlement.WAREHOUSE_MANAGEMENT)
def settle(request: MerchantRequest, outbound_id: int) -> HttpResponseBase:
    """What was agreed with the warehouse about a list (R120), or that what it had not taken is with it now."""
    _found(request, outbound_id)
    action, note = request.POST.get("action", ""), kept_text(request.POST, "note")
    if request.method == "POST":
        try:
            with acting(request, "settle"):
                if action in SETTLED:
                    settle_by_hand(outbound_id, action, note)
                elif action == "warning":
                    settle_warning(outbound_id, note)
            messages.success(request, gettext("Settled. The note stands on the list's page."))
        except Refusal as refusal:
            tell_refusal(request, refusal)
    return redirect("web:outbound", outbound_id)


@page(post=Role.OPERATOR, entitlement=Entitlement.WAREHOUSE_MANAGEMENT)
def label_by_hand(request: MerchantRequest, outbound_id: int) -> HttpResponseBase:
    """AWB number and label PDF from a person, checked like a store's."""
    _found(request, outbound_id)
    if request.method == "POST":
        given = request.FILES.get("label")
        content = given.read(LARGEST + 1) if given is not None else b""
        try:
            with acting(request, "label"):
                attach_label(outbound_id, request.POST.get("awb", ""), content)
            both = gettext("AWB number and label are stored. The list goes on by itself.")
            messages.success(request, both if content else gettext("The number is stored. The list goes on by itself."))
        except Refusal as refusal:
            tell_refusal(request, refusal)
    return back_to(request, reverse("web:outbound", args=[outbound_id]))
