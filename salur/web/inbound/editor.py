"""Announcing goods: choose the warehouse, add its products singly, as text or from a spreadsheet, save or submit (R62).

Everything that is wrong is told line by line before anything is written, and what was typed stays in the form.
"""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext, ngettext

from salur.flows.inbound_push import submit_inbound
from salur.foundation.problems import Refusal
from salur.inbound.editing import (
    MOST_LINES,
    LinesRefused,
    ListRefused,
    change_draft,
    check_list,
    create_inbound_list,
    rules_of,
)
from salur.inbound.models import InboundList
from salur.inbound.queries import find_inbound, lines_of
from salur.orders.formats import FileRefused
from salur.orders.formats.messages import text_of
from salur.stock.models import Warehouse
from salur.stock.queries import find_warehouse
from salur.tenancy.models import Entitlement, Role
from salur.web.access import MerchantRequest, fragment_or_page, page, reading
from salur.web.acting import acting, refusal_text, tell_refusal
from salur.web.filters import row_id, word
from salur.web.pasted import TooManyRows, clean
from salur.web.spreadsheets import LARGEST, TYPES
from salur.web.words import told_words

from .places import capabilities_of, names_of, offered_products, places_for_goods, search_products
from .sheet import HeadForm, Sheet, head_of, row_of
from .sheets import template, text_of_file
from .typed import HEADER_WORDS, MOST_ROWS, Row, rows_of

NEEDS = Entitlement.WAREHOUSE_MANAGEMENT
EDITABLE = ("draft", "ready", "rejected")


@page(get=Role.OPERATOR, post=Role.OPERATOR, entitlement=NEEDS)
def inbound_new(request: MerchantRequest) -> HttpResponseBase:
    """Make a list; without a warehouse in the address it is asked for first."""
    with reading(request):
        places = places_for_goods()
        place = next((one for one in places if one.pk == row_id(request.GET, "warehouse")), None)
        if place is None and len(places) == 1:
            place = places[0]
    if place is None:
        wanted = word(request.GET, "msku")
        return fragment_or_page(request, "web/inbound/choose.html", {"places": places, "msku": wanted})
    if request.method == "POST":
        return _posted(request, place, None)
    first = Row(sku=word(request.GET, "msku"), focus="quantity") if "msku" in request.GET else Row(focus="sku")
    return _shown(request, Sheet(place, HeadForm(initial={"currency": request.merchant.currency}), [first]), None)


@page(get=Role.OPERATOR, post=Role.OPERATOR, entitlement=NEEDS)
def inbound_edit(request: MerchantRequest, inbound_id: int) -> HttpResponseBase:
    """Change a list that no warehouse has: a draft, one that waits, or one that was refused (R71)."""
    with reading(request):
        known = find_inbound(inbound_id)
        if known is None:
            raise Http404
        stored = [row_of(line) for line in lines_of([inbound_id]).get(inbound_id, [])]
    if known.push not in EDITABLE:
        tell_refusal(request, ListRefused(reference=known.reference))
        return redirect("web:inbound", inbound_id)
    if request.method == "POST":
        return _posted(request, known.warehouse, known)
    sheet = Sheet(known.warehouse, HeadForm(initial=head_of(known)))
    sheet.take_rows(stored)
    return _shown(request, sheet, known)


@page(get=Role.OPERATOR, entitlement=NEEDS)
def product_choice(request: MerchantRequest) -> HttpResponseBase:
    """Products of a warehouse while one types; without a script the form itself searches."""
    place_id = row_id(request.GET, "warehouse")
    place = find_warehouse(place_id) if place_id else None
    if place is None:
        raise Http404
    if not request.htmx:
        return redirect(f"{reverse('web:inbound_new')}?{urlencode({'warehouse': place.pk})}")
    search = word(request.GET, "q")
    context = {"found": search_products(place, search) if search else None, "search": search, "place": place}
    return fragment_or_page(request, "web/inbound/found.html", context)


@page(get=Role.OPERATOR, entitlement=NEEDS)
def inbound_template(request: MerchantRequest, kind: str) -> HttpResponseBase:
    """A spreadsheet to fill in."""
    if kind not in TYPES:
        raise Http404
    response = HttpResponse(template(kind), content_type=TYPES[kind])
    response["Content-Disposition"] = f'attachment; filename="salur-inbound.{kind}"'
    return response


# -- what a button does ---------------------------------------------------------------------------------------------


def _posted(request: MerchantRequest, place: Warehouse, known: InboundList | None) -> HttpResponseBase:
    sent = request.POST
    text = sent.get("lines", "").replace("\x00", "")
    sheet = Sheet(place, HeadForm(sent), rows_of(sent), text, search=word(sent, "q"))
    action, _colon, value = sent.get("action", "").partition(":")
    if action not in ("save", "submit"):
        _change(request, sheet, action, value)
        return _shown(request, sheet, known)
    made = _store(request, sheet, known, submit=action == "submit")
    if made is None:
        return _shown(request, sheet, known, status=422)
    _tell_stored(request, made)
    return redirect("web:inbound", made.pk)


def _change(request: MerchantRequest, sheet: Sheet, action: str, value: str) -> None:
    """Add or remove a line, or take in the text or the file."""
    room = True
    if action == "add":
        room = sheet.add(Row(sku=clean(value), focus="quantity"))
    elif action == "row" or (action == "enter" and not sheet.search):
        room = sheet.add(Row(focus="sku"))
    elif action == "remove" and value.isdecimal() and 0 < int(value) <= len(sheet.rows):
        del sheet.rows[int(value) - 1]
    elif action == "file":
        if _take_file(request, sheet):
            _take_text(request, sheet)
    elif action == "lines":
        _take_text(request, sheet)
    if not room:
        most = gettext("This table holds at most %(most)s lines. Put more of them into the box, one line each.")
        sheet.refused = most % {"most": MOST_ROWS}


def _take_file(request: MerchantRequest, sheet: Sheet) -> bool:
    """The uploaded file's lines go into the text, where they can be corrected; whether that went well."""
    upload = request.FILES.get("file")
    if upload is None:
        sheet.file_error = gettext("Choose a file first.")
        return False
    try:
        read = text_of_file(upload.read(LARGEST + 1))
    except FileRefused as refused:
        sheet.file_error = file_words(refused)
    except TooManyRows:
        sheet.file_error = gettext("A list holds at most %(most)s lines. Make several lists.") % {"most": MOST_LINES}
    else:
        sheet.text = f"{sheet.text.rstrip()}\n{read}" if sheet.text.strip() else read
        return True
    return False


def file_words(refused: FileRefused) -> str:
    """Why a spreadsheet cannot be read."""
    if refused.code == "unknown_header":
        told = gettext("The first row does not name the columns. Name them %(columns)s, or start from the template.")
        return told % {"columns": HEADER_WORDS}
    return text_of(refused)


def _take_text(request: MerchantRequest, sheet: Sheet) -> None:
    """Lines of the text that are all right become lines of the table; else it stays as it is, with what is wrong."""
    with reading(request):
        wanted, texts = sheet.lines()
        try:
            right = sheet.mark(check_list(sheet.place.pk, wanted), texts, rows_too=False)
        except ListRefused as refusal:
            sheet.refused = told_words(refusal_text(refusal))
            return
    if not right or not texts:
        return
    if sheet.take_text(texts):
        told = ngettext("%(n)s line was added.", "%(n)s lines were added.", len(texts))
    else:
        told = ngettext(
            "The %(n)s line is right. It stays here.", "All %(n)s lines are right. They stay here.", len(texts)
        )
    sheet.told = told % {"n": len(texts)}


def _store(request: MerchantRequest, sheet: Sheet, known: InboundList | None, *, submit: bool) -> InboundList | None:
    """Write the list, and submit it; None where something is wrong, which then stands in the sheet."""
    if request.FILES.get("file") is not None and not _take_file(request, sheet):
        return None
    wanted, texts = sheet.lines()
    head_right = sheet.head.is_valid()
    try:
        if not head_right or any(line.wrong for line in texts):
            with reading(request):
                sheet.mark(check_list(sheet.place.pk, wanted), texts)
            return None
        with acting(request, "inbound"):
            if known is None:
                made = create_inbound_list(sheet.place.pk, wanted, sheet.head.head())
            else:
                made = change_draft(known.pk, wanted, sheet.head.head())
            return submit_inbound(made.pk) if submit else made
    except LinesRefused as refusal:
        sheet.mark(refusal.results, texts)
    except ListRefused as refusal:
        sheet.refused = told_words(refusal_text(refusal))
    return None


def _tell_stored(request: MerchantRequest, made: InboundList) -> None:
    if made.push == "draft":
        told = gettext("The list is saved as a draft. The warehouse is told once you submit it.")
    elif made.account_id is None:
        told = gettext("The goods are announced. Enter here what has arrived.")
    else:
        told = gettext("The list is submitted. The warehouse is being told; its answer will be shown here.")
    messages.success(request, told)


# -- what is shown --------------------------------------------------------------------------------------------------


def _shown(request: MerchantRequest, sheet: Sheet, known: InboundList | None, *, status: int = 200) -> HttpResponseBase:
    with reading(request):
        names = names_of(row.sku for row in sheet.rows)
        for row in sheet.rows:
            row.name = names.get(row.sku, "")
        can = capabilities_of(sheet.place)
        context = {
            "sheet": sheet,
            "place": sheet.place,
            "known": known,
            "form": sheet.head,
            "found": search_products(sheet.place, sheet.search) if sheet.search else None,
            "search": sheet.search,
            "offered": offered_products(sheet.place),
            "cost_needed": bool(can and can.inbound_cost_required),
            "closed": _closed(sheet.place),
        }
    if not sheet.rows and not sheet.text.strip():
        sheet.rows = [Row()]
    return fragment_or_page(
        request, "web/inbound/edit.html", context, fragment="web/inbound/editor.html", status=status
    )


def _closed(place: Warehouse) -> str:
    """Why the warehouse takes no list any more; empty where it does."""
    try:
        rules_of(place.pk)
    except Refusal as refusal:
        return told_words(refusal_text(refusal))
    return ""
