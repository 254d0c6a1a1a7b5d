"""Counters per partner and operation: what was called, what was done, what was refused and why."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any


@dataclass
class OperationCount:
    """Calls of one operation. ``ok`` was carried out, even when a fault then hid the answer."""

    calls: int = 0
    ok: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)

    def as_json(self) -> dict[str, Any]:
        """For the control API."""
        return {"calls": self.calls, "ok": self.ok, "refused": dict(self.refused), "faults": dict(self.faults)}


class Counts:
    """All counters of the sandbox."""

    def __init__(self) -> None:
        self._counts: dict[tuple[str, str], OperationCount] = {}

    def of(self, partner: str, operation: str) -> OperationCount:
        """The counter of one operation, made when first asked for."""
        return self._counts.setdefault((partner, operation), OperationCount())

    def clear(self) -> None:
        """Begin counting anew."""
        self._counts.clear()

    def as_json(self) -> dict[str, Any]:
        """``{partner: {operation: counts}}``."""
        out: dict[str, Any] = {}
        for (partner, operation), count in sorted(self._counts.items()):
            out.setdefault(partner, {})[operation] = count.as_json()
        return out
