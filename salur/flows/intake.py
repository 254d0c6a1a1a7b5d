"""Messages that come at the same time are stored together: one transaction, one commit, one wake-up for many.

A partner is answered after the commit that holds its message. While one commit is under way the next messages gather,
so the busier it gets the less each costs. Connections do not wait for each other, as long as there are writers.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field

import structlog
from django.db import connections

from salur.connectors.base.errors import PartnerError
from salur.connectors.base.types import RawRequest
from salur.foundation.problems import Refusal
from salur.integrations.connections import Kind
from salur.integrations.webhooks import Received

from .receive_webhook import receive_messages

log = structlog.get_logger(__name__)

Outcomes = Sequence[Received | PartnerError]
Address = tuple[Kind, int]

WRITERS = 8
TOGETHER = 200
"""Most messages of one transaction."""
MOST_WAITING = 2000
"""Messages that a process holds until they are stored; further ones are to come again."""


class TooBusy(Exception):
    """More messages wait to be stored than this process wants to hold."""

    def __str__(self) -> str:
        return f"{MOST_WAITING} messages wait to be stored"


@dataclass(slots=True)
class _Waiting:
    request: RawRequest
    outcome: Future[Received] = field(default_factory=Future)


class Intake:
    """Takes messages from any number of threads or tasks and has them stored by a few writers."""

    def __init__(self, store: Callable[[Kind, int, Sequence[RawRequest]], Outcomes] = receive_messages) -> None:
        self._store = store
        self._lock = threading.Lock()
        self._waiting: dict[Address, list[_Waiting]] = {}  # an entry means that a writer is at it
        self._count = 0
        self._writers = ThreadPoolExecutor(WRITERS, thread_name_prefix="intake")

    def take(self, kind: Kind, connection_id: int, request: RawRequest) -> Future[Received]:
        """Ends when the message is stored, or with the reason why it is not; raises :class:`TooBusy`."""
        one, address = _Waiting(request), (kind, connection_id)
        one.outcome.set_running_or_notify_cancel()  # whoever stops waiting for it does not take it back
        with self._lock:
            if self._count >= MOST_WAITING:
                raise TooBusy
            self._count += 1
            begin = address not in self._waiting
            self._waiting.setdefault(address, []).append(one)
        if begin:
            self._writers.submit(self._work, address)
        return one.outcome

    def _work(self, address: Address) -> None:
        try:
            while batch := self._next(address):
                self._write(address, batch)
        finally:
            connections.close_all()

    def _next(self, address: Address) -> list[_Waiting]:
        with self._lock:
            waiting = self._waiting[address]
            batch, self._waiting[address] = waiting[:TOGETHER], waiting[TOGETHER:]
            self._count -= len(batch)
            if not batch:
                del self._waiting[address]
            return batch

    def _write(self, address: Address, batch: list[_Waiting]) -> None:
        """Store these; if that fails as a whole, each alone, so that none is refused for another's sake."""
        try:
            outcomes = self._store(*address, [one.request for one in batch])
        except Exception as error:
            connections.close_all()  # a connection that broke is not used again
            if len(batch) == 1 or isinstance(error, Refusal | PartnerError):
                for one in batch:
                    one.outcome.set_exception(error)
            else:
                log.exception("messages_not_stored_together", connection=address, messages=len(batch))
                for one in batch:
                    self._write(address, [one])
            return
        for one, outcome in zip(batch, outcomes, strict=True):
            if isinstance(outcome, PartnerError):
                one.outcome.set_exception(outcome)
            else:
                one.outcome.set_result(outcome)
