"""How the events of a timeline look: a tone and a drawing for each, beside its words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from salur.flows import timeline as told
from salur.integrations.models import ExchangeRecord
from salur.orders.models import NoteKind, Order
from salur.outbound.models import Outbound
from salur.outbound.states import Look
from salur.web import chips


@dataclass(frozen=True)
class Event:
    """One line of a timeline. ``side`` names who it came from: store, hub, warehouse or a person."""

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
        return str(told.SIDES.get(self.side, ""))


def timeline(order: Order, outbounds: Sequence[Outbound]) -> list[Event]:
    """An order's history, oldest first."""
    return [_dressed(event) for event in told.timeline(order, outbounds)]


def events_of_list(outbound: Outbound) -> list[Event]:
    """The timeline of one list alone."""
    return [event for event in timeline(outbound.order, [outbound]) if event.at >= outbound.created_at]


def called(exchange: ExchangeRecord) -> Event:
    """A call to a partner."""
    return _dressed(told.called(exchange))


def _dressed(event: told.Event) -> Event:
    tone, icon = _look(event)
    return Event(
        event.at,
        tone,
        icon,
        event.title,
        event.detail,
        event.by,
        event.run_id,
        event.exchange,
        event.message_id,
        event.side,
    )


LOOKS: dict[str, chips.Look] = {
    "seen": ("info", "inbox"),
    "made": ("info", "box"),
    "message": ("quiet", "inbox"),
    "act": ("info", "user"),
}
NOTES: dict[str, chips.Look] = {
    NoteKind.HELD: ("warn", "pause"),
    NoteKind.RELEASED: ("info", "right"),
    NoteKind.TAGGED: ("info", "tag"),
    NoteKind.UNTAGGED: ("info", "tag"),
}


def _look(event: told.Event) -> chips.Look:
    match event.kind:
        case "note":
            return NOTES.get(event.target, ("info", "file"))
        case "call":
            return ("quiet" if event.target == "ok" else "warn"), "arrows"
        case "look":
            return ("good" if event.target == Look.STANDS else "warn"), "search"
        case "attempt":
            tone = "good" if event.target in ("pushed", "found", "accepted") else "warn"
            return tone, "search" if event.cause == "lookup" else "up"
    return LOOKS[event.kind] if event.kind in LOOKS else chips.look(event.kind, event.target)
