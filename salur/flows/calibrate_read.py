"""Reading a warehouse's stock at its partner, page after page, into the database (R126 to R131).

Each page is kept together with where the next one is, so that memory stays flat, progress shows, and whoever carries a
run on begins where the last worker ended.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from salur.connectors.base.errors import ContractBroken, PartnerError, RateLimited, Retryable
from salur.connectors.base.types import Page, StockLevel
from salur.foundation.clock import now
from salur.integrations import budgets
from salur.integrations.calling import PartnerLine, Result, call, record
from salur.stock.sync_runs import (
    ClaimedRun,
    Position,
    hold_run,
    keep_not_named,
    keep_page,
    reading_ended,
)
from salur.tenancy.scope import merchant_scope

ACTOR = "worker"
SKUS_PER_CALL = 50
MOST_PAGES = 100_000
LONGEST_PATIENCE = 30.0  # seconds that a page waits for its turn at the partner
TRIES_PER_PAGE = 3  # of a reading that has begun: what was read so far is worth another try
PAUSES = (0.5, 2.0)


class RunLost(Exception):
    """The run is no longer ours: it ended, or another worker holds it."""


@dataclass
class Reader:
    """A run's reading. ``granted`` tells whether the next call was taken from the budget already."""

    line: PartnerLine
    run: ClaimedRun
    code: str
    actor: str
    position: Position
    pages: int
    granted: bool = False

    def scope_cause(self) -> str:
        """Why the scopes of this run are open."""
        return f"stock sync:{self.run.id}"


def read_on(line: PartnerLine, run: ClaimedRun, code: str, actor: str, may_go_on: Callable[[], bool]) -> bool:
    """Read until the end (true) or until ``may_go_on`` says no (false). Raises the partner's error or RunLost."""
    reader = Reader(line, run, code, actor, run.position, run.pages)
    parts = _parts(run.wanted)
    while reader.position.part < len(parts):
        if not may_go_on():
            return False
        _next_page(reader, parts[reader.position.part])
    with merchant_scope(line.merchant_id, actor=actor, cause=reader.scope_cause()):
        reading_ended(run)
    return True


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
    with merchant_scope(reader.line.merchant_id, actor=reader.actor, cause=reader.scope_cause()):
        record(reader.line, [result])
        if result.error is None:
            page = result.answer()
            if not hold_run(reader.run):
                raise RunLost
            keep_page(reader.run, page.items, asked_at, position)
            if page.cursor is None:
                keep_not_named(reader.run, first_asked, skus)
            else:
                reader.granted = bool(budgets.take("account", reader.line.id, 1))
    result.answer()
    reader.position, reader.pages = position, reader.pages + 1


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
        with merchant_scope(reader.line.merchant_id, actor=reader.actor, cause=reader.scope_cause()):
            record(reader.line, [result])
        if again:
            time.sleep(PAUSES[tries - 1])
            tries += 1


def _wait_for_budget(reader: Reader, patience: float) -> None:
    """Wait until the partner may be called once more; raises RateLimited when that takes too long."""
    while not reader.granted:
        with merchant_scope(reader.line.merchant_id, actor=reader.actor, cause="budget"):
            reader.granted = bool(budgets.take("account", reader.line.id, 1))
        if reader.granted:
            break
        if time.monotonic() > patience:
            raise RateLimited("budget", "the rate budget of this account is used up")
        time.sleep(0.05)
    reader.granted = False
