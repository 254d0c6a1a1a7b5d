"""Reading what partners send: a connector ready to check signatures, kept in the process while its row is unchanged.

Opening sealed keys and building a connector costs more than checking a signature. What is kept is never trusted by
itself: whoever stores a message compares :attr:`Listener.stamp` with the rows in the same statement, so keys that were
renewed, settings that were changed and connections that were taken down hold from their commit on.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, NoReturn

from django.db import connection

from salur.connectors.base.errors import ContractBroken, KeyNeeded, PartnerError, Rejected
from salur.connectors.base.types import PartnerEvent, RawRequest
from salur.tenancy.scope import merchant_scope

from .connections import Kind, NotConnected
from .lines import PartnerLine, load_line
from .message_keys import KeyRing, ring_for
from .speaking import Spoken, listen

KEPT = 1000
"""Connections of one process whose connectors are kept; the one that was quiet longest goes first."""

LONGEST_NAME = 500  # characters of a delivery id, which is part of an index

ROWS = {
    "store": ("integrations_storeconnection", "store_id"),
    "account": ("integrations_warehouseaccount", "account_id"),
}

STAMP = """
SELECT row.xmin::text || '/' || key.xmin::text AS stamp
FROM {table} row JOIN integrations_credential key ON key.merchant_id = row.merchant_id AND key.{column} = row.id
WHERE row.merchant_id = %s AND row.id = %s AND row.state <> 'disconnected'
"""
"""Changes with every change of the connection or of its credentials, whoever makes it."""


@dataclass(frozen=True, slots=True)
class Listener:
    """A connection's connector for reading messages. ``stamp``: what the rows looked like when it was made.

    ``keys``: the partner's, for one that signs with keys that it hands out.
    """

    line: PartnerLine
    stamp: str
    connector: Any
    keys: KeyRing | None = None

    def read(self, request: RawRequest) -> Spoken[Sequence[PartnerEvent]]:
        """The message's events, or the error: AuthRejected for a wrong signature, ContractBroken for odd content.

        Only a key that is not known yet is asked for (no scope open); Retryable when that could not be done.
        """
        read = self._read(request)
        if self.keys is None or not isinstance(read.error, KeyNeeded):
            return read
        try:
            self.keys.ask(self.line, read.error)
        except PartnerError as error:
            return Spoken(error=error)
        return self._read(request)

    def _read(self, request: RawRequest) -> Spoken[Sequence[PartnerEvent]]:
        known = request if self.keys is None else replace(request, keys=self.keys.fresh())
        return listen(self.line.plugin, lambda: _storable(self.connector.parse_callback(known)))

    def answer_challenge(self, request: RawRequest) -> str:
        """The JSON that the partner wants to hear; raises Rejected when that was no question of its."""
        if "challenge" not in self.line.plugin.capabilities.abilities:
            raise Rejected("no_challenge", "this partner asks nothing")
        return listen(self.line.plugin, lambda: str(self.connector.answer_challenge(request))).answer()


class _NoCalls:
    """Reading a message calls nobody."""

    def send(self, call: object) -> NoReturn:
        raise RuntimeError("a message is read without calling the partner")


_lock = threading.Lock()
_kept: OrderedDict[tuple[Kind, int], Listener] = OrderedDict()


def listener(kind: Kind, connection_id: int) -> Listener:
    """The connection's listener, kept or made (no scope open); raises NotConnected, ConnectionPaused or
    ContractBroken."""
    with _lock:
        kept = _kept.get((kind, connection_id))
        if kept is not None:
            _kept.move_to_end((kind, connection_id))
            return kept
    made = _make(kind, connection_id)
    with _lock:
        _kept[kind, connection_id] = made
        while len(_kept) > KEPT:
            _kept.popitem(last=False)
    return made


def forget(kind: Kind, connection_id: int) -> None:
    """What is kept of this connection is out of date."""
    with _lock:
        _kept.pop((kind, connection_id), None)


def _make(kind: Kind, connection_id: int) -> Listener:
    merchant_id = merchant_of(kind, connection_id)
    with merchant_scope(merchant_id, actor="partner", cause="message"):
        stamp = _stamp(kind, merchant_id, connection_id)  # first: a change in between makes it too old, never too new
        line = load_line(kind, connection_id, even_paused=True)
    if stamp is None or "callbacks" not in line.plugin.capabilities.abilities:
        raise NotConnected(name=line.name)
    build: Any = line.plugin.build
    connector = listen(line.plugin, lambda: build(line.credentials, _NoCalls())).answer()
    keys = ring_for(line) if "message_keys" in line.plugin.capabilities.abilities else None
    return Listener(line, stamp, connector, keys)


def merchant_of(kind: Kind, connection_id: int) -> int:
    """The merchant of a connection, outside any scope; raises :class:`NotConnected`."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT salur_connection_merchant(%s, %s)", [kind, connection_id])
        row = cursor.fetchone()
    if row is None or row[0] is None:
        raise NotConnected(name=f"{kind} {connection_id}")
    return int(row[0])


def _stamp(kind: Kind, merchant_id: int, connection_id: int) -> str | None:
    table, column = ROWS[kind]
    with connection.cursor() as cursor:
        cursor.execute(STAMP.format(table=table, column=column), [merchant_id, connection_id])
        row = cursor.fetchone()
    return None if row is None else str(row[0])


def _storable(events: Sequence[PartnerEvent]) -> Sequence[PartnerEvent]:
    """The events; one that no table can hold is refused here, where it takes no other message along."""
    for event in events:
        texts = (event.delivery_id, event.kind, event.subject, event.raw_status)
        if len(event.delivery_id) > LONGEST_NAME or not all(map(_is_text, texts)):
            raise ContractBroken("unstorable", "a text of the message cannot be stored")
    return events


def _is_text(value: str) -> bool:
    try:
        value.encode()
    except UnicodeEncodeError:  # half of a character, as JSON's escapes can spell it
        return False
    return "\0" not in value
