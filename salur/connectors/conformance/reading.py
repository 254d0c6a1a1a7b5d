"""Reading from a partner that fails: the hub may ask again, and doubt is never taken for an answer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from salur.connectors.base.errors import ContractBroken, PartnerError, RateLimited, Retryable

from .bench import Bench, Outcome
from .checks import Book, Power, expect
from .ground import Ground, ground
from .lost import LATE, QUICK, WAIT

BOOK = Book("Failing answers", look="wire.py, errors.py, the method named", kind="warehouse")

KINDS: dict[str, tuple[str, tuple[type[PartnerError], ...]]] = {
    "rate_limit": ("429", (RateLimited,)),
    "error_before": ("HTTP 500", (Retryable,)),
    "cut_after": ("A cut connection", (Retryable,)),
    "garbage": ("Half an answer", (ContractBroken, Retryable)),
    "html": ("An HTML page with status 200", (ContractBroken, Retryable)),
    "encoding": ("Another character encoding", (ContractBroken, Retryable)),
}
Reads = Callable[[Any], Any]


def reads(here: Ground) -> dict[str, Reads]:
    """Everything that only reads, with one outbound list (and one inbound list) to be read."""
    ref = here.pushed()[0]
    found: dict[str, Reads] = {
        "verify": lambda connector: connector.verify(),
        "list_warehouses": lambda connector: list(connector.list_warehouses()),
        "find_outbound": lambda connector: connector.find_outbound(ref.reference),
        "outbound_reports": lambda connector: list(connector.outbound_reports([ref])),
    }
    can = here.bench.can
    if "stock" in can.abilities:
        skus = list(here.skus) if can.stock_by_sku else None
        found["stock"] = lambda connector: connector.stock(here.place.code, skus, None)
    if "inbound" in can.abilities:
        arriving = here.push_inbound(here.bench.reference())
        if can.inbound_lookup:
            found["find_inbound"] = lambda connector: connector.find_inbound(arriving.reference)
        found["inbound_reports"] = lambda connector: list(connector.inbound_reports([arriving]))
    return found


def _check(kind: str) -> Callable[[Bench], None]:
    def looks(bench: Bench) -> None:
        here = ground(bench)
        for name, read in reads(here).items():
            healthy = read(here.connector)
            for operation in bench.operations(read, here.connector):
                bench.rig.fault(operation, kind, retry_after=WAIT)
                outcome = bench.attempt(read, bench.connector())
                bench.rig.forgive()
                _judge(kind, f"{name} ({operation})", outcome, healthy)
            expect(read(here.connector) == healthy, f"{name}: the same answer as before, afterwards", "another")

    return looks


def _judge(kind: str, where: str, outcome: Outcome, healthy: Any) -> None:
    allowed = KINDS[kind][1]
    if outcome.error is None:
        words = f"{where}: {' or '.join(one.__name__ for one in allowed)}, or the right answer"
        expect(outcome.value == healthy, words, outcome)
        return
    words = f"{where}: {' or '.join(one.__name__ for one in allowed)}"
    expect(isinstance(outcome.error, allowed), words, outcome)
    if isinstance(outcome.error, RateLimited):
        waits = outcome.error.retry_after
        expect(waits >= WAIT, f"{where}: retry_after of {WAIT} or more, as the partner asked", waits)


for _kind, (_title, _) in KINDS.items():
    BOOK.add(
        f"reading.{_kind}", f"{_title} while reading: the hub may ask again", "design 4, 9", _check(_kind),
        Power.FAULTS, Power.COUNTS,
    )  # fmt: skip


@BOOK.check(
    "reading.timeout_after", "No answer in time while reading: the hub may ask again", "design 4, 9",
    Power.FAULTS, Power.COUNTS,
)  # fmt: skip
def timeout(bench: Bench) -> None:
    """Of the look-up, the one reading on which a second push depends."""
    here = ground(bench)
    ref = here.pushed()[0]
    for operation in bench.operations(lambda: here.connector.find_outbound(ref.reference)):
        bench.rig.fault(operation, "timeout_after", seconds=LATE)
        outcome = bench.attempt(lambda: bench.connector(QUICK).find_outbound(ref.reference))
        bench.rig.forgive()
        expect(isinstance(outcome.error, Retryable), f"find_outbound ({operation}): Retryable, never None", outcome)
    expect(here.connector.find_outbound(ref.reference) is not None, "found afterwards", "None")
