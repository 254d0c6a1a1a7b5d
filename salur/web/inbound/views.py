"""Inbound lists (R61, R66), one list with its lines, receipts and tries, and what its buttons do."""

from __future__ import annotations

from collections.abc import Mapping

from django.contrib import messages
from django.http import Http404, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext, ngettext

from salur.flows.inbound_cancel import cancel_inbound
from salur.flows.inbound_follow import refresh_inbound_now
from salur.flows.inbound_push import push_inbound_again, submit_inbound
from salur.flows.receive import receive_by_hand
from salur.foundation.problems import Refusal
from salur.inbound.editing import LinesRefused, delete_draft
from salur.inbound.models import InboundList
from salur.inbound.queries import InboundFilter, find_inbound, inbound_rows, story_of
from salur.inbound.states import InboundPushState, InboundTaskState
from salur.stock.queries import warehouses
from salur.tenancy.models import Entitlement, Role
from salur.web import words
from salur.web.access import MerchantRequest, fragment_or_page, page, reading
from salur.web.acting import acting, back_to, tell_refusal
from salur.web.filters import kept_text, row_id, row_ids, word
from salur.web.paging import at_cursor

from .counting import Counted, counted
from .story import (
    allowed,
    becomes_stock,
    flag_words,
    looks_again,
    shown_lines,
    timeline,
    what_it_said,
    what_it_said_to_cancelling,
    why,
)

NEEDS = Entitlement.WAREHOUSE_MANAGEMENT
MOST = 200


def _read_filter(request: MerchantRequest) -> InboundFilter:
    query = request.GET
    return InboundFilter(
        warehouse=row_id(query, "warehouse"),
        push=word(query, "push"),
        task=word(query, "task"),
        search=word(query, "q"),
        flagged=word(query, "odd") == "yes",
    )


@page(entitlement=NEEDS)
def inbound_list(request: MerchantRequest) -> HttpResponseBase:
    """Every inbound list of every warehouse, the newest first."""
    wanted = _read_filter(request)
    listed = at_cursor(request, lambda cursor: inbound_rows(wanted, cursor))
    context = {
        "wanted": wanted,
        "page": listed,
        "rows": [(row, why(row.inbound)) for row in listed.rows],
        "pushes": InboundPushState.choices,
        "tasks": InboundTaskState.choices,
        "odd": [("yes", gettext("Needs a look"))],
        "warehouses": warehouses(),
        "filtered": wanted != InboundFilter(),
    }
    return fragment_or_page(request, "web/inbound/list.html", context, fragment="web/inbound/list_rows.html")


@page(entitlement=NEEDS)
def inbound_page(request: MerchantRequest, inbound_id: int) -> HttpResponseBase:
    """One list: state, lines with what arrived, what happened."""
    return _shown(request, _found(inbound_id))


def _found(inbound_id: int) -> InboundList:
    row = find_inbound(inbound_id)
    if row is None:
        raise Http404
    return row


def _shown(
    request: MerchantRequest, row: InboundList, typed: Mapping[int, Counted] | None = None, *, status: int = 200
) -> HttpResponseBase:
    """The page; ``typed`` is what was entered as received and could not be taken, by line."""
    story = story_of(row)
    said = what_it_said(row, story.attempts)
    lines = shown_lines(story.lines)
    context = {
        "inbound": row,
        "story": story,
        "lines": [(one, (typed or {}).get(one.line.pk) or Counted.of(one.line)) for one in lines],
        "damaged": sum(line.damaged for line in story.lines),
        "may": allowed(row),
        "again": looks_again(row),
        "becomes_stock": becomes_stock(row),
        "flags": flag_words(row.flags),
        "said": said,
        "who": words.WHO[said.who] if said else "",
        "not_cancelled": what_it_said_to_cancelling(row, story.attempts),
        "why": why(row),
        "events": timeline(story),
        "costs": any(line.unit_cost is not None for line in story.lines),
        "batches": any(line.batch or line.expires_on for line in story.lines),
    }
    return fragment_or_page(
        request, "web/inbound/page.html", context, fragment="web/inbound/page_body.html", status=status
    )


# -- buttons --------------------------------------------------------------------------------------------------------


@page(post=Role.OPERATOR, entitlement=NEEDS)
def inbound_act(request: MerchantRequest, inbound_id: int) -> HttpResponseBase:
    """What a button of the list's page asks: submit, push again, refresh, cancel, delete, receive by hand."""
    with reading(request):
        row = _found(inbound_id)
    if request.method != "POST":
        return redirect("web:inbound", inbound_id)
    action = request.POST.get("action", "")
    if action in ("receive", "fill"):
        return _receive(request, row, fill=action == "fill")
    try:
        with acting(request):
            told = _carry_out(row, action, kept_text(request.POST, "reason"))
    except LinesRefused as refusal:
        tell_refusal(request, refusal)
        return redirect("web:inbound_edit", inbound_id)
    except Refusal as refusal:
        tell_refusal(request, refusal)
    else:
        if told:
            messages.success(request, told)
    return redirect("web:inbounds") if action == "delete" and _gone(request, row) else _to(row)


def _to(row: InboundList) -> HttpResponseBase:
    return redirect("web:inbound", row.pk)


def _gone(request: MerchantRequest, row: InboundList) -> bool:
    with reading(request):
        return find_inbound(row.pk) is None


def _carry_out(row: InboundList, action: str, reason: str) -> str:
    """Do it (inside a scope); answers what to tell."""
    if action == "submit":
        submit_inbound(row.pk)
        return gettext("The list is submitted. This page shows how it goes on.")
    if action == "push_again":
        return _told_again(len(push_inbound_again([row.pk])))
    if action == "refresh":
        return _told_refreshed(refresh_inbound_now([row.pk]))
    if action == "delete":
        delete_draft(row.pk)
        return gettext("The draft %(reference)s is deleted.") % {"reference": row.reference}
    if action == "cancel":
        ended = cancel_inbound(row.pk, reason.replace("\x00", ""))
        if ended.cancellation == "asked":
            return gettext("The warehouse is being asked to cancel the list. Its answer will be shown here.")
        return gettext("The list is cancelled.")
    return ""


def _told_again(n: int) -> str:
    if not n:
        return gettext("Nothing to push again: only lists whose push failed are pushed again.")
    told = ngettext("%(n)s inbound list is being pushed again.", "%(n)s inbound lists are being pushed again.", n)
    return told % {"n": n}


def _told_refreshed(n: int) -> str:
    if not n:
        return gettext("Nothing to ask for: only lists that are under way at a warehouse can be refreshed.")
    told = ngettext(
        "The warehouse is being asked for %(n)s inbound list.", "The warehouses are being asked for %(n)s lists.", n
    )
    return told % {"n": n}


def _receive(request: MerchantRequest, row: InboundList, *, fill: bool) -> HttpResponseBase:
    """Take in what somebody counted; what cannot be taken is shown again with the reason."""
    with reading(request):
        typed = counted(row.pk, request.POST, fill=fill)
    if not fill and not any(one.error for one in typed.values()):
        try:
            with acting(request, "receive"):
                pieces = receive_by_hand(
                    row.pk,
                    {line: one.good for line, one in typed.items()},
                    {line: one.bad for line, one in typed.items()},
                    complete=bool(request.POST.get("complete")),
                )
            messages.success(request, _told_received(pieces))
            return _to(row)
        except Refusal as refusal:
            tell_refusal(request, refusal)
    with reading(request):
        return _shown(request, _found(row.pk), typed, status=200 if fill else 422)


def _told_received(pieces: int) -> str:
    if not pieces:
        return gettext("Saved. No further pieces came into stock.")
    told = ngettext("%(n)s piece came into stock.", "%(n)s pieces came into stock.", pieces)
    return told % {"n": pieces}


@page(post=Role.OPERATOR, entitlement=NEEDS)
def inbound_bulk(request: MerchantRequest) -> HttpResponseBase:
    """Refresh the chosen lists, or push them again (R68, R71)."""
    ids = row_ids(request.POST, "inbound")
    if request.method != "POST":
        return redirect("web:inbounds")
    if not 0 < len(ids) <= MOST:
        most = {"most": MOST}
        messages.warning(request, gettext("Choose between 1 and %(most)s inbound lists.") % most)
        return back_to(request, reverse("web:inbounds"))
    with acting(request):
        if request.POST.get("action") == "push_again":
            n = len(push_inbound_again(ids))
            told = _told_again(n)
        else:
            n = refresh_inbound_now(ids)
            told = _told_refreshed(n)
    (messages.success if n else messages.warning)(request, told)
    return back_to(request, reverse("web:inbounds"))
