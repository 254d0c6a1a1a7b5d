"""Transfers: the list, drafting and changing one, and what a transfer's buttons do."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import redirect
from django.utils.translation import gettext

from salur.flows.told import actor_names
from salur.flows.transfers import call_off, send_transfer, settle_transfer
from salur.foundation.problems import Refusal
from salur.inbound.editing import LinesRefused
from salur.stock.queries import warehouses
from salur.tenancy.models import Entitlement, Role
from salur.transfers.editing import cancel_draft, change_draft, create_transfer
from salur.transfers.models import Transfer, TransferLine
from salur.transfers.queries import find_transfer, lines_of, moves, sums_of, transfer_page
from salur.transfers.states import TransferState
from salur.web.access import MerchantRequest, fragment_or_page, page, reading
from salur.web.acting import acting, refusal_text, tell_refusal
from salur.web.filters import kept_text, row_id, word
from salur.web.inbound.places import places_for_goods
from salur.web.inbound.typed import words_of
from salur.web.paging import at_cursor
from salur.web.spreadsheets import TYPES, written
from salur.web.words import told_words

from .forms import TransferForm, initial_of

NEEDS = Entitlement.WAREHOUSE_MANAGEMENT
Wrong = list[tuple[int, str]]


@page(entitlement=NEEDS)
def transfer_list(request: MerchantRequest) -> HttpResponseBase:
    """Every transfer, the latest first."""
    warehouse_id, state, search = row_id(request.GET, "warehouse"), word(request.GET, "state"), word(request.GET, "q")
    listed = at_cursor(request, lambda cursor: transfer_page(warehouse_id, state, search, cursor))
    sums = sums_of(row.pk for row in listed.rows)
    context = {
        "page": listed,
        "rows": [(row, sums.get(row.pk, {})) for row in listed.rows],
        "warehouses": warehouses(),
        "warehouse_id": warehouse_id,
        "state": state,
        "states": TransferState.choices,
        "search": search,
        "filtered": bool(warehouse_id or state or search),
    }
    return fragment_or_page(request, "web/transfers/list.html", context, fragment="web/transfers/list_rows.html")


@page(get=Role.OPERATOR, post=Role.OPERATOR, entitlement=NEEDS)
def transfer_new(request: MerchantRequest) -> HttpResponseBase:
    """Draft a transfer; wrong lines are told by number and nothing is saved."""
    with reading(request):
        sources, targets = warehouses(), places_for_goods()
    initial = {"source": row_id(request.GET, "source"), "target": row_id(request.GET, "target")}
    form: TransferForm = TransferForm(initial=initial, sources=sources, targets=targets)
    wrong: Wrong = []
    if request.method == "POST":
        sent = TransferForm.sent(request, sources=sources, targets=targets)
        assert isinstance(sent, TransferForm)  # noqa: S101  # made by its own class
        form = sent
        made = _store(request, form, None, wrong) if form.is_valid() else None
        if made is not None:
            return redirect("web:transfer", made.pk)
    return _edit_page(request, form, None, wrong)


@page(get=Role.OPERATOR, post=Role.OPERATOR, entitlement=NEEDS)
def transfer_edit(request: MerchantRequest, transfer_id: int) -> HttpResponseBase:
    """Change a draft."""
    row = _found(request, transfer_id)
    if row.state != TransferState.DRAFT:
        return redirect("web:transfer", transfer_id)
    wrong: Wrong = []
    if request.method == "POST":
        sent = TransferForm.sent(request, known=row)
        assert isinstance(sent, TransferForm)  # noqa: S101  # made by its own class
        if sent.is_valid() and _store(request, sent, row, wrong) is not None:
            return redirect("web:transfer", transfer_id)
        return _edit_page(request, sent, row, wrong)
    with reading(request):
        form = TransferForm(initial=initial_of(row, lines_of(row)), known=row)
    return _edit_page(request, form, row, wrong)


def _edit_page(request: MerchantRequest, form: TransferForm, row: Transfer | None, wrong: Wrong) -> HttpResponseBase:
    context = {"form": form, "row": row, "wrong": wrong[:100], "more_wrong": max(0, len(wrong) - 100)}
    status = 422 if form.is_bound else 200
    return fragment_or_page(request, "web/transfers/edit.html", context, status=status)


def _store(request: MerchantRequest, form: TransferForm, row: Transfer | None, wrong: Wrong) -> Transfer | None:
    wanted = form.wanted()
    if form.errors:
        return None
    typed = form.cleaned_data
    try:
        with acting(request, "transfer"):
            if row is not None:
                return change_draft(row.pk, wanted, form.head())
            return create_transfer(typed["source"], typed["target"], wanted, form.head())
    except LinesRefused as refusal:
        wrong += [(one.number, words_of(p)) for one in refusal.results for p in one.problems]
    except Refusal as refusal:
        form.add_error(None, told_words(refusal_text(refusal)))
    return None


def _found(request: MerchantRequest, transfer_id: int) -> Transfer:
    with reading(request):
        row = find_transfer(transfer_id)
    if row is None:
        raise Http404
    return row


@page(entitlement=NEEDS)
def transfer_page_view(request: MerchantRequest, transfer_id: int) -> HttpResponseBase:
    """One transfer: where its pieces are, what happened."""
    row = _found(request, transfer_id)
    with reading(request):
        lines, moved = lines_of(row), moves(row)
        names = actor_names([*(move.actor for move in moved), row.created_by])
        left = row.state != TransferState.DRAFT and row.sent_at is not None
        context = {
            "row": row,
            "lines": lines,
            "left": left,
            "missing": sum(line.under_way for line in lines) if left else 0,
            "moves": [(move, names[move.actor]) for move in moved],
            "creator": names[row.created_by],
            "draft": row.state == TransferState.DRAFT,
            "under_way": row.state in (TransferState.SENT, TransferState.RECEIVING),
            "settle": row.state == TransferState.SHORT
            or (row.state in (TransferState.SENT, TransferState.RECEIVING) and row.inbound_id is None),
        }
    return fragment_or_page(request, "web/transfers/transfer.html", context)


@page(post=Role.OPERATOR, entitlement=NEEDS)
def transfer_act(request: MerchantRequest, transfer_id: int) -> HttpResponseBase:
    """Send, cancel the draft, call off, settle what is missing."""
    row = _found(request, transfer_id)
    here = redirect("web:transfer", transfer_id)
    if request.method != "POST":
        return here
    try:
        with acting(request, "transfer"):
            told = _carry_out(row, request)
    except LinesRefused as refusal:
        tell_refusal(request, refusal)
        return redirect("web:transfer_edit", transfer_id)
    except Refusal as refusal:
        tell_refusal(request, refusal)
    else:
        if told:
            messages.success(request, told)
    return here


def _carry_out(row: Transfer, request: MerchantRequest) -> str:
    """Do it (inside a scope); answers what to tell."""
    action, reason = request.POST.get("action", ""), kept_text(request.POST, "reason")
    if action == "send":
        send_transfer(row.pk)
        return gettext("The goods are on their way. They have left the stock of %(name)s.") % {"name": row.source.name}
    if action == "cancel":
        cancel_draft(row.pk)
        return gettext("The transfer is cancelled. Nothing had left.")
    if action == "call_off":
        done = call_off(row.pk, reason)
        if done.state == TransferState.SHORT:
            return gettext("The target expects it no more. Say now where the pieces are.")
        return gettext("The warehouse is being asked to cancel the list. Its answer will be shown here.")
    if action == "settle":
        lines = lines_of(row)
        settle_transfer(row.pk, _typed(lines, request.POST, "back"), _typed(lines, request.POST, "lost"), reason)
        return gettext("Settled.")
    return ""


def _typed(lines: list[TransferLine], sent: QueryDict, name: str) -> dict[int, int]:
    """Pieces by line; what is no number counts as more than can be, so that it is refused and not lost."""
    found = {}
    for line in lines:
        text = sent.get(f"{name}_{line.pk}", "").strip() or "0"
        right = text.isascii() and text.isdecimal() and len(text) < 10
        found[line.pk] = int(text) if right else line.quantity + 1
    return found


@page(get=Role.OPERATOR, entitlement=NEEDS)
def transfer_template(request: MerchantRequest, kind: str) -> HttpResponseBase:
    """A spreadsheet to fill in."""
    if kind not in TYPES:
        raise Http404
    rows = [["msku", "quantity", "cost"], ["TEA-250", "120", "18.50"], ["CUP-WHITE", "48", ""]]
    response = HttpResponse(written(kind, rows, "transfer"), content_type=TYPES[kind])
    response["Content-Disposition"] = f'attachment; filename="salur-transfer.{kind}"'
    return response
