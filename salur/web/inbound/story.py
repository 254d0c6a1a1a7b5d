"""What happened to an inbound list, in time order and in words, and what may be done with it now."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from salur.flows.causes import cause_words
from salur.flows.timeline import late_words
from salur.flows.told import actor_names, outcome_words
from salur.foundation.problems import Text, describe
from salur.foundation.problems.partner import CODES
from salur.inbound.models import InboundLine, InboundList, InboundPushAttempt, InboundReceipt, ReceiptKind
from salur.inbound.queries import InboundStory
from salur.inbound.states import ENDED, InboundCancellationState, InboundFlag, InboundPushState
from salur.tenancy.models import Transition
from salur.web import chips
from salur.web.orders.timeline import Event, called

from .places import capabilities_of

MACHINE_NAMES: Mapping[str, str | Promise] = {
    "inbound_push": _("Push"),
    "inbound_task": _("At the warehouse"),
    "inbound_cancellation": _("Cancellation"),
}
FLAG_CURES: Mapping[str, str | Promise] = {
    InboundFlag.OVER_RECEIVED: _("The pieces are in stock. Check with your supplier what was sent."),
    InboundFlag.TOTAL_FELL: _("The stock was not lowered by it. Ask the warehouse which figure is right."),
    InboundFlag.UNKNOWN_SKU: _("It is not in your stock. Ask the warehouse what it is."),
    InboundFlag.NO_QUANTITIES: _("The warehouse did not say how much arrived; a stock sync brings the figures."),
}
LOOKED_UP, CANCELLED = "lookup", "cancel"


@dataclass(frozen=True)
class Allowed:
    """What may be done with a list now."""

    submit: bool
    edit: bool
    delete: bool
    push_again: bool
    refresh: bool
    cancel: bool
    receive: bool


def allowed(row: InboundList) -> Allowed:
    """What the domain would not refuse, as the list stands."""
    draft, own = row.push == InboundPushState.DRAFT, row.account_id is None
    ended = row.push == InboundPushState.VOID or row.task in ENDED
    wished = row.cancellation in (InboundCancellationState.ASKED, InboundCancellationState.SENT)
    there = row.push == InboundPushState.PUSHED and not ended
    return Allowed(
        submit=draft,
        edit=row.push in (InboundPushState.DRAFT, InboundPushState.READY, InboundPushState.REJECTED),
        delete=draft,
        push_again=row.push == InboundPushState.REJECTED,
        refresh=not own and (there or row.push == InboundPushState.UNKNOWN),
        cancel=not draft and not ended and not wished,
        receive=own and there,
    )


SOON, LATER = 2, 10  # seconds


def looks_again(row: InboundList) -> int:
    """After how many seconds the page looks again; 0: nothing happens by itself any more."""
    under_way = (InboundPushState.READY, InboundPushState.PUSHING, InboundPushState.UNKNOWN)
    if row.push in under_way or (row.push == InboundPushState.DRAFT and row.autosubmit):
        return SOON
    if row.push != InboundPushState.PUSHED or row.task in ENDED or row.account_id is None:
        return 0
    wished = row.cancellation in (InboundCancellationState.ASKED, InboundCancellationState.SENT)
    return SOON if wished or row.task_next_at is None else LATER


def becomes_stock(row: InboundList) -> str:
    """When pieces that have arrived at a partner become stock, in a sentence; empty where nothing more will (A12)."""
    can = capabilities_of(row.warehouse)
    if can is None or row.push != InboundPushState.PUSHED or row.task in ENDED:
        return ""
    if can.received_when == "completed":
        return gettext("Pieces that have arrived come into stock when the warehouse has completed the list.")
    return gettext("Pieces come into stock as soon as the warehouse reports that they have arrived.")


def flag_words(flags: Iterable[str]) -> list[tuple[str, str]]:
    """(what is odd, what to do) for each flag."""
    known = dict(InboundFlag.choices)
    return [(str(known.get(flag, flag)), str(FLAG_CURES.get(flag, ""))) for flag in flags]


def why(row: InboundList) -> str:
    """Why a list is not where it should be, in a few words; empty when nothing is wrong."""
    if row.push == InboundPushState.DRAFT and row.autosubmit:
        return gettext("Waits until the warehouse has accepted its products")
    if row.push in (InboundPushState.REJECTED, InboundPushState.DRAFT) and row.push_error_code:
        return row.push_error_message or row.push_error_code
    if row.cancellation == InboundCancellationState.REFUSED:
        return gettext("The warehouse refused to cancel it")
    if row.flags:
        return flag_words(row.flags)[0][0]
    return row.warning or row.task_error_message


@dataclass(frozen=True)
class ShownLine:
    """A line with what is missing or too much of it: pieces that arrived, fit for sale or not, less those announced."""

    line: InboundLine
    difference: int

    @property
    def waiting(self) -> int:
        """Good pieces that have arrived and are not stock yet."""
        return max(0, self.line.arrived - self.line.received)

    @property
    def over(self) -> bool:
        """More arrived than was announced."""
        return self.difference > 0


def shown_lines(lines: Iterable[InboundLine]) -> list[ShownLine]:
    """Lines with their differences."""
    return [ShownLine(line, max(line.arrived, line.received) + line.damaged - line.quantity) for line in lines]


def what_it_said(row: InboundList, attempts: Sequence[InboundPushAttempt]) -> Text | None:
    """The last try at pushing in people's words, while it has not come to an end."""
    pushes = [a for a in attempts if a.kind != CANCELLED]
    open_states = (InboundPushState.READY, InboundPushState.UNKNOWN, InboundPushState.REJECTED)
    if row.push not in open_states or not pushes:
        return None
    return _explained(row, pushes[-1])


def what_it_said_to_cancelling(row: InboundList, attempts: Sequence[InboundPushAttempt]) -> Text | None:
    """The last try at cancelling in people's words, where the warehouse refused."""
    tries = [a for a in attempts if a.kind == CANCELLED]
    if row.cancellation != InboundCancellationState.REFUSED or not tries:
        return None
    return _explained(row, tries[-1])


_PROBLEM_OF_OUTCOME = {kind.__name__: code for kind, code in CODES.items()}


def _explained(row: InboundList, attempt: InboundPushAttempt) -> Text | None:
    code, can = _PROBLEM_OF_OUTCOME.get(attempt.outcome), capabilities_of(row.warehouse)
    if code is None or can is None:
        return None
    message = gettext(attempt.message) if attempt.message else ""
    named = {
        "partner": can.title,
        "partner_code": attempt.code,
        "message": message,
        "exchange_id": attempt.exchange_id,
    }
    return describe(code, {name: value for name, value in named.items() if value})


# -- the timeline ---------------------------------------------------------------------------------------------------


def timeline(story: InboundStory) -> list[Event]:
    """Creation, moves of every machine, tries, receipts and calls to the warehouse, oldest first."""
    row = story.inbound
    actors = [row.created_by, *(m.actor for m in story.moves), *(r.actor for r in story.receipts)]
    names = actor_names(actor for actor in actors if actor)
    events = [_created(row, names), *(_moved(move, names) for move in story.moves)]
    events += [_tried(attempt) for attempt in story.attempts]
    events += [_received(receipt, names) for receipt in story.receipts]
    events += [called(exchange) for exchange in story.exchanges]
    return sorted(events, key=lambda event: event.at)


def _created(row: InboundList, names: Mapping[str, str]) -> Event:
    title = gettext("Inbound list %(reference)s made for %(warehouse)s") % {
        "reference": row.reference,
        "warehouse": row.warehouse.name,
    }
    return Event(row.created_at, "info", "box", title, row.get_source_display(), names.get(row.created_by, ""))


def _moved(move: Transition, names: Mapping[str, str]) -> Event:
    tone, drawing = chips.look(move.machine, move.target)
    title = gettext("%(machine)s: %(origin)s → %(target)s") % {
        "machine": MACHINE_NAMES[move.machine],
        "origin": chips.label(move.machine, move.origin),
        "target": chips.label(move.machine, move.target),
    }
    words, _run = cause_words(move.cause)
    return Event(move.at, tone, drawing, title, words, names.get(move.actor, move.actor))


def _tried(attempt: InboundPushAttempt) -> Event:
    outcome = {"outcome": outcome_words(attempt.outcome)}
    if attempt.kind == LOOKED_UP:
        title, drawing = gettext("Looked up at the warehouse by reference: %(outcome)s") % outcome, "search"
    elif attempt.kind == CANCELLED:
        title, drawing = gettext("Asked the warehouse to cancel: %(outcome)s") % outcome, "stop"
    else:
        title, drawing = gettext("Sent to the warehouse: %(outcome)s") % outcome, "up"
    tone = "good" if attempt.outcome in ("pushed", "found", "accepted", "done") else "warn"
    said = " ".join(part for part in (attempt.code, attempt.message) if part)
    return Event(attempt.at, tone, drawing, title, late_words(said) if attempt.late else said)


def _received(receipt: InboundReceipt, names: Mapping[str, str]) -> Event:
    by = names.get(receipt.actor, receipt.actor)
    if receipt.kind != ReceiptKind.RECEIVED:
        title = gettext("%(what)s: %(sku)s, %(total)s in total") % {
            "what": receipt.get_kind_display(),
            "sku": receipt.sku,
            "total": receipt.total,
        }
        return Event(receipt.at, "warn", "alert", title, "", by)
    detail = ", ".join(part for part in (receipt.batch, _expiry(receipt)) if part)
    if receipt.pieces:
        told = ngettext("%(n)s piece of %(sku)s received", "%(n)s pieces of %(sku)s received", receipt.pieces)
        return Event(receipt.at, "good", "inbox", told % {"n": receipt.pieces, "sku": receipt.sku}, detail, by)
    told = ngettext("%(n)s piece of %(sku)s damaged", "%(n)s pieces of %(sku)s damaged", receipt.damaged)
    return Event(receipt.at, "warn", "alert", told % {"n": receipt.damaged, "sku": receipt.sku}, detail, by)


def _expiry(receipt: InboundReceipt) -> str:
    if receipt.expires_on is None:
        return ""
    return gettext("expires on %(day)s") % {"day": receipt.expires_on.isoformat()}
