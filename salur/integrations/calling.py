"""Many calls to one partner: bounded threads, one refresh when the access ran out, results as values (design 8).

The pattern of every flow: a scope claims rows and reads the line; :func:`call_many` runs with no scope open; a second
scope saves the results and calls :func:`record`.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Hashable, Iterable, Sequence
from concurrent.futures import wait
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any, Generic, TypeVar

from django.db import connection

from salur.connectors.base.errors import AuthExpired, AuthRejected, PartnerError, RateLimited
from salur.connectors.base.transport import Exchange
from salur.foundation.clock import now
from salur.tenancy.scope import NoMerchantScope, current_scope

from . import budgets, credentials
from .connections import ConnectionPaused, NotConnected, find_credential, pause
from .exchanges import save_exchanges
from .lines import PartnerLine, account_line, store_line
from .speaking import THREADS, executor, redactor_for, speak

__all__ = [
    "ConnectionPaused",
    "Job",
    "NotConnected",
    "PartnerLine",
    "Result",
    "ScopeOpen",
    "account_line",
    "ask_many",
    "call",
    "call_many",
    "record",
    "store_line",
]

T = TypeVar("T")


class ScopeOpen(RuntimeError):
    """A partner was to be called inside a scope or transaction, which would hold rows for as long as it answers."""


@dataclass(frozen=True)
class Job(Generic[T]):
    """One call: ``call`` is given the connector. ``key`` names the job in its result."""

    key: Hashable
    call: Callable[[Any], T]


@dataclass
class Result(Generic[T]):
    """What a job ended with: ``error`` None means that ``value`` is the answer."""

    key: Hashable
    value: T | None = None
    error: PartnerError | None = None
    exchanges: list[Exchange] = field(default_factory=list)

    def answer(self) -> T:
        """The value; raises the error."""
        if self.error is not None:
            raise self.error
        return self.value  # type: ignore[return-value]  # None only where the call itself answers None


def refuse_open_scope() -> None:
    """Raise :class:`ScopeOpen` where a partner must not be called."""
    try:
        scope = current_scope()
    except NoMerchantScope:
        if connection.in_atomic_block:
            raise ScopeOpen("a transaction is open while a partner is to be called") from None
        return
    raise ScopeOpen(f"the scope of merchant {scope.merchant_id} is open while a partner is to be called")


def call_many(line: PartnerLine, jobs: Iterable[Job[T]], *, width: int = 32) -> list[Result[T]]:
    """Run the jobs, at most ``width`` at once; answers one result per job, in their order. Raises only ScopeOpen.

    Access that is about to run out is renewed first; jobs that still met AuthExpired are repeated once with renewed
    credentials. Whether calls are within the rate budget is for the caller to see (:func:`budgets.take`).
    """
    refuse_open_scope()
    wanted = list(jobs)
    if not wanted:
        return []
    if credentials.is_due(line):
        try:
            line = credentials.refreshed(line)
        except AuthRejected as error:
            return [Result(job.key, error=error) for job in wanted]
        except PartnerError:
            pass  # the old access may still do; if not, the calls below say so
    results = ask_many(line, wanted, width=width)
    late = [index for index, result in enumerate(results) if isinstance(result.error, AuthExpired)]
    if late:
        _repeat(line, wanted, results, late, width)
    return results


def _repeat(line: PartnerLine, jobs: Sequence[Job[T]], results: list[Result[T]], late: list[int], width: int) -> None:
    """Once more with renewed credentials, for those whose access had run out; nothing was done for them."""
    try:
        line = credentials.refreshed(line)
    except PartnerError as error:
        for index in late:
            results[index].error = replace_exchange(error, results[index])
        return
    for index, again in zip(late, ask_many(line, [jobs[i] for i in late], width=width), strict=True):
        again.exchanges[:0] = results[index].exchanges
        results[index] = again


def replace_exchange(error: PartnerError, result: Result[Any]) -> PartnerError:
    """The refresh's error as this job's own, pointing at the job's exchange where the refresh names none."""
    if error.exchange_id or not result.exchanges:
        return error
    return replace(error, exchange_id=result.exchanges[-1].id)


def ask_many(line: PartnerLine, jobs: Sequence[Job[T]], *, width: int) -> list[Result[T]]:
    """The calls alone, as :func:`call_many` makes them: nothing is renewed, and the database is not touched."""
    redact = redactor_for(line.plugin, line.credentials)
    results: list[Result[T]] = [Result(job.key) for job in jobs]

    def one(index: int) -> None:
        spoken = speak(line.plugin, line.credentials, jobs[index].call, redact=redact)
        result = results[index]
        result.value, result.error, result.exchanges = spoken.value, spoken.error, spoken.exchanges

    if len(jobs) == 1 or width <= 1:
        for index in range(len(jobs)):
            one(index)
        return results
    waiting, taking = deque(range(len(jobs))), threading.Lock()

    def several() -> None:
        while True:
            with taking:
                if not waiting:
                    return
                index = waiting.popleft()
            one(index)

    threads = min(width, len(jobs), THREADS)
    done, _ = wait([executor().submit(several) for _ in range(threads)])
    for future in done:
        future.result()  # a fault of our own comes out here; the connectors' are results already
    return results


def call(line: PartnerLine, fn: Callable[[Any], T]) -> Result[T]:
    """One call in this thread; see :func:`call_many`."""
    return call_many(line, [Job(None, fn)])[0]


def record(line: PartnerLine, results: Sequence[Result[Any]]) -> None:
    """Inside the scope that saves the results: write the exchanges and do what an error means for the connection.

    Refused credentials pause it; a request to slow down blocks its rate budget.
    """
    save_exchanges(line.kind, line.id, [exchange for result in results for exchange in result.exchanges])
    errors = [result.error for result in results if result.error is not None]
    rejected = next((error for error in errors if isinstance(error, AuthRejected)), None)
    if rejected is not None and _is_current(line):
        budgets.hold(line.kind, line.id)
        pause(line.kind, line.id, f"{rejected.code} {rejected.message}".strip())
    limits = [error.retry_after for error in errors if isinstance(error, RateLimited)]
    if limits:
        budgets.block(line.kind, line.id, now() + timedelta(seconds=max(limits)))


def _is_current(line: PartnerLine) -> bool:
    """Whether the credentials are still those that were refused: an owner may have authorised anew meanwhile."""
    row = find_credential(line.kind, line.id)
    return row is not None and row.version == line.credential_version
