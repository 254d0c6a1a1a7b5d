"""Products into third-party warehouses: added, pushed, pushed again (R45 to R49)."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from salur.catalog.bundles import kept_products
from salur.catalog.details import INCOMPLETE, completed, lacking, named
from salur.catalog.messages import NOT_ANSWERED
from salur.catalog.models import WarehouseProduct
from salur.catalog.pushes import (
    ProductClaim,
    ProductVerdict,
    add_products,
    claim_products,
    push_rows_again,
    save_product_verdicts,
    take_back_lost,
)
from salur.connectors.base.capabilities import FormField
from salur.connectors.base.errors import (
    AuthExpired,
    AuthRejected,
    ContractBroken,
    PartnerError,
    RateLimited,
    Rejected,
    Retryable,
    TooLate,
    UnknownOutcome,
)
from salur.connectors.base.types import ItemResult
from salur.foundation.clock import now
from salur.integrations import budgets
from salur.integrations.calling import (
    ConnectionPaused,
    Job,
    NotConnected,
    PartnerLine,
    Result,
    account_line,
    call_many,
    record,
)
from salur.integrations.registry import warehouse_capabilities
from salur.stock.ledger import balance_ids
from salur.stock.models import Warehouse
from salur.tenancy.scope import merchant_scope

from .backoff import next_try
from .wakeups import account_changed, products_changed, wake

BATCH, WIDTH = 64, 32
CALLS_PER_ITEM = 2  # created, or changed where it exists: taken beforehand, settled afterwards
TURN_SECONDS = 20.0
MOST_MISUNDERSTANDINGS = 5
ACTOR = "worker"


def add_to_warehouse(product_ids: Iterable[int], warehouse_id: int) -> list[int]:
    """Add master products to a warehouse (inside a scope); answers the rows that wait to be pushed.

    Both kinds of warehouse show the product from now on (R50). A partner's is told of it (R47), and one it had refused
    is pushed again (R49); an own warehouse has nobody to tell. Of a bundle its parts are added, because a warehouse
    keeps them and not the bundle; what is archived is left out.
    """
    products = kept_products(product_ids)
    warehouse = Warehouse.objects.get(pk=warehouse_id)
    balance_ids([(warehouse_id, product) for product in products])
    if warehouse.account_id is None:
        return []
    rows = add_products(products, warehouse_id)
    wake("products", warehouse.account_id)
    products_changed([warehouse_id])
    return rows


def push_again(warehouse_product_ids: Iterable[int]) -> list[int]:
    """Push these rows once more, also those the partner has (their data changed); answers which wait (in a scope)."""
    rows = push_rows_again(warehouse_product_ids)
    warehouses = set(WarehouseProduct.objects.filter(pk__in=rows).values_list("warehouse_id", flat=True))
    for account in set(Warehouse.objects.filter(pk__in=warehouses).values_list("account_id", flat=True)):
        if account is not None:
            wake("products", account)
    products_changed(warehouses)
    return rows


def push_due(merchant_id: int, account_id: int) -> int:
    """Push what waits for one account, batch after batch; answers how many tries were made."""
    ends = time.monotonic() + TURN_SECONDS
    tries = 0
    while True:
        with merchant_scope(merchant_id, actor=ACTOR, cause="push products"):
            try:
                line = account_line(account_id)
            except (ConnectionPaused, NotConnected):
                return tries
            take_back_lost(account_id)
            taken, claims = _claim(line)
            if claims and time.monotonic() > ends:
                wake("products", account_id)
        if not claims:
            return tries
        _push_and_save(line, claims, taken)
        tries += len(claims)
        if time.monotonic() > ends:
            return tries


def _claim(line: PartnerLine) -> tuple[int, list[ProductClaim]]:
    """Calls taken from the budget and the rows to spend them on."""
    if "products" not in line.plugin.capabilities.abilities:
        return 0, claim_products(line.id, BATCH, timedelta(seconds=60))
    taken = budgets.take("account", line.id, BATCH * CALLS_PER_ITEM, patient=True)
    if not taken:
        return 0, []
    deadline = line.plugin.capabilities.call_deadline
    batch = warehouse_capabilities(line.plugin).product_batch
    lease = timedelta(seconds=2 * CALLS_PER_ITEM * batch * deadline + 30)
    claims = claim_products(line.id, max(1, taken // CALLS_PER_ITEM), lease)
    kept = min(taken, len(claims) * CALLS_PER_ITEM)
    budgets.refund("account", line.id, taken - kept)
    return kept, claims


def _push_and_save(line: PartnerLine, claims: Sequence[ProductClaim], taken: int) -> None:
    outcomes, results = _call(line, claims)
    verdicts = [_verdict(claim, outcome) for claim, outcome in zip(claims, outcomes, strict=True)]
    with merchant_scope(line.merchant_id, actor=ACTOR, cause="push products"):
        ours = set(save_product_verdicts(verdicts))
        record(line, results)
        made = sum(len(result.exchanges) for result in results)
        budgets.refund("account", line.id, max(0, taken - made))
        products_changed({c.warehouse_id for c in claims if c.id in ours})
        if any(isinstance(outcome.error, AuthRejected) for outcome in outcomes):
            account_changed(line.id)


def _call(
    line: PartnerLine, claims: Sequence[ProductClaim]
) -> tuple[list[ItemResult], list[Result[Sequence[ItemResult]]]]:
    """One outcome per claim. A partner that keeps no list of products knows each of them already.

    What lacks a field that the partner needs is not sent: the refusal is known beforehand, and so is its cure.
    """
    can = warehouse_capabilities(line.plugin)
    missing = {c.id: lacking(can.product_fields, c.request.details) for c in claims} if can.product_fields else {}
    whole = [_with_defaults(c, can.product_fields) for c in claims if not missing.get(c.id)]
    answers, results = _send(line, whole)
    said = dict(zip((c.id for c in whole), answers, strict=True))
    return [said.get(c.id) or _unsent(c, missing[c.id]) for c in claims], results


def _with_defaults(claim: ProductClaim, declared: Sequence[FormField]) -> ProductClaim:
    if not declared:
        return claim
    return replace(claim, request=replace(claim.request, details=completed(declared, claim.request.details)))


def _unsent(claim: ProductClaim, missing: Sequence[FormField]) -> ItemResult:
    keys = ", ".join(one.key for one in missing)
    return ItemResult(claim.request.sku, error=Rejected(INCOMPLETE, named(missing), field=keys))


def _send(
    line: PartnerLine, claims: Sequence[ProductClaim]
) -> tuple[list[ItemResult], list[Result[Sequence[ItemResult]]]]:
    if "products" not in line.plugin.capabilities.abilities:
        return [ItemResult(c.request.sku) for c in claims], []
    size = warehouse_capabilities(line.plugin).product_batch
    batches = [claims[i : i + size] for i in range(0, len(claims), size)]
    results = call_many(line, [Job(i, _push_call(batch)) for i, batch in enumerate(batches)], width=WIDTH)
    outcomes: list[ItemResult] = []
    for batch, result in zip(batches, results, strict=True):
        outcomes += _outcomes(batch, result)
    _lift_item_errors(results)
    return outcomes, results


def _push_call(batch: Sequence[ProductClaim]) -> Any:
    return lambda connector: connector.push_products([claim.request for claim in batch])


def _outcomes(batch: Sequence[ProductClaim], result: Result[Sequence[ItemResult]]) -> list[ItemResult]:
    """The partner's word on each item; an item it says nothing of is not known to be there."""
    if result.error is not None:
        return [ItemResult(c.request.sku, error=result.error) for c in batch]
    said = {item.key: item for item in result.answer()}
    silent = ContractBroken(NOT_ANSWERED, "the answer says nothing of this product")
    return [said.get(c.request.sku, ItemResult(c.request.sku, error=silent)) for c in batch]


def _lift_item_errors(results: Sequence[Result[Sequence[ItemResult]]]) -> None:
    """What concerns the whole connection (refused keys, slow down) may stand in an item only: show it to ``record``."""
    for result in results:
        for item in result.value or ():
            if result.error is None and isinstance(item.error, AuthRejected | RateLimited):
                result.error = item.error


def _verdict(claim: ProductClaim, outcome: ItemResult) -> ProductVerdict:
    """The error class is the policy; pushing a product may be repeated, so an unknown outcome is tried again."""
    error = outcome.error
    if error is None:
        number = outcome.ref.number if outcome.ref else ""
        return ProductVerdict(claim.id, claim.epoch, "pushed", 0, number=number)
    if not isinstance(error, PartnerError):
        error = ContractBroken("connector_failed", type(error).__name__)
    said: dict[str, Any] = {"code": error.code or type(error).__name__, "message": error.message or error.code}
    if isinstance(error, RateLimited):
        later = now() + timedelta(seconds=error.retry_after)
        return ProductVerdict(claim.id, claim.epoch, "not_pushed", max(0, claim.attempts - 1), later, **said)
    repeats = isinstance(error, Retryable | UnknownOutcome | AuthExpired | AuthRejected)
    misread = isinstance(error, ContractBroken) and claim.attempts < MOST_MISUNDERSTANDINGS
    if (repeats or misread) and not isinstance(error, Rejected | TooLate):
        return ProductVerdict(claim.id, claim.epoch, "not_pushed", claim.attempts, next_try(claim.attempts), **said)
    return ProductVerdict(claim.id, claim.epoch, "failed", claim.attempts, **said)
