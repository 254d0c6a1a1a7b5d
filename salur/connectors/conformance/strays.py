"""Whatever a partner answers, only partner errors come out of a connector (design 4)."""

from __future__ import annotations

from .bench import Bench
from .checks import Book, Power, expect
from .ground import ground
from .reading import reads

BOOK = Book("Errors", look="reading of answers: salur.connectors.base.reading", kind="warehouse")
SPOILS = ("garbage", "html", "encoding", "duplicate", "error_after")


@BOOK.check("errors.partner", "Every exception is a partner error that says something", "design 4",
            Power.FAULTS, Power.COUNTS)  # fmt: skip
def partner(bench: Bench) -> None:
    """Every method that reads, its answers spoilt in five ways; a crash anywhere fails here too."""
    here = ground(bench)
    mute: list[str] = []
    for name, read in reads(here).items():
        for kind in SPOILS:
            bench.rig.fault("*", kind)
            outcome = bench.attempt(read, bench.connector())
            bench.rig.forgive()
            if outcome.error is not None and not (outcome.error.code or outcome.error.message):
                mute.append(f"{name} after {kind}")
    expect(not bench.strays, "partner errors only", bench.strays[:3])
    expect(not mute, "a code or words in each error", mute)


@BOOK.check("errors.exchange", "An error names the record of its call", "design 4", Power.FAULTS, Power.COUNTS,
            look="wire.py (exchange_id)")  # fmt: skip
def exchange(bench: Bench) -> None:
    """So that the page can show what was said."""
    here = ground(bench)
    kept = set()
    for kind in ("garbage", "error_before"):
        bench.rig.fault("*", kind)
        outcome = bench.attempt(lambda: here.connector.find_outbound(bench.reference()))
        bench.rig.forgive()
        kept = {one.id for one in bench.exchanges}
        known = outcome.error is not None and outcome.error.exchange_id in kept
        expect(known, f"an error after {kind} whose exchange_id is one of the records", outcome)
