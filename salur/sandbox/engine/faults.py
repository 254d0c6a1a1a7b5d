"""Faults that control switches on per partner and operation (design.md, 6)."""

import itertools
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

#: kind -> what it does to a call. ``reorder`` only applies to the operation ``callback``.
KINDS = {
    "latency": "waits `seconds` before doing anything",
    "rate_limit": "refuses with HTTP 429 and Retry-After `retry_after`; nothing is done",
    "error_before": "answers HTTP 500; nothing is done",
    "error_after": "does it, then answers HTTP 500",
    "cut_after": "does it, then closes the connection without an answer",
    "timeout_after": "does it, then answers only after `seconds`",
    "garbage": "does it, then answers HTTP 200 with a body cut off in the middle",
    "encoding": "does it, then answers in another character encoding than it declares",
    "html": "does it, then answers HTTP 200 with a gateway's HTML error page",
    "duplicate": "a callback is delivered twice; a page repeats its last item",
    "reorder": "callbacks that are waiting are delivered newest first",
}
CALLBACK = "callback"


class BadFault(ValueError):
    """The fault asked for makes no sense; the text says why."""


@dataclass
class Fault:
    """One switched-on fault. ``times`` is how many more calls it hits; None until cleared."""

    id: int
    partner: str
    operation: str
    kind: str
    times: int | None = None
    every: int = 1
    seconds: float = 0.0
    retry_after: int = 1
    match: str = ""
    seen: int = 0
    fired: int = 0

    def concerns(self, partner: str, operation: str, said: Callable[[], str]) -> bool:
        """Whether this call is one that the fault counts."""
        if self.partner != partner or self.operation not in ("*", operation):
            return False
        if operation == CALLBACK and self.operation != CALLBACK:
            return False
        return not self.match or self.match in said()


class FaultBook:
    """All faults that are on."""

    def __init__(self, partners: Iterable[str]) -> None:
        self._partners = tuple(partners)
        self._faults: dict[int, Fault] = {}
        self._ids = itertools.count(1)

    def add(self, wanted: dict[str, Any]) -> Fault:
        """Switch a fault on from its JSON form; raises BadFault."""
        kind = str(wanted.get("kind", ""))
        if kind not in KINDS:
            raise BadFault(f"kind must be one of {', '.join(KINDS)}")
        unknown = set(wanted) - {
            "partner", "operation", "kind", "times", "every", "seconds", "retry_after", "match"
        }  # fmt: skip
        if unknown:
            raise BadFault(f"unknown: {', '.join(sorted(unknown))}")
        times = wanted.get("times")
        fault = Fault(
            id=next(self._ids),
            partner=str(wanted.get("partner", "")),
            operation=str(wanted.get("operation", "*")),
            kind=kind,
            times=None if times is None else int(times),
            every=max(1, int(wanted.get("every", 1))),
            seconds=float(wanted.get("seconds", 0.0)),
            retry_after=int(wanted.get("retry_after", 1)),
            match=str(wanted.get("match", "")),
        )
        if fault.partner not in self._partners:
            raise BadFault(f"partner must be one of {', '.join(self._partners)}")
        if fault.kind == "reorder" and fault.operation != CALLBACK:
            raise BadFault("reorder applies to the operation callback")
        self._faults[fault.id] = fault
        return fault

    def take(self, partner: str, operation: str, said: Callable[[], str]) -> dict[str, Fault]:
        """The faults that hit this call, by kind, counted down. The oldest of a kind wins."""
        hits: dict[str, Fault] = {}
        for fault in list(self._faults.values()):
            if not fault.concerns(partner, operation, said):
                continue
            fault.seen += 1
            if fault.seen % fault.every or fault.kind in hits:
                continue
            hits[fault.kind] = fault
            fault.fired += 1
            if fault.times is not None:
                fault.times -= 1
                if fault.times <= 0:
                    del self._faults[fault.id]
        return hits

    def is_on(self, partner: str, operation: str, kind: str) -> bool:
        """Whether such a fault is on, without counting it down."""
        return any(
            fault.partner == partner and fault.operation == operation and fault.kind == kind
            for fault in self._faults.values()
        )

    def clear(self, *, fault_id: int | None = None, partner: str | None = None, operation: str | None = None) -> int:
        """Switch off those that match all that is given; returns how many."""
        gone = [
            key
            for key, fault in self._faults.items()
            if (fault_id is None or key == fault_id)
            and (partner is None or fault.partner == partner)
            and (operation is None or fault.operation == operation)
        ]
        for key in gone:
            del self._faults[key]
        return len(gone)

    def all(self) -> list[Fault]:
        """Every fault that is on."""
        return list(self._faults.values())
