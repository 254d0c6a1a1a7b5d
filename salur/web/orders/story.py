"""An order's story: its lists with every gate, and what happened in time order, in words."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from salur.catalog.bindings import Part, parts_of
from salur.connectors.base.capabilities import WarehouseCapabilities
from salur.flows.moving import ENDED, MOVABLE
from salur.integrations.channels import channel
from salur.integrations.lines import connector_of
from salur.integrations.models import ExchangeRecord, WebhookDelivery
from salur.integrations.queries import budget_of, exchanges_about, messages_about
from salur.orders.desk import notes_of
from salur.orders.models import HoldReason, NoteKind, Order, OrderLine, OrderNote, OrderProblem, OrderSource
from salur.orders.problems import ProblemCause
from salur.orders.queries import lines_of, open_problems_of
from salur.outbound.gates import ARRANGING_OPENS
from salur.outbound.models import Outbound, PushAttempt
from salur.outbound.queries import GatedList, attempts_of, every_list_of, gated_lists
from salur.outbound.states import Look
from salur.outbound.stopping import capabilities_of, may_be_stopped
from salur.outbound.why import CLOSED, NOT_ASKED, PASSED, Answer, Condition, conditions_of, explain
from salur.outbound.why_messages import NAMES
from salur.tenancy.models import Transition
from salur.tenancy.queries import moves_of
from salur.web import chips
from salur.web.words import Explained, actor_names, outcome_words, problem_words, reason_words

from .causes import cause_words
from .remedies import Button, button_for

MACHINES = {
    "orders_order": "order",
    "outbound_push": "push",
    "outbound_task": "task",
    "outbound_shipment": "shipment",
    "outbound_cancellation": "cancellation",
    "outbound_confirmation": "confirmation",
}


@dataclass(frozen=True)
class Event:
    """One line of the timeline. ``side`` names who it came from: store, hub, warehouse or a person."""

    at: datetime
    tone: str
    icon: str
    title: str
    detail: str = ""
    by: str = ""
    run_id: int | None = None
    exchange: ExchangeRecord | None = None
    message_id: int | None = None
    side: str = ""

    @property
    def side_words(self) -> str:
        """Who it came from, in words."""
        return str(SIDES.get(self.side, ""))


STORE, HUB, WAREHOUSE, PERSON = "store", "hub", "warehouse", "person"
SIDES = {STORE: _("Store"), HUB: "Salur", WAREHOUSE: _("Warehouse"), PERSON: _("Person")}
"""Who an event of the timeline came from."""


@dataclass(frozen=True)
class ShownGate:
    """A gate as the page lists it."""

    name: str
    open: bool
    since: datetime | None = None
    words: Explained | None = None
    asked: bool = True
    remedy: Button | None = None


@dataclass(frozen=True)
class ShownList:
    """An outbound list with its gates in words; settled lists need no gates any more."""

    outbound: Outbound
    gated: GatedList
    gates: list[ShownGate]
    settled: bool
    keeps_stock: bool = True
    may_stop: bool = False
    arranges: bool = False
    takes_awb: bool = False
    label_needed: bool = False

    @property
    def may_push_again(self) -> bool:
        """The warehouse refused it."""
        return self.outbound.push == "rejected"

    @property
    def ended(self) -> bool:
        """Nothing of it is under way any more."""
        return self.outbound.push == "void" or self.outbound.task in ("completed", "cancelled")

    @property
    def may_refresh(self) -> bool:
        """It is at the warehouse and not at its end."""
        return self.outbound.push == "pushed" and self.outbound.task not in ("completed", "cancelled")

    @property
    def may_arrange(self) -> bool:
        """AWB number or label are still missing, the store gives them, and the order has not left."""
        if not self.arranges:
            return False
        gone = self.outbound.order.status in ("shipped", "completed", "cancelled")
        return not self.settled and not gone and self.outbound.shipment != "labelled"

    @property
    def closed(self) -> int:
        """How many gates are closed."""
        return sum(gate.words is not None for gate in self.gates)


@dataclass(frozen=True)
class ShownLine:
    """An order line with what its SKU means."""

    line: OrderLine
    parts: tuple[Part, ...]


@dataclass(frozen=True)
class Story:
    """All that the order's page tells."""

    lines: list[ShownLine]
    lists: list[ShownList]
    may_push_again: bool
    may_refresh: bool
    may_arrange: bool
    problems: list[tuple[OrderProblem, Explained]]
    may_stop: bool = False
    may_send_anew: bool = False
    may_move: bool = False
    gates: list[ShownGate] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)


def read_story(order: Order) -> Story:
    """Everything about one order."""
    outbounds = every_list_of(order)
    lines = lines_of([order.pk]).get(order.pk, [])
    parts = parts_of(order.store_id, (line.sku for line in lines))
    problems = open_problems_of([order.pk]).get(order.pk, [])
    shown = [shown_list(gated) for gated in gated_lists(outbounds)]
    return Story(
        [ShownLine(line, parts.get(line.sku, ())) for line in lines],
        shown,
        any(one.may_push_again for one in shown),
        any(one.may_refresh for one in shown),
        any(one.may_arrange for one in shown),
        [(p, problem_words(p.cause, p.evidence)) for p in problems],
        any(one.may_stop for one in shown),
        any(p.cause == ProblemCause.INTERCEPTED for p in problems),
        order.status not in ENDED and all(one.push in (*MOVABLE, "void") for one in outbounds),
        [] if any(one.push != "void" for one in outbounds) else shown_gates(explain(order)[0], order.pk, None),
        timeline(order, outbounds),
    )


def shown_list(gated: GatedList) -> ShownList:
    """A list with its gates in words."""
    settled = gated.outbound.push in ("pushed", "void")
    can = capabilities_of(gated.outbound)
    own = gated.outbound.account_id is None
    account = gated.outbound.account_id
    answer = conditions_of(gated, budget_of(account_id=account) if account else None)
    gates = [] if settled else shown_gates(answer, gated.outbound.order_id, can)
    plugin = connector_of(gated.outbound.store)
    return ShownList(
        gated.outbound,
        gated,
        gates,
        settled,
        keeps_stock=can is None or can.keeps_stock,
        may_stop=(can is not None or own) and may_be_stopped(gated.outbound),
        arranges=plugin is not None and "arrange" in plugin.capabilities.abilities,
        takes_awb=not settled and (_own_lacks_label(gated) if can is None else _takes_awb(gated, can)),
        label_needed=channel(gated.outbound.store.channel).gives_label if can is None else can.needs_label,
    )


def shown_gates(answer: Answer, order_id: int, can: WarehouseCapabilities | None) -> list[ShownGate]:
    """Every condition in words, each closed one with its button."""
    return [
        ShownGate(
            str(NAMES[one.gate]),
            one.state == PASSED,
            one.since,
            reason_words(one.code, one.evidence) if one.state == CLOSED else None,
            asked=one.state != NOT_ASKED,
            remedy=button_for(one, answer.outbound, order_id) if one.state == CLOSED else None,
        )
        for one in answer.conditions
        if _concerns(one, answer.outbound, can)
    ]


OWN_ASKS_NOTHING_OF = {"channel_supported", "country_served", "products_pushed"}


def _concerns(gate: Condition, outbound: Outbound | None, can: WarehouseCapabilities | None) -> bool:
    """Whether the warehouse asks for it at all: that a label is stored is not told where none is wanted."""
    if gate.state == PASSED and outbound is not None and outbound.account_id is None:
        gives = channel(outbound.store.channel).gives_label
        return gate.gate not in OWN_ASKS_NOTHING_OF and (gives or gate.gate not in ARRANGING_OPENS)
    if can is None or gate.state != PASSED:
        return True
    asked = {"awb_known": can.needs_awb, "label_stored": can.needs_label, "stock_reserved": can.keeps_stock}
    return asked.get(gate.gate, True)


def _takes_awb(gated: GatedList, can: WarehouseCapabilities) -> bool:
    """Whether AWB number (and label) may still be given by hand and would be of use there (A15)."""
    useless = any(gate.code == "channel_gives_no_label" for gate in gated.gates)
    return (can.needs_awb or can.needs_label) and not useless and gated.outbound.push not in ("pushing", "unknown")


def _own_lacks_label(gated: GatedList) -> bool:
    """Whether an own warehouse waits for what its store gives on a parcel; a person may give it as well."""
    own = gated.outbound.account_id is None
    return own and any(gate.gate in ARRANGING_OPENS and not gate.open for gate in gated.gates)


def timeline(order: Order, outbounds: list[Outbound]) -> list[Event]:
    """First sight, moves of every machine, tries at pushing and calls to partners, oldest first."""
    ids = [o.pk for o in outbounds]
    moves = moves_of([("orders_order", [order.pk])] + [(m, ids) for m in MACHINES if m != "orders_order" and ids])
    subjects = [order.external_id, *(o.reference for o in outbounds), *(o.partner_number for o in outbounds)]
    notes = notes_of(order.pk)
    names = actor_names([*(move.actor for move in moves), *(note.actor for note in notes)])
    events = [_first_sight(order), *(_created(o) for o in outbounds)]
    events += [_moved(move, names) for move in moves]
    events += [_noted(note, names) for note in notes]
    events += [_looked(one) for one in outbounds if one.looked_at is not None or one.look_failed_since is not None]
    events += [_tried(attempt) for attempt in attempts_of(ids)]
    events += [called(exchange) for exchange in exchanges_about(subjects)]
    events += [_heard(message) for message in messages_about(subjects)]
    return sorted(events, key=lambda e: e.at)


def _first_sight(order: Order) -> Event:
    title = gettext("The order reached Salur as “%(status)s”") % {"status": chips.label("order", order.first_status)}
    side = STORE if order.source == OrderSource.SYNC else PERSON
    return Event(order.first_seen_at, "info", "inbox", title, str(OrderSource(order.source).label), side=side)


def _created(outbound: Outbound) -> Event:
    title = gettext("Outbound list %(reference)s made for %(warehouse)s") % {
        "reference": outbound.reference,
        "warehouse": outbound.warehouse.name,
    }
    return Event(outbound.created_at, "info", "box", title, side=HUB)


def _looked(outbound: Outbound) -> Event:
    """The last look at the store before the push."""
    tone = "good" if outbound.look == Look.STANDS else "warn"
    at = outbound.look_failed_since or outbound.looked_at or outbound.created_at
    title = gettext("The store was asked before the push: %(outcome)s") % {"outcome": Look(outbound.look).label}
    return Event(at, tone, "search", title)


def _machine_name(machine: str) -> str:
    return {
        "order": gettext("Order status"),
        "push": gettext("Push"),
        "task": gettext("At the warehouse"),
        "shipment": gettext("Shipment at the store"),
        "cancellation": gettext("Cancellation"),
        "confirmation": gettext("Confirmation at the store"),
    }[machine]


def _moved(move: Transition, names: dict[str, str]) -> Event:
    machine = MACHINES[move.machine]
    tone, drawing = chips.look(machine, move.target)
    title = gettext("%(machine)s: %(origin)s → %(target)s") % {
        "machine": _machine_name(machine),
        "origin": chips.label(machine, move.origin),
        "target": chips.label(machine, move.target),
    }
    words, run_id = cause_words(move.cause)
    return Event(
        move.at, tone, drawing, title, words, names.get(move.actor, move.actor), run_id, side=_side_of(move, machine)
    )


def _side_of(move: Transition, machine: str) -> str:
    """A person or token acted, or the word of store or warehouse was taken over; else the hub went on by itself."""
    if move.actor.startswith(("user:", "token:")):
        return PERSON
    return {"order": STORE, "task": WAREHOUSE}.get(machine, HUB)


def _heard(message: WebhookDelivery) -> Event:
    """A partner's message; it is a hint, the partner is then asked for the facts."""
    partner = message.store or message.account
    title = gettext("Message from %(name)s") % {"name": partner.name if partner else "–"}
    detail = " · ".join(part for part in (message.kind, message.raw_status) if part)
    side = STORE if message.store_id else WAREHOUSE
    return Event(message.received_at, "quiet", "inbox", title, detail, message_id=message.pk, side=side)


def _noted(note: OrderNote, names: dict[str, str]) -> Event:
    """What a person put on the order."""
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
    tone = "warn" if note.kind == NoteKind.HELD else "info"
    by, icon = names.get(note.actor, note.actor), NOTE_ICONS.get(note.kind, "file")
    return Event(note.at, tone, icon, title, detail, by, side=PERSON if ":" in note.actor else HUB)


NOTE_ICONS: dict[str, str] = {
    NoteKind.HELD: "pause",
    NoteKind.RELEASED: "right",
    NoteKind.TAGGED: "tag",
    NoteKind.UNTAGGED: "tag",
}


def _tried(attempt: PushAttempt) -> Event:
    if attempt.kind == "lookup":
        title = gettext("Looked up at the warehouse by reference: %(outcome)s") % {
            "outcome": outcome_words(attempt.outcome)
        }
    else:
        title = gettext("Sent to the warehouse: %(outcome)s") % {"outcome": outcome_words(attempt.outcome)}
    tone = "good" if attempt.outcome in ("pushed", "found", "accepted") else "warn"
    said = " ".join(part for part in (attempt.code, attempt.message) if part)
    if attempt.late:
        said = late_words(said)
    return Event(attempt.at, tone, "up" if attempt.kind != "lookup" else "search", title, said, side=HUB)


def late_words(said: str) -> str:
    """An answer that came when its try was no longer waited for."""
    if not said:
        return gettext("The answer came too late and changed nothing.")
    return gettext("The answer came too late and changed nothing: %(answer)s") % {"answer": said}


def called(exchange: ExchangeRecord) -> Event:
    """A call to a partner."""
    tone = "quiet" if exchange.outcome == "ok" else "warn"
    title = gettext("Call %(operation)s") % {"operation": exchange.operation}
    detail = gettext("%(outcome)s, %(ms)s ms") % {
        "outcome": outcome_words(exchange.outcome),
        "ms": exchange.duration_ms,
    }
    return Event(exchange.started_at, tone, "arrows", title, detail, exchange=exchange, side=HUB)


def events_of_list(outbound: Outbound) -> list[Event]:
    """The timeline of one list alone."""
    return [event for event in timeline(outbound.order, [outbound]) if event.at >= outbound.created_at]
