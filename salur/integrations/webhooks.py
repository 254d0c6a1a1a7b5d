"""Partners' messages: signature first, each kept once, worked on afterwards by whoever reads the rows (design 9)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from salur.connectors.base.types import PartnerEvent, RawRequest
from salur.foundation.clock import now
from salur.tenancy.scope import current_scope, merchant_scope

from .calling import Result, call, record
from .connections import Kind, NotConnected
from .lines import PartnerLine, load_line
from .models import StoreConnection, WarehouseAccount
from .speaking import speak

_KEEP = """
INSERT INTO integrations_webhookdelivery
  (merchant_id, {column}, delivery_id, kind, subject, raw_status, received_at)
SELECT %s, %s, x.*, %s FROM unnest(%s::text[], %s::text[], %s::text[], %s::text[]) AS x
ON CONFLICT (merchant_id, delivery_id) DO NOTHING RETURNING delivery_id
"""


@dataclass(frozen=True, slots=True)
class Received:
    """An accepted message: ``events`` are those not seen before, ``merchant_id`` whose they are.

    ``answer`` is what the partner wants to be told (see ``WarehouseCapabilities.callback_answer``).
    """

    merchant_id: int
    events: Sequence[PartnerEvent]
    answer: str = ""


def receive(
    kind: Kind, connection_id: int, request: RawRequest, *, with_new: Callable[[], None] | None = None
) -> Received:
    """Take a message in (no scope open). A message that came before is accepted again without effect.

    ``with_new`` is called in the transaction that stores events not seen before: it stands or falls with them.
    Raises AuthRejected for a wrong signature, ContractBroken for content that cannot be read, NotConnected where
    there is nobody to take it.
    """
    merchant_id = merchant_of(kind, connection_id)
    with merchant_scope(merchant_id, actor="partner", cause="message"):
        line = load_line(kind, connection_id, even_paused=True)
    if "callbacks" not in line.plugin.capabilities.abilities:
        raise NotConnected(name=line.name)
    events = speak(line.plugin, line.credentials, lambda connector: connector.parse_callback(request)).answer()
    with merchant_scope(merchant_id, actor="partner", cause="message"):
        fresh = keep(line, events)
        if fresh and with_new is not None:
            with_new()
    return Received(merchant_id, fresh, getattr(line.plugin.capabilities, "callback_answer", ""))


def merchant_of(kind: Kind, connection_id: int) -> int:
    """The merchant of a connection, outside any scope; raises :class:`NotConnected`."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT salur_connection_merchant(%s, %s)", [kind, connection_id])
        row = cursor.fetchone()
    if row is None or row[0] is None:
        raise NotConnected(name=f"{kind} {connection_id}")
    return int(row[0])


def keep(line: PartnerLine, events: Sequence[PartnerEvent]) -> list[PartnerEvent]:
    """Store the events for later work; answers those that are new. A test message needs no work and is not stored."""
    named = _named(line, [event for event in events if event.kind != "test"])
    if not named:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            _KEEP.format(column="store_id" if line.kind == "store" else "account_id"),
            [
                current_scope().merchant_id,
                line.id,
                now(),
                list(named),
                [event.kind for event in named.values()],
                [event.subject for event in named.values()],
                [event.raw_status for event in named.values()],
            ],
        )
        fresh = {row[0] for row in cursor.fetchall()}
    return [event for name, event in named.items() if name in fresh]


def _named(line: PartnerLine, events: Sequence[PartnerEvent]) -> dict[str, PartnerEvent]:
    """Names unique within the merchant: partners number messages per account, and one may carry several events."""
    seen: Counter[str] = Counter()
    named = {}
    for event in events:
        seen[event.delivery_id] += 1
        position = seen[event.delivery_id]
        name = f"{line.kind}:{line.id}:{event.delivery_id}"
        named[name if position == 1 else f"{name}#{position}"] = event
    return named


def subscribe(line: PartnerLine, url: str) -> datetime | None:
    """Ask the partner to send messages to ``url`` (no scope open); answers when that ends, None if never.

    Raises the partner's error. R27, R39: the connection remembers that it is subscribed.
    """
    result: Result[datetime | None] = call(line, lambda connector: connector.subscribe(url))
    with merchant_scope(line.merchant_id, actor="worker", cause="subscribe"):
        record(line, [result])
        if result.error is None:
            model = StoreConnection if line.kind == "store" else WarehouseAccount
            row = model.objects.get(pk=line.id)
            row.settings = {**row.settings, "subscribed": True}
            if isinstance(row, WarehouseAccount):
                row.subscribed_until = result.value
            row.save()
    return result.answer()
