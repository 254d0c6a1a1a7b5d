"""The ledger behind each figure: what moved it, when, because of what, and what makes it up now (R133)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from django.http import Http404, HttpResponseBase
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext, pgettext
from django.utils.translation import gettext_lazy as _

from salur.flows.told import actor_names
from salur.inbound.arriving import arriving_page
from salur.inbound.queries import links_of_lists, links_of_receipts
from salur.outbound.holding import holding_page
from salur.outbound.queries import outbound_links
from salur.returns.queries import links_of_receipts as links_of_receipts_back
from salur.stock.adjust import reason_label
from salur.stock.cover import NONE, days_of_cover, sales_of
from salur.stock.history import (
    After,
    MovementFilter,
    balances_after,
    disputing_line,
    every_movement,
    movement_page,
    within_days,
)
from salur.stock.messages import explain
from salur.stock.models import Balance, Movement, MovementCause
from salur.stock.queries import find_balance
from salur.tenancy.models import Entitlement
from salur.transfers.queries import links_of_moves
from salur.web.access import MerchantRequest, fragment_or_page, page
from salur.web.filters import word
from salur.web.paging import at_cursor

from .files import KINDS, Row, file_answer

FIGURES: dict[str, str | Promise] = {
    "on_hand": _("On hand"),
    "reserved": _("Reserved"),
    "free": _("Free"),
    "incoming": _("Incoming"),
    "disputed": _("Disputed"),
}
ABOUT_A_LIST = (MovementCause.RESERVE, MovementCause.RELEASE, MovementCause.SHIP)
ANNOUNCED = (MovementCause.EXPECT, MovementCause.UNEXPECT)
AT_ONCE = 20  # lists that explain a figure; the rest is a link away


@dataclass(frozen=True)
class ShownMovement:
    """A line of the ledger with what it belongs to: (list, reference, order, number) or (inbound list, reference)."""

    row: Movement
    after: After | None
    by: str
    outbound: tuple[int, str, int, str] | None = None
    inbound: tuple[int, str] | None = None
    transfer: tuple[int, str] | None = None
    back: tuple[int, str] | None = None

    @property
    def note(self) -> str:
        """Why a person changed it, in words."""
        return ": ".join(part for part in (reason_label(self.row.reason), self.row.note) if part)


def _found(balance_id: int) -> Balance:
    balance = find_balance(balance_id)
    if balance is None:
        raise Http404
    return balance


def _filter(request: MerchantRequest) -> MovementFilter:
    query = request.GET
    figure, cause = word(query, "figure"), word(query, "cause")
    zone = timezone.get_current_timezone()
    figure = figure if figure in FIGURES else ""
    return within_days(figure, cause, word(query, "since"), word(query, "until"), zone)


@page(entitlement=Entitlement.WAREHOUSE_MANAGEMENT)
def movement_list(request: MerchantRequest, balance_id: int) -> HttpResponseBase:
    """What moved a figure, line by line, and what makes it up now."""
    balance, wanted = _found(balance_id), _filter(request)
    listed = at_cursor(request, lambda cursor: movement_page(balance, wanted, cursor))
    sales = sales_of([balance.pk]).get(balance.pk, NONE)
    context = {
        "balance": balance,
        "free": balance.free,
        "cover": days_of_cover(balance.free, sales),
        "sales": sales,
        "figures": FIGURES.items(),
        "figure": wanted.figure,
        "causes": MovementCause.choices,
        "cause": wanted.cause,
        "since": word(request.GET, "since"),
        "until": word(request.GET, "until"),
        "filtered": bool(wanted.cause or wanted.since or wanted.until),
        "page": listed,
        "rows": shown(listed.rows, balances_after(balance, listed.rows)),
        **_makes_up(balance, wanted.figure),
    }
    return fragment_or_page(request, "web/stock/movements.html", context)


def _makes_up(balance: Balance, figure: str) -> dict[str, object]:
    """What explains the figure as it stands: lists that hold pieces, lists that bring some, the sync that disputes."""
    if figure == "reserved":
        return {"holding": holding_page(balance, None, AT_ONCE).rows, "most": AT_ONCE}
    if figure == "incoming":
        return {"arriving": arriving_page(balance, None, AT_ONCE).rows, "most": AT_ONCE}
    if figure == "disputed" and (line := disputing_line(balance)):
        return {"disputing": line, "explained": explain(line)}
    return {}


def shown(rows: Sequence[Movement], after: Mapping[int, After]) -> list[ShownMovement]:
    """Movements with what caused them; a constant number of statements."""
    lists = outbound_links(row.cause_id for row in rows if row.cause in ABOUT_A_LIST)
    receipts = links_of_receipts(row.cause_id for row in rows if row.cause == MovementCause.RECEIVE)
    announced = links_of_lists(row.cause_id for row in rows if row.cause in ANNOUNCED)
    sent = links_of_moves(row.cause_id for row in rows if row.cause == MovementCause.TRANSFER)
    back = links_of_receipts_back(row.cause_id for row in rows if row.cause == MovementCause.RETURN)
    names = actor_names(row.actor for row in rows)
    told = []
    for row in rows:
        arrival = receipts.get(row.cause_id) if row.cause == MovementCause.RECEIVE else None
        if row.cause in ANNOUNCED and row.cause_id in announced:
            arrival = (row.cause_id, announced[row.cause_id])
        outbound = lists.get(row.cause_id) if row.cause in ABOUT_A_LIST else None
        transfer = sent.get(row.cause_id) if row.cause == MovementCause.TRANSFER else None
        came_back = back.get(row.cause_id) if row.cause == MovementCause.RETURN else None
        told.append(ShownMovement(row, after.get(row.pk), names[row.actor], outbound, arrival, transfer, came_back))
    return told


@page(entitlement=Entitlement.WAREHOUSE_MANAGEMENT)
def movement_file(request: MerchantRequest, balance_id: int, kind: str) -> HttpResponseBase:
    """Exactly the lines that the page's filter shows, as a file."""
    balance, wanted = _found(balance_id), _filter(request)
    if kind not in KINDS:
        raise Http404

    def rows() -> Iterator[Row]:
        yield _header()
        for lines in every_movement(balance, wanted):
            after = {row.pk: figures for row, figures in lines if figures}
            yield from (_cells(one) for one in shown([row for row, _ in lines], after))

    return file_answer(request, rows, kind, f"stock-{balance.pk}-movements", gettext("Movements"))


def _header() -> Row:
    figures = [str(FIGURES[name]) for name in ("on_hand", "reserved", "incoming", "disputed")]
    after = [gettext("%(figure)s after") % {"figure": figure} for figure in (figures[0], figures[1])]
    by = pgettext("who did it", "By")
    return [gettext("Time"), gettext("Cause"), gettext("Because of"), *figures, *after, by, gettext("Note")]


def _cells(one: ShownMovement) -> Row:
    row, after = one.row, one.after
    named = one.outbound or one.inbound or one.transfer or one.back
    because = named[1] if named else str(row.cause_id)
    return [
        timezone.localtime(row.at).strftime("%Y-%m-%d %H:%M:%S"),
        row.get_cause_display(),
        because,
        row.d_on_hand,
        row.d_reserved,
        row.d_incoming,
        row.d_disputed,
        after.on_hand if after else "",
        after.reserved if after else "",
        one.by,
        one.note,
    ]
