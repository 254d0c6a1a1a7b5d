"""Choosing how parcels are handed over, and following AWB numbers and labels as they come in (R108 to R111)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.formats import date_format, time_format
from django.utils.http import urlencode
from django.utils.timezone import localtime
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from salur.flows.arrange import Asked, arrange_now
from salur.flows.handover import KINDS, LONGEST, MOST_FIELDS, Choice
from salur.flows.handover_asking import MOST_ASKED, Hindered, StoreWays, Way, ask_for_ways
from salur.foundation.problems import PROBLEMS, describe
from salur.outbound.models import Outbound
from salur.outbound.queries import outbounds_named
from salur.outbound.shipment_progress import shipment_progress
from salur.tenancy.models import Role
from salur.web import words
from salur.web.access import MerchantRequest, actor, fragment_or_page, page, reading
from salur.web.acting import acting, back_to, tell_left
from salur.web.filters import row_ids

MOST = 200


@dataclass(frozen=True)
class Offered:
    """A way as it is chosen from: what is sent when it is, and what it is called."""

    value: str
    label: str


@dataclass(frozen=True)
class ShownStore:
    """A store with its ways, and what keeps the other lists from having one."""

    asked: StoreWays
    offers: list[Offered]
    hindered: list[tuple[Outbound, str]]


@page(get=Role.OPERATOR, post=Role.OPERATOR, scoped=False)
def handover(request: MerchantRequest) -> HttpResponseBase:
    """A GET asks the stores which ways they offer; a POST arranges with those that were chosen."""
    if request.method == "POST":
        return _arrange(request)
    ids = row_ids(request.GET, "outbound", MOST)
    with reading(request):
        chosen = outbounds_named(ids)
    many = len(chosen) > MOST_ASKED
    stores = [] if many else [_shown(one) for one in ask_for_ways(request.merchant.id, ids, actor=actor(request))]
    context = {
        "many": many,
        "most": MOST_ASKED,
        "chosen": chosen,
        "stores": stores,
        "ready": len(chosen) if many else sum(store.asked.ready for store in stores),
        "kinds": [Offered(_written(Choice(kind), []), kind_words(kind)) for kind in KINDS],
        "next": request.GET.get("next", ""),
    }
    with reading(request):
        return fragment_or_page(request, "web/outbound/handover.html", context)


def _shown(store: StoreWays) -> ShownStore:
    offers = [Offered(_written(way.choice, way.lists), _way_words(way, store.ready)) for way in store.ways]
    return ShownStore(store, offers, [(one.outbound, _why(one)) for one in store.hindered])


def kind_words(kind: str) -> str:
    """A way of handing over by its name; a store's own kind as it calls it."""
    known = {"pickup": gettext("The courier fetches them"), "dropoff": gettext("Drop-off")}
    return known.get(kind, kind)


def _way_words(way: Way, ready: int) -> str:
    parts = [kind_words(way.kind)]
    if way.begins is not None:
        begins = localtime(way.begins)
        day = date_format(begins, "D, j M")
        hours = f" {time_format(begins, 'H:i')}–{time_format(localtime(way.ends), 'H:i')}" if way.ends else ""
        parts.append(f"{day}{hours}")
    if way.description:
        parts.append(way.description)
    told = " · ".join(parts)
    if len(way.lists) == ready:
        return told
    return gettext("%(way)s (for %(n)s of %(all)s)") % {"way": told, "n": len(way.lists), "all": ready}


def _why(one: Hindered) -> str:
    return words.told_words(describe(one.code, one.evidence)) if one.code in PROBLEMS else words.gate_title(one.code)


# -- chosen -----------------------------------------------------------------------------------------------------------


def _written(choice: Choice, lists: Sequence[int]) -> str:
    return json.dumps({**choice.kept(), "lists": list(lists)}, sort_keys=True)


def _read(text: str) -> tuple[Choice, set[int]] | None:
    """What :func:`_written` wrote; None for what it did not."""
    try:
        given: Any = json.loads(text[:20_000])
        fields = {str(name)[:LONGEST]: str(value)[:LONGEST] for name, value in given["fields"].items()}
        return Choice(str(given["kind"])[:LONGEST], fields), {int(one) for one in given["lists"]}
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError):
        return None


def _arrange(request: MerchantRequest) -> HttpResponseBase:
    asked, left = Asked([], {}), 0
    with acting(request, "button"):
        for store_id, ids in _by_store(row_ids(request.POST, "outbound", MOST)).items():
            choice, offered = Choice(), set(ids)
            if text := request.POST.get(f"way-{store_id}") or request.POST.get("way", ""):
                read = _read(text)
                if read is None or len(read[0].fields) > MOST_FIELDS:
                    left += len(ids)
                    continue
                choice, offered = read[0], read[1] or set(ids)
            own = arrange_now([one for one in ids if one in offered], choice)
            left += len(set(ids) - offered)
            asked.due.extend(own.due)
            asked.held.update(own.held)
    tell_arranged(request, asked)
    if left:
        told = ngettext(
            "The chosen way is not offered for %(n)s list: it was left as it is.",
            "The chosen way is not offered for %(n)s lists: they were left as they are.",
            left,
        )
        messages.warning(request, told % {"n": left})
    return to_progress(request, asked.due)


def _by_store(ids: Sequence[int]) -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    for row in outbounds_named(ids):
        found.setdefault(row.store_id, []).append(row.pk)
    return found


def to_progress(request: MerchantRequest, due: Sequence[int]) -> HttpResponseBase:
    """Of several lists the page that follows them; of one the page on which the button was."""
    if len(due) < 2:
        return back_to(request, reverse("web:outbounds"))
    asked = [("outbound", str(one)) for one in due] + [("next", request.POST.get("next", ""))]
    return redirect(f"{reverse('web:arranging')}?{urlencode(asked)}")


def tell_arranged(request: MerchantRequest, asked: Asked) -> None:
    """Say on the next page how many are being arranged, and what stands in the way of the others."""
    if asked.due:
        told = ngettext(
            "The shipment of %(n)s outbound list is being arranged.",
            "The shipments of %(n)s outbound lists are being arranged.",
            len(asked.due),
        )
        messages.success(request, told % {"n": len(asked.due)})
    left = (words.gate_title(code) for code in sorted(asked.held.values()))
    tell_left(request, gettext("Not arranged (%(n)s): %(reason)s"), left)


class HandoverForm(forms.Form):
    """How all lists of a bulk run are handed over."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        ways = [("", gettext("As the store is set")), *((kind, kind_words(kind)) for kind in KINDS)]
        self.fields["handover"] = forms.ChoiceField(label=_("Way of handing over"), required=False, choices=ways)


@page()
def arranging(request: MerchantRequest) -> HttpResponseBase:
    """How far the shipments of some lists are."""
    ids = row_ids(request.GET, "outbound", MOST)
    context = {"shipments": shipment_progress(Outbound.objects.filter(pk__in=ids)), "ids": ids}
    return fragment_or_page(
        request, "web/outbound/arranging.html", context, fragment="web/outbound/arranging_body.html"
    )
