"""Outbound lists (R80), one list with its gates and receipts, and its label."""

from __future__ import annotations

from collections.abc import Sequence

from django.http import Http404, HttpResponse, HttpResponseBase
from django.utils.translation import gettext

from salur.foundation.problems import Text, describe
from salur.foundation.problems.partner import CODES
from salur.integrations.queries import stores
from salur.orders.problems import ProblemCause
from salur.outbound.messages import GATE_TEXTS
from salur.outbound.models import Outbound, PushAttempt
from salur.outbound.queries import (
    OutboundFilter,
    attempts_of,
    find_label,
    find_outbound,
    gated_lists,
    outbound_rows,
    same_awb,
)
from salur.outbound.race import is_running, races
from salur.outbound.states import PushState, TaskState
from salur.outbound.stopping import capabilities_of, cut_off
from salur.returns.queries import expected_back, may_come_back, returns_of
from salur.stock.queries import warehouses
from salur.tenancy.models import Entitlement, Role
from salur.web import words
from salur.web.access import MerchantRequest, fragment_or_page, page
from salur.web.orders.story import shown_list
from salur.web.orders.timeline import events_of_list
from salur.web.paging import at_cursor

from .filters import read_filter


@page(entitlement=Entitlement.WAREHOUSE_MANAGEMENT)
def outbound_list(request: MerchantRequest) -> HttpResponseBase:
    """Every outbound list of every warehouse."""
    wanted = read_filter(request.GET)
    listed = at_cursor(request, lambda cursor: outbound_rows(wanted, cursor))
    context = {
        "wanted": wanted,
        "page": listed,
        "rows": [(outbound, words.why(outbound)) for outbound in listed.rows],
        "pushes": PushState.choices,
        "tasks": TaskState.choices,
        "stores": stores(),
        "warehouses": warehouses(),
        "reasons": [(code, text.title) for code, text in GATE_TEXTS.items()],
        "filtered": wanted != OutboundFilter(),
    }
    return fragment_or_page(request, "web/outbound/list.html", context, fragment="web/outbound/list_rows.html")


@page(entitlement=Entitlement.WAREHOUSE_MANAGEMENT)
def outbound_page(request: MerchantRequest, outbound_id: int) -> HttpResponseBase:
    """One list: items, gates, receipts."""
    outbound = find_outbound(outbound_id)
    if outbound is None:
        raise Http404
    attempts = attempts_of([outbound.pk])
    said = what_it_said(outbound, attempts)
    context = {
        "outbound": outbound,
        "shown": shown_list(gated_lists([outbound])[0]),
        "attempts": attempts,
        "events": events_of_list(outbound),
        "said": said,
        "who": words.WHO[said.who] if said else "",
        "cut_off": cut_off(outbound),
        "twins": same_awb(outbound),
        "returns": returns_of([outbound.pk]),
        "may_come_back": may_come_back(outbound),
        "late": outbound.cancellation != "none",
        "race": races([outbound] if is_running(outbound) else []).get(outbound.pk),
        "return_expected": bool(expected_back([outbound])),
        **_flags(outbound),
    }
    return fragment_or_page(request, "web/outbound/page.html", context)


def _flags(outbound: Outbound) -> dict[str, words.Explained]:
    """What a person must settle about this list, in the words of the problems that it makes of its order."""
    cause = ProblemCause.CANCEL_REFUSED if outbound.cancellation == "refused" else ProblemCause.CANCEL_CONFLICT
    own = {
        "warehouse": outbound.warehouse.name,
        "reference": outbound.reference,
        "number": outbound.partner_number,
    }
    return {
        "flag": words.problem_words(cause, {**own, "reason": outbound.cancellation_reason}),
        "warning": words.problem_words(ProblemCause.PUSH_WARNING, {**own, "reason": outbound.push_warning}),
    }


PROBLEM_OF_OUTCOME = {kind.__name__: code for kind, code in CODES.items()}


def what_it_said(outbound: Outbound, attempts: Sequence[PushAttempt]) -> Text | None:
    """The last try at pushing in people's words, while it has not come to an end."""
    if outbound.push not in ("ready", "unknown", "rejected") or not attempts:
        return None
    last = attempts[-1]
    code = PROBLEM_OF_OUTCOME.get(last.outcome)
    can = capabilities_of(outbound)
    if code is None or can is None:
        return None
    message = gettext(last.message) if last.message else ""
    named = {"partner": can.title, "partner_code": last.code, "message": message, "exchange_id": last.exchange_id}
    return describe(code, {name: value for name, value in named.items() if value})


@page(get=Role.OPERATOR, entitlement=Entitlement.WAREHOUSE_MANAGEMENT)
def label_pdf(request: MerchantRequest, outbound_id: int) -> HttpResponseBase:
    """The label; it holds a name and an address, so viewers do not get it."""
    outbound, label = find_outbound(outbound_id), find_label(outbound_id)
    if outbound is None or label is None:
        raise Http404
    response = HttpResponse(bytes(label.content), content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="label-{outbound.reference}.pdf"'
    response["Cache-Control"] = "private, no-store"
    return response
