"""Returns: the list, expecting many at once, and receiving one with a scanner or by hand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from salur.flows.returns import expect_return, lists_named, receive_return
from salur.flows.told import actor_names
from salur.foundation.problems import Refusal
from salur.returns.models import Return, ReturnLine, ReturnReason
from salur.returns.queries import find_return, lines_of, moves, return_page, sums_of
from salur.returns.states import OPEN, ReturnState
from salur.stock.queries import warehouses
from salur.tenancy.models import Entitlement, Role
from salur.web.access import MerchantRequest, fragment_or_page, page, reading
from salur.web.acting import acting, back_to, refusal_text, tell_refusal
from salur.web.filters import kept_text, row_id, word
from salur.web.paging import at_cursor
from salur.web.words import told_words

NEEDS = Entitlement.WAREHOUSE_MANAGEMENT
MOST = 500  # lines of a form


@page(entitlement=NEEDS)
def return_list(request: MerchantRequest) -> HttpResponseBase:
    """Every return, the latest first; a scanned number that means one return opens it."""
    warehouse_id, state, search = row_id(request.GET, "warehouse"), word(request.GET, "state"), word(request.GET, "q")
    listed = at_cursor(request, lambda cursor: return_page(warehouse_id, state, search, cursor))
    if search and len(listed.rows) == 1 and not request.htmx and "cursor" not in request.GET:
        return redirect("web:return", listed.rows[0].pk)
    sums = sums_of(row.pk for row in listed.rows)
    context = {
        "page": listed,
        "rows": [(row, *sums.get(row.pk, (0, 0, 0))) for row in listed.rows],
        "warehouses": warehouses(),
        "warehouse_id": warehouse_id,
        "state": state,
        "states": ReturnState.choices,
        "search": search,
        "filtered": bool(warehouse_id or state or search),
    }
    return fragment_or_page(request, "web/returns/list.html", context, fragment="web/returns/list_rows.html")


class ExpectForm(forms.Form):
    """Which lists come back, and where to."""

    numbers = forms.CharField(
        label=_("Orders"),
        help_text=_("One line each: order number, AWB number or outbound list. A scanner can fill it."),
        widget=forms.Textarea(attrs={"rows": 6, "spellcheck": "false", "autocapitalize": "off", "autofocus": True}),
    )
    warehouse = forms.TypedChoiceField(label=_("Goods come back to"), coerce=int, required=False, empty_value=None)
    reason = forms.ChoiceField(label=_("Reason"), choices=ReturnReason.choices)
    tracking = forms.CharField(label=_("Tracking number"), max_length=100, required=False)
    note = forms.CharField(label=_("Note"), max_length=500, required=False)


def _form(request: MerchantRequest) -> ExpectForm:
    with reading(request):
        places = [
            ("", gettext("The warehouse that sent them")),
            *((p.pk, p.name) for p in warehouses(active_only=True)),
        ]
    initial = {"numbers": word(request.GET, "number"), "reason": word(request.GET, "reason") or ReturnReason.BUYER}
    form = ExpectForm(request.POST if request.method == "POST" else None, initial=initial)
    field = form.fields["warehouse"]
    assert isinstance(field, forms.ChoiceField)  # noqa: S101  # declared so above
    field.choices = places
    return form


@page(get=Role.OPERATOR, post=Role.OPERATOR, entitlement=NEEDS)
def return_new(request: MerchantRequest) -> HttpResponseBase:
    """Expect the goods of one or many orders back; numbers that cannot be taken are told and stay."""
    form = _form(request)
    wrong: list[tuple[int, str]] = []
    if form.is_valid():
        made = _expect(request, form, wrong)
        if made:
            n = len(made)
            told = ngettext("%(n)s return is expected.", "%(n)s returns are expected.", n) % {"n": n}
            messages.success(request, told)
        if made and not wrong:
            return redirect("web:return", made[0].pk) if len(made) == 1 else redirect("web:returns")
    context = {"form": form, "wrong": wrong[:100], "more_wrong": max(0, len(wrong) - 100)}
    return fragment_or_page(request, "web/returns/new.html", context, status=422 if form.is_bound else 200)


def _expect(request: MerchantRequest, form: ExpectForm, wrong: list[tuple[int, str]]) -> list[Return]:
    typed = form.cleaned_data
    numbers = list(
        dict.fromkeys(line.strip() for line in typed["numbers"].replace("\x00", "").splitlines() if line.strip())
    )
    if len(numbers) > MOST:
        form.add_error(
            "numbers", gettext("At most %(most)s lines are taken at once. Divide the file.") % {"most": MOST}
        )
        return []
    with reading(request):
        named = lists_named(numbers)
    made: list[Return] = []
    kept: list[str] = []
    more = {name: typed[name] for name in ("reason", "tracking", "note")}
    for number in numbers:
        refusal = _unclear(number, named)
        for pk in named.get(number, []):
            try:
                with acting(request, "return"):
                    made.append(expect_return(pk, typed["warehouse"], **more))
            except Refusal as told:
                refusal = told_words(refusal_text(told))
        if refusal:
            kept.append(number)
            wrong.append((len(kept), refusal))
    form.data = {**{name: str(request.POST.get(name, "")) for name in form.fields}, "numbers": "\n".join(kept)}
    return made


def _unclear(number: str, named: Mapping[str, list[int]]) -> str:
    """Why a number means no list; empty where it does."""
    if number not in named:
        return gettext("No outbound list has this order number, AWB number or reference.")
    if not named[number]:
        return gettext("Orders of several stores have this number. Give the AWB number or the reference of the list.")
    return ""


@dataclass(frozen=True)
class TypedLine:
    """A line with the figures to show."""

    line: ReturnLine
    good: str
    damaged: str


@page(post=Role.OPERATOR, entitlement=NEEDS)
def return_page_view(request: MerchantRequest, return_id: int) -> HttpResponseBase:
    """One return: what is expected, what came; a POST enters what came so far, or closes it."""
    with reading(request):
        row = find_return(return_id)
        if row is None:
            raise Http404
        lines = lines_of(row)
    wrong = ""
    if request.method == "POST":
        wrong = _receive(request, row, lines)
        if not wrong:
            return back_to(request, reverse("web:return", args=[row.pk]))
    with reading(request):
        moved = moves(row)
        names = actor_names([*(move.actor for move in moved), row.created_by])
        context = {
            "row": row,
            "lines": [_typed(request, line) for line in lines],
            "open": row.state in OPEN,
            "waits": row.outbound.reserved,
            "wrong": wrong,
            "moves": [(move, names[move.actor]) for move in moved],
            "creator": names[row.created_by],
        }
    return fragment_or_page(request, "web/returns/return.html", context, status=422 if wrong else 200)


def _typed(request: MerchantRequest, line: ReturnLine) -> TypedLine:
    sent = request.POST
    return TypedLine(
        line, sent.get(f"good_{line.pk}", str(line.good)), sent.get(f"damaged_{line.pk}", str(line.damaged))
    )


def _receive(request: MerchantRequest, row: Return, lines: list[ReturnLine]) -> str:
    """Enter what was typed; answers what is wrong with it."""
    action = request.POST.get("action", "")
    totals: dict[int, tuple[int, int]] = {}
    for line in lines:
        figures = [_pieces(request.POST.get(f"{name}_{line.pk}", ""), before) for name, before in _before(line)]
        if action == "all":
            figures = [line.quantity - line.damaged, line.damaged]
        good, damaged = figures
        if good is None or damaged is None:
            return gettext("Give whole pieces in digits, for instance 120.")
        totals[line.pk] = good, damaged
    try:
        with acting(request, "return"):
            close, note = action == "close", kept_text(request.POST, "note")
            good_pieces = receive_return(row.pk, totals, close=close, note=note)
    except Refusal as refusal:
        if refusal.code in ("return_too_many", "return_less"):
            return told_words(refusal_text(refusal))
        tell_refusal(request, refusal)
        return ""
    if row.warehouse.account_id is None:
        told = ngettext("%(n)s piece is in stock again.", "%(n)s pieces are in stock again.", good_pieces)
    else:
        told = ngettext(
            "%(n)s piece is on record. The partner’s stock sync brings it into stock.",
            "%(n)s pieces are on record. The partner’s stock sync brings them into stock.",
            good_pieces,
        )
    messages.success(request, told % {"n": good_pieces})
    return ""


def _before(line: ReturnLine) -> list[tuple[str, int]]:
    return [("good", line.good), ("damaged", line.damaged)]


def _pieces(text: str, before: int) -> int | None:
    tidy = text.strip()
    if not tidy:
        return before
    return int(tidy) if tidy.isascii() and tidy.isdecimal() and len(tidy) < 10 else None
