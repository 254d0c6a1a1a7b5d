"""Many parcels shipped by hand at once: a table of references or order numbers with AWB numbers, typed or as a file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from salur.flows.hand_over import Parcel, ship
from salur.orders.formats import FileRefused
from salur.orders.formats.table import BadRow, plain_name
from salur.outbound.floor import STAGES, lists_named
from salur.outbound.models import Outbound
from salur.tenancy.models import Entitlement, Role
from salur.web.access import MerchantRequest, fragment_or_page, page, reading
from salur.web.acting import acting
from salur.web.inbound.editor import file_words
from salur.web.pasting import TableForm
from salur.web.spreadsheets import LARGEST, TYPES, as_typed, read_table, safe_cell, written

from .chosen import MOST, chosen_ids, held_words

NEEDS = Entitlement.WAREHOUSE_MANAGEMENT
COLUMNS = ("reference", "order", "awb", "courier", "order_id")
NAMES = ("reference", "order_id", "order")  # what a line may name its list by, the surest first


class ShipForm(TableForm):
    """The table, typed or as a file."""

    lines_help = _("One line each: reference or order number, AWB number, courier.")


@dataclass(frozen=True)
class Line:
    """One line of the table: which list, by its reference or its order's number, and its parcel."""

    number: int
    name: str
    awb: str
    courier: str


@page(get=Role.OPERATOR, post=Role.OPERATOR, entitlement=NEEDS)
def ship_many(request: MerchantRequest) -> HttpResponseBase:
    """The form, begun with the chosen lists; a POST ships the lines that are right and gives back the others."""
    if request.method != "POST":
        chosen = chosen_ids(request.GET)
        text = "\n".join(f"{row.reference}, {row.awb}, {row.courier}" for row in lists_named(ids=chosen))
        return _page(request, ShipForm(initial={"lines": text}), [])
    form = ShipForm(request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, form, [], 422)
    try:
        lines = _read(form.cleaned_data)
    except FileRefused as refused:
        form.add_error("file", file_words(refused))
        return _page(request, form, [], 422)
    if not lines or len(lines) > MOST:
        form.add_error(
            "lines",
            gettext("At most %(most)s lines are taken at once. Divide the file.") % {"most": MOST}
            if lines
            else gettext("There is no line. Choose a file, or type the lines here."),
        )
        return _page(request, form, [], 422)
    return _ship(request, lines)


def _ship(request: MerchantRequest, lines: Sequence[Line]) -> HttpResponse:
    with reading(request):
        rows = lists_named(names=[line.name for line in lines])
    by_name = _by_name(rows)
    wrong = [
        (line, gettext("No list of an own warehouse that is ready has this reference or order number."))
        for line in lines
        if line.name not in by_name
    ]
    first: dict[int, Line] = {}
    for line in lines:
        row_ = by_name.get(line.name)
        if row_ is not None and first.setdefault(row_.pk, line) is not line:
            wrong.append((line, gettext("This list stands in another line already.")))
    with acting(request, "floor"):
        walked = ship([Parcel(i, line.awb, line.courier) for i, line in first.items()])
    wrong += [(first[i], held_words(held)) for i, held in walked.held.items()]
    n = len(walked.done)
    if n:
        messages.success(request, ngettext("%(n)s parcel shipped.", "%(n)s parcels shipped.", n) % {"n": n})
    if not wrong:
        return redirect("web:floor")
    wrong.sort(key=lambda pair: pair[0].number)
    left = "\n".join(f"{line.name}, {line.awb}, {line.courier}" for line, _why in wrong)
    return _page(request, ShipForm(initial={"lines": left}), [(line.number, why) for line, why in wrong], 422)


def _by_name(rows: Sequence[Outbound]) -> dict[str, Outbound]:
    """Lists by reference, and by an order's number where it means one list: two stores may have a number each."""
    meant: dict[str, list[Outbound]] = {}
    for row in rows:
        for name in row.order.names:
            meant.setdefault(name, []).append(row)
    return {name: same[0] for name, same in meant.items() if len(same) == 1} | {row.reference: row for row in rows}


def _page(
    request: MerchantRequest, form: ShipForm, wrong: Sequence[tuple[int, str]], status: int = 200
) -> HttpResponse:
    context = {"form": form, "wrong": wrong[:100], "more_wrong": max(0, len(wrong) - 100)}
    return fragment_or_page(request, "web/floor/ship.html", context, status=status)


def _read(cleaned: dict[str, Any]) -> list[Line]:
    typed = [_split(text) for text in cleaned["lines"].replace("\x00", "").splitlines() if text.strip()]
    rows = [(cells[0], cells[1], cells[2]) for cells in typed]
    upload = cleaned.get("file")
    if upload is not None:
        rows += _rows_of(upload.read(LARGEST + 1))
    return [Line(i, name, awb, courier) for i, (name, awb, courier) in enumerate(rows, 1)]


def _split(text: str) -> tuple[str, str, str]:
    separator = next((mark for mark in ("\t", ";", ",") if mark in text), ",")
    cells = [cell.strip() for cell in text.split(separator, 2)]
    cells += [""] * (3 - len(cells))
    return cells[0], cells[1], cells[2]


def _score(names: Sequence[str]) -> int:
    return sum(plain_name(name) in COLUMNS for name in names)


def _rows_of(content: bytes) -> list[tuple[str, str, str]]:
    table = read_table(content, _score)
    at = {plain_name(name): i for i, name in enumerate(table.names)}
    if "awb" not in at or not set(NAMES) & at.keys():
        raise FileRefused("unknown_header", {"found": ", ".join(table.names)[:200]})
    found = []
    for _number, row in table.rows:
        cells = row.cells if isinstance(row, BadRow) else row
        named = {name: as_typed(cells[i].strip()) for name, i in at.items() if i < len(cells)}
        if any(named.values()):
            name = next(filter(None, map(named.get, NAMES)), "")
            found.append((name, named.get("awb", ""), named.get("courier", "")))
        if len(found) > MOST:
            break
    return found


@page(get=Role.OPERATOR, entitlement=NEEDS)
def ship_template(request: MerchantRequest, kind: str) -> HttpResponse:
    """The table to fill in: what is packed, with the numbers that are known."""
    if kind not in TYPES:
        raise Http404
    rows = lists_named(stage=STAGES["packed"])
    cells = ([row.reference, row.order.shown, row.awb, row.courier, row.order.external_id] for row in rows)
    table = [list(COLUMNS), *([safe_cell(cell) for cell in line] for line in cells)]
    response = HttpResponse(written(kind, table, "shipping"), content_type=TYPES[kind])
    response["Content-Disposition"] = f'attachment; filename="shipping.{kind}"'
    return response
