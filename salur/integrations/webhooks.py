"""Partners' messages: signature first, each kept once, worked on afterwards by whoever reads the rows (design 9)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from salur.connectors.base.errors import PartnerError, Retryable
from salur.connectors.base.types import PartnerEvent, RawRequest
from salur.foundation.clock import now
from salur.tenancy.scope import merchant_scope

from .calling import Result, call, record
from .connections import Kind
from .lines import PartnerLine
from .listening import ROWS, STAMP, Listener, forget, listener
from .models import StoreConnection, WarehouseAccount

KEEP = """
WITH row AS ({stamp}),
put AS (
  INSERT INTO integrations_webhookdelivery
    (merchant_id, {column}, delivery_id, kind, subject, raw_status, received_at)
  SELECT %s, %s, x.*, %s FROM unnest(%s::text[], %s::text[], %s::text[], %s::text[]) AS x, row WHERE row.stamp = %s
  ON CONFLICT (merchant_id, delivery_id) DO NOTHING RETURNING delivery_id)
SELECT (SELECT stamp FROM row), ARRAY(SELECT delivery_id FROM put)
"""
"""Stores messages if the rows are still those that they were checked by; answers what the rows look like now."""

TRIES = 3
"""How often messages are checked anew because the connection changed meanwhile."""


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
    """Take one message in; see :func:`receive_together`. Raises its error."""
    (outcome,) = receive_together(kind, connection_id, [request], with_new=with_new)
    if isinstance(outcome, PartnerError):
        raise outcome
    return outcome


def receive_together(
    kind: Kind, connection_id: int, requests: Sequence[RawRequest], *, with_new: Callable[[], None] | None = None
) -> list[Received | PartnerError]:
    """Take messages of one connection in, in one transaction (no scope open); an outcome for each, in their order.

    A message that came before is accepted again without effect. ``with_new`` is called in the transaction that stores
    events not seen before: it stands or falls with them. The outcome is AuthRejected for a wrong signature and
    ContractBroken for content that cannot be read. Raises NotConnected where there is nobody to take them, and
    ConnectionPaused or Retryable where they are to come again: our own keys do not open, or change all the time.
    """
    for _ in range(TRIES):
        known = listener(kind, connection_id)
        read = [known.read(request) for request in requests]
        named = [{} if one.error else _named(known.line, one.answer()) for one in read]
        with merchant_scope(known.line.merchant_id, actor="partner", cause="message"):
            fresh = _keep(known, {name: event for one in named for name, event in one.items()})
            if fresh and with_new is not None:
                with_new()
        if fresh is not None:
            return [
                one.error or Received(known.line.merchant_id, _claim(events, fresh), _answer(known))
                for one, events in zip(read, named, strict=True)
            ]
        forget(kind, connection_id)
    raise Retryable("connection_changing", "the connection changed each time the messages were read")


def _keep(known: Listener, named: dict[str, PartnerEvent]) -> set[str] | None:
    """Store the events for later work; the names of those that are new. None: the connection has changed."""
    line, (table, column) = known.line, ROWS[known.line.kind]
    with connection.cursor() as cursor:
        cursor.execute(
            KEEP.format(stamp=STAMP.format(table=table, column=column), column=column),
            [
                line.merchant_id,
                line.id,
                line.merchant_id,
                line.id,
                now(),
                list(named),
                [event.kind for event in named.values()],
                [event.subject for event in named.values()],
                [event.raw_status for event in named.values()],
                known.stamp,
            ],
        )
        stamp, fresh = cursor.fetchone()
    return set(fresh) if stamp == known.stamp else None


def _claim(named: dict[str, PartnerEvent], fresh: set[str]) -> list[PartnerEvent]:
    """Of these events those that are new; of the same event in several messages the first has it."""
    new = [name for name in named if name in fresh]
    fresh.difference_update(new)
    return [named[name] for name in new]


def _answer(known: Listener) -> str:
    return getattr(known.line.plugin.capabilities, "callback_answer", "")


def _named(line: PartnerLine, events: Sequence[PartnerEvent]) -> dict[str, PartnerEvent]:
    """Names unique within the merchant: partners number messages per account, and one may carry several events.

    A test message needs no work and gets no name.
    """
    seen: Counter[str] = Counter()
    named = {}
    for event in events:
        if event.kind == "test":
            continue
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
