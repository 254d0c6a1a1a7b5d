"""An order's history in one order of time: sights, moves, tries, calls, messages, notes, and who did what (issue 6, 7).

The page and the API tell the same events in the same words. The number of statements does not grow with the history.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import TextChoices
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.timezone import localtime
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from salur.integrations.models import ExchangeRecord, WebhookDelivery
from salur.integrations.queries import exchanges_about, messages_about
from salur.orders.desk import notes_of
from salur.orders.models import HoldReason, NoteKind, Order, OrderNote, OrderSource
from salur.orders.states import OrderState
from salur.outbound.models import Outbound, PushAttempt
from salur.outbound.queries import attempts_of
from salur.outbound.states import CancellationState, ConfirmationState, Look, PushState, ShipmentState, TaskState
from salur.returns.queries import returns_of_order
from salur.tenancy.models import AuditEntry, Transition
from salur.tenancy.queries import acts_on, moves_of

from .causes import cause_words
from .told import actor_names, outcome_words

STORE, HUB, WAREHOUSE, PERSON = "store", "hub", "warehouse", "person"
SIDES: Mapping[str, str | Promise] = {STORE: _("Store"), HUB: "Salur", WAREHOUSE: _("Warehouse"), PERSON: _("Person")}
"""Who an event of the timeline came from."""


@dataclass(frozen=True, slots=True)
class Event:
    """One line of the timeline, in the reader's words.

    ``kind``: a machine (order, push, task ...), ``seen``, ``made``, ``attempt``, ``look``, ``call``, ``message``,
    ``note`` or ``act``. ``target``: the state moved to, how a try or look ended, or which note or act it is.
    """

    at: datetime
    kind: str
    side: str
    title: str
    detail: str = ""
    actor: str = ""
    by: str = ""
    origin: str = ""
    target: str = ""
    cause: str = ""
    said: str = ""
    outbound_id: int | None = None
    run_id: int | None = None
    exchange: ExchangeRecord | None = None
    message_id: int | None = None


@dataclass(frozen=True, slots=True)
class _Told:
    """A machine of an order: its kind, its name and the names of its states."""

    kind: str
    name: str | Promise
    states: type[TextChoices]

    def label(self, state: str) -> str:
        """The state's name; one that nobody listed as it is."""
        return str(dict(self.states.choices).get(state, state))


MACHINES: Mapping[str, _Told] = {
    "orders_order": _Told("order", _("Order status"), OrderState),
    "outbound_push": _Told("push", _("Push"), PushState),
    "outbound_task": _Told("task", _("At the warehouse"), TaskState),
    "outbound_shipment": _Told("shipment", _("Shipment at the store"), ShipmentState),
    "outbound_cancellation": _Told("cancellation", _("Cancellation"), CancellationState),
    "outbound_confirmation": _Told("confirmation", _("Confirmation at the store"), ConfirmationState),
}

ACTS: Mapping[str, str | Promise] = {
    "order.entered": _("Entered by hand"),
    "order.address_corrected": _("Address corrected by hand"),
    "order.address_of_store": _("Address left to the store again"),
    "order.moved": _("Move to another warehouse"),
    "order.sent_anew": _("Send it after all"),
    "order.accept": _("Accept order"),
    "order.cancel": _("Cancel at the store"),
    "order.agree": _("Accept the cancellation"),
    "order.disagree": _("Refuse the cancellation"),
    "outbound.split": pgettext_lazy("verb: over warehouses", "Split"),
    "outbound.merged": _("Into one parcel"),
    "outbound.parted": _("Own parcels again"),
    "outbound.arrange_asked": _("Arrange shipment"),
    "outbound.label": _("AWB number and label by hand"),
    "outbound.push_again": _("Push again"),
    "outbound.refresh_asked": _("Refresh status"),
    "outbound.stop_asked": _("Stop at the warehouse"),
    "outbound.settled": _("Settled"),
    "outbound.warning_settled": _("Settled"),
    "outbound.short": _("Missing on the shelf"),
    "exchange.done_again": _("Do it again"),
    "message.judged_again": _("Judge it again"),
    "return.expected": _("Return expected"),
    "return.received": _("Return received"),
}
"""What people and rules did that no move and no note of the order tells, by the audit's name for it."""


def timeline(order: Order, outbounds: Sequence[Outbound]) -> list[Event]:
    """Everything that is known to have happened to an order and these lists of it, oldest first (inside a scope)."""
    ids = [one.pk for one in outbounds]
    subjects = [order.external_id, *(o.reference for o in outbounds), *(o.partner_number for o in outbounds)]
    moves = moves_of([("orders_order", [order.pk])] + [(m, ids) for m in MACHINES if m != "orders_order" and ids])
    notes, messages = notes_of(order.pk), messages_about(subjects)
    acts = [act for act in acts_on(_subjects(order.pk, ids, messages)) if act.action in ACTS]
    names = actor_names([*(m.actor for m in moves), *(n.actor for n in notes), *(a.actor for a in acts)])
    events = [_first_sight(order), *(_created(o) for o in outbounds)]
    events += [_moved(move, names) for move in moves]
    events += [_noted(note, names) for note in notes]
    events += [_done(act, names) for act in acts]
    events += [_looked(one) for one in outbounds if one.looked_at is not None or one.look_failed_since is not None]
    events += [_tried(attempt) for attempt in attempts_of(ids)]
    events += [called(exchange) for exchange in exchanges_about(subjects)]
    events += [_heard(message) for message in messages]
    return sorted(events, key=lambda event: event.at)


def _subjects(order_id: int, list_ids: Sequence[int], messages: Sequence[WebhookDelivery]) -> list[str]:
    """What the audit calls the order and what belongs to it."""
    own = {"outbound": list_ids, "message": [m.pk for m in messages]}
    own["return"] = [one.pk for one in returns_of_order(order_id)]
    return [f"order:{order_id}", *(f"{kind}:{one}" for kind, ids in own.items() for one in ids)]


def _first_sight(order: Order) -> Event:
    status = MACHINES["orders_order"].label(order.first_status)
    title = gettext("The order reached Salur as “%(status)s”") % {"status": status}
    side = STORE if order.source == OrderSource.SYNC else PERSON
    source = str(OrderSource(order.source).label)
    return Event(order.first_seen_at, "seen", side, title, source, target=order.first_status)


def _created(outbound: Outbound) -> Event:
    title = gettext("Outbound list %(reference)s made for %(warehouse)s") % {
        "reference": outbound.reference,
        "warehouse": outbound.warehouse.name,
    }
    return Event(outbound.created_at, "made", HUB, title, outbound_id=outbound.pk)


def _looked(outbound: Outbound) -> Event:
    """The last look at the store before the push."""
    at = outbound.look_failed_since or outbound.looked_at or outbound.created_at
    title = gettext("The store was asked before the push: %(outcome)s") % {"outcome": Look(outbound.look).label}
    return Event(at, "look", HUB, title, outbound_id=outbound.pk, target=outbound.look)


def _moved(move: Transition, names: Mapping[str, str]) -> Event:
    told = MACHINES[move.machine]
    title = gettext("%(machine)s: %(origin)s → %(target)s") % {
        "machine": told.name,
        "origin": told.label(move.origin),
        "target": told.label(move.target),
    }
    words, run_id = cause_words(move.cause)
    return Event(
        move.at,
        told.kind,
        _side_of(move.actor, {"order": STORE, "task": WAREHOUSE}.get(told.kind, HUB)),
        title,
        words,
        move.actor,
        names[move.actor],
        origin=move.origin,
        target=move.target,
        cause=move.cause,
        outbound_id=None if told.kind == "order" else move.subject_id,
        run_id=run_id,
    )


def _side_of(actor: str, otherwise: str = HUB) -> str:
    """A person or token acted; or the word of store or warehouse was taken over, or the hub went on by itself."""
    return PERSON if actor.startswith(("user:", "token:")) else otherwise


def _noted(note: OrderNote, names: Mapping[str, str]) -> Event:
    """What a person, or a rule, put on the order."""
    title, detail = str(NoteKind(note.kind).label), note.text
    if note.kind == NoteKind.HELD:
        reason = dict(HoldReason.choices).get(note.detail.get("reason", ""), "")
        title = gettext("Held: %(reason)s") % {"reason": reason}
        if until := note.detail.get("until"):
            at = date_format(localtime(datetime.fromisoformat(until)), "SHORT_DATETIME_FORMAT")
            detail = gettext("until %(time)s. %(note)s") % {"time": at, "note": note.text}
    elif note.kind == NoteKind.RELEASED and note.detail.get("by_time"):
        detail = gettext("Its time had come.")
    elif note.kind in (NoteKind.TAGGED, NoteKind.UNTAGGED):
        detail = ", ".join(note.detail.get("tags", []))
    side = _side_of(note.actor)
    return Event(note.at, "note", side, title, detail, note.actor, names[note.actor], target=note.kind)


def _done(act: AuditEntry, names: Mapping[str, str]) -> Event:
    kind, _colon, number = act.subject.partition(":")
    told = _act_detail(act.detail)
    return Event(
        act.at,
        "act",
        _side_of(act.actor),
        str(ACTS[act.action]),
        told,
        act.actor,
        names[act.actor],
        target=act.action,
        outbound_id=int(number) if kind == "outbound" else None,
    )


SHOWN_OF_ACT = ("warehouse", "awb", "reference", "msku", "note")


def _act_detail(detail: Mapping[str, Any]) -> str:
    """What of an act's particulars a reader needs, as it was given."""
    return " · ".join(str(detail[name]) for name in SHOWN_OF_ACT if detail.get(name))


def _tried(attempt: PushAttempt) -> Event:
    outcome = {"outcome": outcome_words(attempt.outcome)}
    if attempt.kind == "lookup":
        title = gettext("Looked up at the warehouse by reference: %(outcome)s") % outcome
    else:
        title = gettext("Sent to the warehouse: %(outcome)s") % outcome
    said = " ".join(part for part in (attempt.code, attempt.message) if part)
    return Event(
        attempt.at,
        "attempt",
        HUB,
        title,
        late_words(said) if attempt.late else said,
        target=attempt.outcome,
        cause=attempt.kind,
        said=said,
        outbound_id=attempt.outbound_id,
    )


def late_words(said: str) -> str:
    """An answer that came when its try was no longer waited for."""
    if not said:
        return gettext("The answer came too late and changed nothing.")
    return gettext("The answer came too late and changed nothing: %(answer)s") % {"answer": said}


def called(exchange: ExchangeRecord) -> Event:
    """A call to a partner."""
    title = gettext("Call %(operation)s") % {"operation": exchange.operation}
    detail = gettext("%(outcome)s, %(ms)s ms") % {
        "outcome": outcome_words(exchange.outcome),
        "ms": exchange.duration_ms,
    }
    return Event(exchange.started_at, "call", HUB, title, detail, target=exchange.outcome, exchange=exchange)


def _heard(message: WebhookDelivery) -> Event:
    """A partner's message; it is a hint, the partner is then asked for the facts."""
    partner = message.store or message.account
    title = gettext("Message from %(name)s") % {"name": partner.name if partner else "–"}
    detail = " · ".join(part for part in (message.kind, message.raw_status) if part)
    side = STORE if message.store_id else WAREHOUSE
    return Event(message.received_at, "message", side, title, detail, target=message.kind, message_id=message.pk)
