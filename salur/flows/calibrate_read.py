"""Reading a warehouse's stock at its partner, page after page, into the database (R126 to R131).

Each page is kept together with where the next one is, so that memory stays flat, progress shows, and whoever carries a
run on begins where the last worker ended.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from datetime import datetime

from salur.connectors.base.errors import ContractBroken, PartnerError, RateLimited, Retryable
from salur.connectors.base.types import Page, StockLevel
from salur.foundation.clock import now
from salur.integrations import budgets
from salur.integrations.calling import PartnerLine, Result, call, record
from salur.stock.sync_runs import (
    ClaimedRun,
    Position,
    ReadPage,
    hold_run,
    keep_not_named,
    keep_pages,
    reading_ended,
)
from salur.tenancy.scope import Scope, merchant_scope

ACTOR = "worker"
SKUS_PER_CALL = 50
PAGES_AT_ONCE = 5
SECONDS_AT_MOST = 1.0  # between two times that pages are kept: a slow partner's progress shows as well
MOST_PAGES = 100_000
LONGEST_PATIENCE = 30.0  # seconds that a page waits for its turn at the partner
TRIES_PER_PAGE = 3  # of a reading that has begun: what was read so far is worth another try
PAUSES = (0.5, 2.0)


class RunLost(Exception):
    """The run is no longer ours: it ended, or another worker holds it."""


@dataclass
class Reader:
    """A run's reading. ``fresh`` are pages read and not yet kept; ``granted`` calls were taken from the budget."""

    line: PartnerLine
    run: ClaimedRun
    code: str
    actor: str
    position: Position
    pages: int
    granted: int = 0
    fresh: list[ReadPage] = field(default_factory=list)
    results: list[Result[Page[StockLevel]]] = field(default_factory=list)
    kept_at: float = field(default_factory=time.monotonic)

    def scope(self) -> AbstractContextManager[Scope]:
        """A scope of this run."""
        return merchant_scope(self.line.merchant_id, actor=self.actor, cause=f"stock sync:{self.run.id}")

    def is_full(self) -> bool:
        """Whether what was read is to be kept now: often enough to be seen, seldom enough to be quick."""
        return len(self.fresh) >= PAGES_AT_ONCE or time.monotonic() - self.kept_at > SECONDS_AT_MOST


def read_on(line: PartnerLine, run: ClaimedRun, code: str, actor: str, may_go_on: Callable[[], bool]) -> bool:
    """Read until the end (true) or until ``may_go_on`` says no (false). Raises the partner's error or RunLost."""
    reader = Reader(line, run, code, actor, run.position, run.pages)
    parts = _parts(run.wanted)
    try:
        while reader.position.part < len(parts):
            if not may_go_on():
                return False
            _next_page(reader, parts[reader.position.part])
    finally:
        _give_back(reader)
    with reader.scope():
        reading_ended(run)
    return True


def _give_back(reader: Reader) -> None:
    """Keep what was read, whatever ended the reading, and give back calls that were not made."""
    if reader.fresh or reader.granted:
        with reader.scope():
            kept = not reader.fresh or _keep(reader)
            budgets.refund("account", reader.line.id, reader.granted)
        if not kept:
            raise RunLost


def _parts(wanted: Sequence[str] | None) -> list[Sequence[str] | None]:
    """What is asked for one after the other: everything, or the SKUs of a selection, so many at a time."""
    if wanted is None:
        return [None]
    return [wanted[i : i + SKUS_PER_CALL] for i in range(0, len(wanted), SKUS_PER_CALL)]


def _next_page(reader: Reader, skus: Sequence[str] | None) -> None:
    asked_at, result = _patiently(reader, skus)
    position, first_asked = reader.position, reader.position.asked_at or asked_at
    if result.error is None:
        position, result.error = _following(reader, result.answer(), first_asked)
    if result.error is not None:
        with reader.scope():
            record(reader.line, [result])
        raise result.error
    page = result.answer()
    reader.results.append(result)
    reader.fresh.append(ReadPage(page.items, asked_at))
    reader.position, reader.pages = position, reader.pages + 1
    if page.cursor is not None and not reader.is_full():
        return
    with reader.scope():
        if not _keep(reader):
            raise RunLost
        if page.cursor is None:
            keep_not_named(reader.run, first_asked, skus)
        elif reader.granted < 1:
            reader.granted = budgets.take("account", reader.line.id, PAGES_AT_ONCE, patient=True)


def _keep(reader: Reader) -> bool:
    """Inside a scope: write the pages read since the last time; false if the run is no longer ours."""
    record(reader.line, reader.results)
    ours = hold_run(reader.run)
    if ours:
        keep_pages(reader.run, reader.fresh, reader.position)
    reader.fresh, reader.results, reader.kept_at = [], [], time.monotonic()
    return ours


def _following(reader: Reader, page: Page[StockLevel], first_asked: datetime) -> tuple[Position, PartnerError | None]:
    """Where the next page is; an error for a listing that goes in circles or has no end."""
    if page.cursor is None:
        return Position(reader.position.part + 1), None
    if page.cursor == reader.position.cursor or reader.pages >= MOST_PAGES:
        return reader.position, ContractBroken("cursor", "the listing of the stock does not come to an end")
    return replace(reader.position, cursor=page.cursor, asked_at=first_asked), None


def _patiently(reader: Reader, skus: Sequence[str] | None) -> tuple[datetime, Result[Page[StockLevel]]]:
    """When the page was asked for, and it; or the error that stays after waiting (asked to slow down) and trying again.

    Raises RateLimited when the budget gives no call for too long.
    """
    patience = time.monotonic() + LONGEST_PATIENCE
    tries, cursor = 1, reader.position.cursor
    while True:
        _wait_for_budget(reader, patience)
        asked_at = now()
        result: Result[Page[StockLevel]] = call(
            reader.line, lambda connector: connector.stock(reader.code, skus, cursor)
        )
        slower = isinstance(result.error, RateLimited) and time.monotonic() <= patience
        again = isinstance(result.error, Retryable) and bool(reader.pages) and tries < TRIES_PER_PAGE
        if not (slower or again):
            return asked_at, result
        with reader.scope():
            record(reader.line, [result])
        if again:
            time.sleep(PAUSES[tries - 1])
            tries += 1


def _wait_for_budget(reader: Reader, patience: float) -> None:
    """Wait until the partner may be called once more; raises RateLimited when that takes too long."""
    while reader.granted < 1:
        with reader.scope():
            reader.granted = budgets.take("account", reader.line.id, 1, patient=True)
        if reader.granted:
            break
        if time.monotonic() > patience:
            raise RateLimited("budget", "the rate budget of this account is used up")
        time.sleep(0.05)
    reader.granted -= 1
