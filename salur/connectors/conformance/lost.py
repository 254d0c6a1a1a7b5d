"""A list whose answer is lost is at the partner once, and the hub is told that it may be (design 9, R97).

Each operation that a push uses is spoilt in turn, so that pushes in several steps are covered at each.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from salur.connectors.base.errors import (
    AlreadyExists,
    ContractBroken,
    PartnerError,
    RateLimited,
    Rejected,
    Retryable,
    UnknownOutcome,
)
from salur.connectors.base.types import PartnerRef

from .bench import Bench, Outcome
from .checks import Book, Power, expect
from .ground import Ground, ground

QUICK = 3.0  # seconds of deadline, where the fault is that no answer comes in time
LATE = 25.0
WAIT = 7
POWERS = (Power.FAULTS, Power.COUNTS)

OUTBOUND = Book("Lost answers", look="push_outbound(), errors.py, wire.py", kind="warehouse")
INBOUND = Book("Lost answers", look="push_inbound(), errors.py, wire.py", kind="warehouse", abilities=("inbound",))


@dataclass(frozen=True, slots=True)
class Kind:
    """A fault, whether the partner has done its work before it, and what the hub may be told."""

    name: str
    title: str
    done: bool
    told: tuple[type[PartnerError], ...]


UNCLEAR = (UnknownOutcome,)
UNREADABLE = (UnknownOutcome, ContractBroken)
KINDS = (
    Kind("timeout_after", "No answer in time after the partner took", True, UNCLEAR),
    Kind("cut_after", "The connection cut after the partner took", True, UNCLEAR),
    Kind("error_after", "HTTP 500 after the partner took", True, UNCLEAR),
    Kind("error_before", "HTTP 500 before the partner took", False, (UnknownOutcome, Retryable)),
    Kind("garbage", "Half an answer after the partner took", True, UNREADABLE),
    Kind("html", "An HTML page with status 200 instead of the answer to", True, UNREADABLE),
    Kind("encoding", "An answer in another encoding to", True, UNREADABLE),
    Kind("rate_limit", "429 instead of", False, (RateLimited,)),
)


@dataclass(frozen=True, slots=True)
class Way:
    """How one kind of list is pushed, found and seen at the partner."""

    push: Callable[[Ground, str], PartnerRef]
    find: Callable[[Ground, str], Any]
    seen: Callable[[Bench, str], Any]
    findable: Callable[[Bench], bool]


def _push_outbound(here: Ground, reference: str) -> PartnerRef:
    return here.push(reference)


OUT = Way(
    push=_push_outbound,
    find=lambda here, reference: here.connector.find_outbound(reference),
    seen=lambda bench, reference: bench.rig.outbound(reference),
    findable=lambda bench: True,
)
IN = Way(
    push=lambda here, reference: here.push_inbound(reference),
    find=lambda here, reference: here.connector.find_inbound(reference),
    seen=lambda bench, reference: bench.rig.inbound(reference),
    findable=lambda bench: bench.can.inbound_lookup,
)


def _check(way: Way, kind: Kind) -> Callable[[Bench], None]:
    def looks(bench: Bench) -> None:
        here = ground(bench)
        operations = bench.operations(lambda: way.push(here, bench.reference()))
        expect(operations, "a push that calls the partner", "no call")
        for operation in operations:
            bench.begin()
            _spoilt(bench, way, kind, operation)

    return looks


def _spoilt(bench: Bench, way: Way, kind: Kind, operation: str) -> None:
    """One push with one operation spoilt, and what the hub does next."""
    here = ground(bench, deadline=QUICK if kind.name == "timeout_after" else None)
    calm = ground(bench)
    reference = bench.reference()
    done = bench.carried_out(operation)
    bench.exchanges.clear()
    bench.rig.fault(operation, kind.name, seconds=LATE, retry_after=WAIT)
    outcome = bench.attempt(lambda: way.push(here, reference))
    bench.rig.forgive()
    if kind.name == "timeout_after" and outcome.error is not None:
        bench.until(lambda: bench.carried_out(operation) > done, "the partner carries out what it was asked")
    _sent_once(bench, operation)
    row = way.seen(bench, reference)
    findable = way.findable(bench)
    _told(kind, operation, outcome, there=row is not None, repeatable=not findable)
    if findable:
        _look_up(way, calm, reference, outcome, there=row is not None)
    _push_again(way, calm, reference)
    row = way.seen(bench, reference)
    expect(row is not None, f"{operation}: the list at the partner after the hub pushed again", "it is not there")
    expect(row["times_created"] == 1, f"{operation}: one list at the partner", f"{row['times_created']} lists")


def _sent_once(bench: Bench, operation: str) -> None:
    """A create that may have arrived is not sent again by the connector: only the hub can look it up first."""
    sent: dict[str, int] = {}
    for exchange in bench.exchanges:
        if exchange.effect == "create":
            sent[exchange.operation] = sent.get(exchange.operation, 0) + 1
    twice = [name for name, times in sent.items() if times > 1]
    expect(
        not twice, f"{operation}: sent once, then left to the hub", f"{', '.join(twice)} sent again in the same push"
    )


def _told(kind: Kind, operation: str, outcome: Outcome, *, there: bool, repeatable: bool) -> None:
    """What the hub was told fits what is at the partner; ``repeatable``: sending it again is how to find out."""
    if outcome.error is None:
        expect(there, f"{operation}: an answer only when the list is there", outcome)
        return
    allowed: tuple[type[PartnerError], ...] = (*kind.told, UnknownOutcome)
    words = " or ".join(one.__name__ for one in kind.told)
    if kind.name == "rate_limit" and not there:
        allowed = kind.told
    elif there:
        allowed, words = (*allowed, AlreadyExists), f"{words}, as the list is there"
    if kind.name != "rate_limit" and (repeatable or not there):
        allowed = (*allowed, Retryable)
    expect(isinstance(outcome.error, allowed), f"{operation}: {words}", outcome)
    if isinstance(outcome.error, RateLimited):
        waits = outcome.error.retry_after
        expect(waits >= WAIT, f"{operation}: retry_after of {WAIT} or more, as the partner asked", waits)


def _look_up(way: Way, here: Ground, reference: str, outcome: Outcome, *, there: bool) -> None:
    if outcome.error is None or not there:
        return
    found = way.find(here, reference)
    expect(found is not None, "the look-up finds the list whose answer was lost", "None: it would be pushed twice")
    expect(found.reference == reference, f"the list {reference}", found)


def _push_again(way: Way, here: Ground, reference: str) -> None:
    outcome = here.bench.attempt(lambda: way.push(here, reference))
    done = outcome.error is None or isinstance(outcome.error, AlreadyExists)
    expect(done and not isinstance(outcome.error, Rejected), "pushed again: taken, or AlreadyExists", outcome)


for _kind in KINDS:
    OUTBOUND.add(f"lost.{_kind.name}", f"{_kind.title} an outbound list", "design 9, R97", _check(OUT, _kind), *POWERS)
    INBOUND.add(
        f"lost.inbound.{_kind.name}", f"{_kind.title} an inbound list", "design 9, R63", _check(IN, _kind), *POWERS
    )
