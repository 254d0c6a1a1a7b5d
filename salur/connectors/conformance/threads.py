"""A connector is used by many threads at once and remembers nothing (design 4)."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from salur.connectors.base.types import OutboundTask

from .bench import Bench, Tap
from .checks import Book, Bypass, Power, expect
from .ground import Ground, ground
from .statuses import code_of

BOOK = Book("State", look="the class's attributes, module-level variables", kind="warehouse")
THREADS = 96  # as many as the hub has in one process
DEPTH = 4


@BOOK.check("state.threads", "Ninety-six threads at one connector each get their own answer", "design 4")
def threads(bench: Bench) -> None:
    """Each pushes and finds a list of its own."""
    here = ground(bench)
    references = [bench.reference() for _ in range(THREADS)]

    def one(reference: str) -> tuple[str, str, str, str]:
        ref = here.push(reference, lines=(here.line(here.skus[0], 1),))
        report = here.connector.find_outbound(reference)
        return reference, ref.number, *((report.reference, report.ref.number) if report else ("", ""))

    with ThreadPoolExecutor(THREADS) as pool:
        answers = list(pool.map(one, references))
    mixed = [
        f"{asked}: found {found}" for asked, pushed, found, number in answers if (asked, pushed) != (found, number)
    ]
    expect(not mixed, "for each the list that it asked for", f"{len(mixed)} mixed up, {mixed[:2]}")
    numbers = {pushed for _, pushed, _, _ in answers}
    expect(len(numbers) == THREADS, f"{THREADS} numbers", len(numbers))


@BOOK.check("state.none", "A connector is after a day's work as it was before", "design 4")
def none(bench: Bench) -> None:
    """Its attributes do not grow and do not change."""
    here = ground(bench)
    before = _inside(here.connector.connector, DEPTH)
    _work(here)
    after = _inside(here.connector.connector, DEPTH)
    changed = [name for name in {**before, **after} if before.get(name) != after.get(name)]
    expect(not changed, "the same attributes as before", f"changed: {', '.join(sorted(changed))}")


def _work(here: Ground) -> None:
    ref = here.pushed()[0]
    here.connector.verify()
    here.connector.find_outbound(ref.reference)
    here.connector.outbound_reports([ref])
    if "stock" in here.bench.can.abilities:
        here.connector.stock(here.place.code, None, None)


def _inside(thing: Any, depth: int) -> dict[str, str]:
    """What an object keeps, written out; the transport is the hub's."""
    kept = getattr(thing, "__dict__", None)
    if kept is None:
        kept = {name: getattr(thing, name, None) for name in getattr(type(thing), "__slots__", ())}
    found: dict[str, str] = {}
    for name, value in kept.items():
        if isinstance(value, Tap):
            continue
        plain = isinstance(value, Mapping | list | tuple | set | frozenset | str | int | float | bytes | type(None))
        if plain or depth == 0 or callable(value):
            found[name] = repr(value) if plain else type(value).__name__
        else:
            found |= {f"{name}.{key}": text for key, text in _inside(value, depth - 1).items()}
    return found


@BOOK.check(
    "state.fresh", "What changed at the partner is told at once, by the same connector", "design 4", Power.STATUS
)
def fresh(bench: Bench) -> None:
    """Nothing is answered from memory, by this object or by one before it."""
    here = ground(bench)
    ref = here.pushed()[0]
    for connector in (here.connector, bench.connector()):
        first = connector.find_outbound(ref.reference)
        expect(first is not None, "the list just pushed", None)
        connector.outbound_reports([ref])
    code = next((one for one in code_of(bench, OutboundTask.COMPLETED) if bench.rig.move_outbound(ref.number, one)), "")
    if not code:
        raise Bypass("no status means completed")
    for connector in (here.connector, bench.connector()):
        found = connector.find_outbound(ref.reference)
        expect(found is not None and found.status is OutboundTask.COMPLETED, "completed, as at the partner", found)
        (report,) = connector.outbound_reports([ref])
        expect(report.status is OutboundTask.COMPLETED, "completed, as at the partner", report)
