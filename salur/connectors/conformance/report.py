"""The outcome for people (a table) and for machines (JSON)."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime

from .bench import Bench
from .checks import Check, Mark
from .runner import Result

SCHEMA = "salur-conformance/1"
SIGNS = {Mark.HOLDS: "ok  ", Mark.FAILS: "FAIL", Mark.BYPASSED: "-   "}


def lines_of(result: Result) -> Iterator[str]:
    """One check as lines of the table."""
    check = result.check
    yield f"  {SIGNS[result.mark]} {check.id:<24} {check.title}"
    inset = " " * 9
    if result.mark is Mark.BYPASSED:
        yield f"{inset}bypassed: {result.reason}"
    if result.mark is Mark.FAILS:
        yield f"{inset}seen:     {result.seen}"
        yield f"{inset}expected: {result.expected}"
        yield f"{inset}look at:  {check.look} ({check.proves})"


class Table:
    """Prints areas as headings when they begin."""

    def __init__(self) -> None:
        self._area = ""

    def heading(self, check: Check) -> Iterator[str]:
        """The area's heading, before its first check."""
        if check.area != self._area:
            self._area = check.area
            yield ""
            yield check.area

    def lines(self, result: Result) -> Iterator[str]:
        """A result with the heading that it may need."""
        yield from self.heading(result.check)
        yield from lines_of(result)


def counted(results: Iterable[Result]) -> dict[str, int]:
    """How many ended how."""
    counts = Counter(result.mark for result in results)
    return {str(mark): counts[mark] for mark in Mark}


def as_json(bench: Bench, results: Sequence[Result]) -> str:
    """The machine-readable report; its fields are described in docs/connectors.md."""
    document = {
        "schema": SCHEMA,
        "connector": bench.plugin.name,
        "kind": bench.plugin.kind,
        "partner": bench.rig.name,
        "made_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "abilities": sorted(bench.plugin.capabilities.abilities),
        "powers": sorted(bench.rig.powers),
        "counts": counted(results),
        "checks": [_row(result) for result in results],
    }
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _row(result: Result) -> dict[str, object]:
    check = result.check
    return {
        "id": check.id,
        "area": check.area,
        "title": check.title,
        "proves": check.proves,
        "outcome": str(result.mark),
        "reason": result.reason,
        "seen": result.seen,
        "expected": result.expected,
        "look": check.look if result.mark is Mark.FAILS else "",
        "seconds": round(result.seconds, 3),
    }
