"""Stores are told what they may sell, within seconds of a change, coalesced (R134).

Three steps, each a job that finds its work in rows: the ledger notes products that have more or less free; the
listings concerned are worked out anew; what differs from what the store shows is told to it. Many changes of one
product between two rounds become one call. Telling is absolute, so it may be repeated.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any

from django.db import connection

from salur.catalog.listing_stock import (
    StockClaim,
    StockVerdict,
    claim_listing_stock,
    save_stock_verdicts,
    try_refused_again,
)
from salur.connectors.base.errors import AuthRejected, ContractBroken, PartnerError, RateLimited, Rejected, TooLate
from salur.connectors.base.types import ItemResult
from salur.foundation.clock import now
from salur.integrations import budgets
from salur.integrations.calling import (
    ConnectionPaused,
    Job,
    NotConnected,
    PartnerLine,
    Result,
    call_many,
    record,
    store_line,
)
from salur.integrations.models import StoreConnection
from salur.integrations.registry import store_capabilities
from salur.stock.queries import warehouses
from salur.tenancy import audit
from salur.tenancy.scope import merchant_scope

from .backoff import next_try
from .store_stock_wanted import recount
from .wakeups import store_changed, wake

RECOUNT_EVERY = timedelta(hours=1)
CHANGES_AT_ONCE = 20_000
CALLS, WIDTH = 16, 8
TURN_SECONDS = 10.0
MOST_MISUNDERSTANDINGS = 5
ACTOR = "worker"

TAKE = """
DELETE FROM stock_stockchange WHERE merchant_id = %s AND id IN (
  SELECT id FROM stock_stockchange WHERE merchant_id = %s ORDER BY id LIMIT %s)
RETURNING product_id
"""


def follow_changes(merchant_id: int, _target: int) -> int:
    """Products that have more or less free: work out their listings; answers how many products were looked at."""
    with merchant_scope(merchant_id, actor=ACTOR, cause="stock to stores"):
        with connection.cursor() as cursor:
            cursor.execute(TAKE, [merchant_id, merchant_id, CHANGES_AT_ONCE])
            products = {row[0] for row in cursor.fetchall()}
        if products:
            _wake(recount(products=products))
        return len(products)


def recount_store(merchant_id: int, store_id: int) -> int:
    """All listings of one store: it was switched on, its settings or links changed, or an hour has passed."""
    with merchant_scope(merchant_id, actor=ACTOR, cause="stock to stores"):
        StoreConnection.objects.filter(pk=store_id).update(stock_recount_at=now() + RECOUNT_EVERY)
        stores = recount(store_id=store_id)
        _wake(stores)
        return len(stores)


def _wake(stores: Iterable[int]) -> None:
    for store in stores:
        wake("store_stock", store)


def tell_store(merchant_id: int, store_id: int) -> int:
    """Tell one store what is due, batch after batch; answers how many listings were tried."""
    ends = time.monotonic() + TURN_SECONDS
    tries = 0
    while True:
        with merchant_scope(merchant_id, actor=ACTOR, cause="stock to stores"):
            line = _line(store_id)
            if line is None:
                return tries
            taken, claims = _claim(line)
            if claims and time.monotonic() > ends:
                wake("store_stock", store_id)
        if not claims:
            return tries
        _tell_and_save(line, claims, taken)
        tries += len(claims)
        if time.monotonic() > ends:
            return tries


def _line(store_id: int) -> PartnerLine | None:
    """The store, if it can be told anything now."""
    try:
        line = store_line(store_id)
    except (ConnectionPaused, NotConnected):
        return None
    switched_on = StoreConnection.objects.filter(pk=store_id, push_stock=True).exists()
    return line if switched_on and "stock" in line.plugin.capabilities.abilities else None


def _claim(line: PartnerLine) -> tuple[int, list[StockClaim]]:
    """Calls taken from the budget and the listings to spend them on. Orders of the same store come first."""
    can = store_capabilities(line.plugin)
    taken = budgets.take("store", line.id, CALLS, patient=True)
    if not taken:
        return 0, []
    lease = timedelta(seconds=3 * can.stock_batch * can.call_deadline + 30)
    claims = claim_listing_stock(line.id, taken * can.stock_batch, lease)
    kept = min(taken, -(-len(claims) // can.stock_batch))
    budgets.refund("store", line.id, taken - kept)
    return kept, claims


def _tell_and_save(line: PartnerLine, claims: Sequence[StockClaim], taken: int) -> None:
    size = store_capabilities(line.plugin).stock_batch
    batches = [claims[i : i + size] for i in range(0, len(claims), size)]
    results = call_many(line, [Job(i, _call(batch)) for i, batch in enumerate(batches)], width=WIDTH)
    verdicts = [
        _verdict(claim, outcome)
        for batch, result in zip(batches, results, strict=True)
        for claim, outcome in zip(batch, _outcomes(batch, result), strict=True)
    ]
    with merchant_scope(line.merchant_id, actor=ACTOR, cause="stock to stores"):
        save_stock_verdicts(verdicts)
        record(line, results)
        made = sum(len(result.exchanges) for result in results)
        if made > taken:
            budgets.take("store", line.id, made - taken)
        if any(isinstance(result.error, AuthRejected) for result in results):
            store_changed(line.id)


def _call(batch: Sequence[StockClaim]) -> Any:
    return lambda connector: connector.set_stock([claim.target for claim in batch])


def _outcomes(batch: Sequence[StockClaim], result: Result[Sequence[ItemResult]]) -> list[ItemResult]:
    """The store's word on each listing; one that it says nothing of is not known to be set."""
    if result.error is not None:
        return [ItemResult(c.target.key, error=result.error) for c in batch]
    said = {item.key: item for item in result.answer()}
    for item in said.values():  # what concerns the whole connection may stand in an item only: show it to ``record``
        if result.error is None and isinstance(item.error, AuthRejected | RateLimited):
            result.error = item.error
    silent = ContractBroken("not_answered", "the answer says nothing of this listing")
    return [said.get(c.target.key, ItemResult(c.target.key, error=silent)) for c in batch]


def _verdict(claim: StockClaim, outcome: ItemResult) -> StockVerdict:
    """The error class is the policy; telling may be repeated, so a doubt is simply told again."""
    error, tries = outcome.error, claim.attempts
    if error is None:
        return StockVerdict(claim.id, claim.epoch, claim.target.quantity)
    if not isinstance(error, PartnerError):
        error = ContractBroken("connector_failed", type(error).__name__)
    said: dict[str, Any] = {"code": error.code or type(error).__name__, "message": error.message or error.code}
    if isinstance(error, RateLimited):
        later = now() + timedelta(seconds=error.retry_after)
        return StockVerdict(claim.id, claim.epoch, None, attempts=max(0, tries - 1), next_at=later, **said)
    misread = isinstance(error, ContractBroken) and tries >= MOST_MISUNDERSTANDINGS
    if misread or isinstance(error, Rejected | TooLate):
        return StockVerdict(claim.id, claim.epoch, None, failed=True, attempts=tries, **said)
    return StockVerdict(claim.id, claim.epoch, None, attempts=tries, next_at=next_try(tries), **said)


# -- people ---------------------------------------------------------------------------------------------------------


def set_stock_rule(
    store_id: int, *, on: bool, chosen: Sequence[int], buffer: int, share: int, most: int | None = None
) -> None:
    """Whether and what of the free stock a store is told (inside a scope); its listings are worked out at once.

    ``chosen`` are warehouse ids (none: all of them, also later ones), ``buffer`` pieces that are kept back, ``share``
    per cent, ``most`` the pieces of each product that the store gets at most (None: as many as there are). Raises
    ValueError for a share outside 1 to 100, fewer than no pieces or somebody else's warehouse.
    """
    own = {row.pk for row in warehouses()}
    if not 1 <= share <= 100 or buffer < 0 or (most or 0) < 0 or not set(chosen) <= own:
        raise ValueError("share must be 1 to 100, buffer and most 0 or more, warehouses the merchant's own")
    StoreConnection.objects.filter(pk=store_id).update(
        push_stock=on,
        stock_warehouses=sorted(set(chosen)),
        stock_buffer=buffer,
        stock_share=share,
        stock_most=most,
        stock_recount_at=now() if on else None,
    )
    rule = {"warehouses": len(chosen), "buffer": buffer, "share": share, "most": most}
    audit.record("store.stock_rule", f"store:{store_id}", on=on, **rule)
    if on:
        wake("recount", store_id)


def tell_refused_again(store_id: int) -> int:
    """Tell the store once more what it refused (inside a scope); answers how many listings."""
    again = try_refused_again(store_id)
    if again:
        wake("store_stock", store_id)
    return again
