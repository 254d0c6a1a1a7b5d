"""What partners' messages lead to: a message is a hint, the partner is asked for the facts (R84, R140, A6).

A message is taken once. If asking fails then, the regular look (follow-up, order sync) is made due instead, so a
message neither gets lost nor is tried again every second.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import structlog
from django.db import connection

from salur.connectors.base.types import OutboundReport, PartnerRef, StoreOrder
from salur.foundation.clock import now
from salur.foundation.locks import claim_rows
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
    store_line,
)
from salur.integrations.connections import Kind, pause
from salur.integrations.models import StoreConnection
from salur.integrations.registry import store_capabilities, warehouse_capabilities
from salur.stock.models import Warehouse
from salur.tenancy import audit
from salur.tenancy.scope import current_scope, merchant_scope

from .calibrate import NoStockReport, sync_stock
from .fetched import take_fetched
from .follow_up import apply_and_check, refresh_now
from .inbound_follow import ask_for_named
from .wakeups import store_changed, wake

log = structlog.get_logger(__name__)

BATCH = 200
ACTOR = "partner"


@dataclass(frozen=True, slots=True)
class Message:
    """A stored message: what happened (``kind``) to what (``subject``)."""

    id: int
    kind: str
    subject: str
    raw_status: str


def _take(kind: Kind, connection_id: int) -> list[Message]:
    """Take the oldest messages of a connection (inside a scope); nobody else gets these."""
    rows = claim_rows(
        "integrations_webhookdelivery",
        merchant_id=current_scope().merchant_id,
        where=f"c.processed_at IS NULL AND c.{kind}_id = %(connection)s",
        order="c.id",
        changes="processed_at = %(now)s",
        returning="t.id, t.kind, t.subject, t.raw_status",
        limit=BATCH,
        values={"connection": connection_id, "now": now()},
    )
    if len(rows) == BATCH:
        wake(f"{kind}_event", connection_id)  # there may be more, which need not wait for the sweep
    return sorted((Message(*row) for row in rows), key=lambda m: m.id)


def _subjects(messages: Sequence[Message], *kinds: str) -> list[str]:
    return list(dict.fromkeys(m.subject for m in messages if m.kind in kinds and m.subject))


# -- warehouses -----------------------------------------------------------------------------------------------------

LISTS = """
SELECT id, partner_number, reference FROM outbound_outbound
WHERE merchant_id = %s AND account_id = %s AND push NOT IN ('draft', 'waiting', 'ready')
  AND (reference = ANY(%s) OR (partner_number <> '' AND partner_number = ANY(%s)))
ORDER BY id
"""


def process_account_events(merchant_id: int, account_id: int) -> int:
    """Work on the messages of a warehouse account; answers how many were taken."""
    with merchant_scope(merchant_id, actor=ACTOR, cause="message"):
        try:
            line = account_line(account_id)
        except (ConnectionPaused, NotConnected):
            return len(_take("account", account_id))  # authorised again, everything is looked at anew
        messages = _take("account", account_id)
        subjects = _subjects(messages, "outbound")
        with connection.cursor() as cursor:
            cursor.execute(LISTS, [merchant_id, account_id, subjects, subjects])
            lists = cursor.fetchall()
        skus = _subjects(messages, "stock")
        warehouses = list(Warehouse.objects.filter(account_id=account_id, active=True).values_list("id", flat=True))
        granted = budgets.take("account", account_id, _calls(line, lists)) if lists else 0
    if lists:
        _ask_for_lists(line, lists, granted)
    if named := _subjects(messages, "inbound"):
        ask_for_named(line, named)
    for warehouse in warehouses if skus else ():
        with suppress(NoStockReport):  # one that reports its stock as a whole only: its next sync brings it
            sync_stock(merchant_id, warehouse, "webhook", skus)
    return len(messages)


def _calls(line: PartnerLine, lists: Sequence[tuple[int, str, str]]) -> int:
    return len(_report_jobs(line, lists))


def _report_jobs(
    line: PartnerLine, lists: Sequence[tuple[int, str, str]]
) -> list[tuple[list[int], Job[Sequence[OutboundReport]]]]:
    """Lists whose number we know are asked for together; one whose push is still in doubt by its reference."""
    size = warehouse_capabilities(line.plugin).report_batch
    known = [row for row in lists if row[1]]
    pages = [known[i : i + size] for i in range(0, len(known), size)]
    jobs = [([row[0] for row in page], Job(page[0][0], _reports_call(page))) for page in pages]
    return jobs + [([row[0]], Job(row[0], _find_call(row[2]))) for row in lists if not row[1]]


def _reports_call(page: Sequence[tuple[int, str, str]]) -> Any:
    refs = [PartnerRef(number, reference) for _, number, reference in page]
    return lambda connector: connector.outbound_reports(refs)


def _find_call(reference: str) -> Any:
    def find(connector: Any) -> Sequence[OutboundReport]:
        found = connector.find_outbound(reference)
        return [] if found is None else [found]

    return find


def _ask_for_lists(line: PartnerLine, lists: Sequence[tuple[int, str, str]], granted: int) -> None:
    """The authoritative word on these lists; those that cannot be asked for now are left to the next round."""
    jobs = _report_jobs(line, lists)
    results: list[Result[Sequence[OutboundReport]]] = call_many(line, [job for _, job in jobs[:granted]])
    asked = list(zip((ids for ids, _ in jobs[:granted]), results, strict=True))
    with merchant_scope(line.merchant_id, actor=ACTOR, cause="message"):
        answered = [i for ids, result in asked if result.error is None for i in ids]
        apply_and_check(line, answered, [x for r in results if r.error is None for x in r.answer()])
        record(line, results)
        left = {row[0] for row in lists} - set(answered)
        if left:
            refresh_now(left)


# -- stores ---------------------------------------------------------------------------------------------------------

ASK_AGAIN = """
UPDATE outbound_outbound o SET shipment_next_at = NULL, shipment_attempts = 0
FROM orders_order r
WHERE o.merchant_id = %s AND r.merchant_id = o.merchant_id AND r.id = o.order_id AND o.store_id = %s
  AND r.store_id = o.store_id AND r.external_id = ANY(%s) AND o.shipment IN ('arranged', 'numbered')
"""


def process_store_events(merchant_id: int, store_id: int) -> int:
    """Work on the messages of a store; answers how many were taken."""
    with merchant_scope(merchant_id, actor=ACTOR, cause="message"):
        messages = _take("store", store_id)
        _follow_authorisation(store_id, messages)
        _record_deletions(store_id, messages)
        _ask_for_labels(store_id, _subjects(messages, "tracking", "label"))
        orders = _subjects(messages, "order")
        try:
            line = store_line(store_id)
        except (ConnectionPaused, NotConnected):
            return len(messages)  # authorised again, the sync begins where it ended
        size = store_capabilities(line.plugin).detail_batch
        pages = [orders[i : i + size] for i in range(0, len(orders), size)]
        granted = budgets.take("store", store_id, len(pages)) if pages else 0
        if len(pages) > granted:
            _poll_soon(store_id)
    if granted:
        _fetch_orders(line, pages[:granted])
    return len(messages)


def _follow_authorisation(store_id: int, messages: Sequence[Message]) -> None:
    """The owner took the permission back at the store: nothing is called until it is given again."""
    if any(m.kind == "authorisation" and m.raw_status == "deauthorised" for m in messages):
        budgets.hold("store", store_id)
        pause("store", store_id, "the permission was taken back at the store")
        store_changed(store_id)


def _record_deletions(store_id: int, messages: Sequence[Message]) -> None:
    """A user of the store is gone and wants to be forgotten: on record for the merchant, who has to see to it."""
    for message in messages:
        if message.kind == "erasure":
            audit.record("store.user_deleted", f"store:{store_id}", user=message.subject, told=message.raw_status)


def _ask_for_labels(store_id: int, orders: Sequence[str]) -> None:
    """AWB number or label is there now: the waiting shipments need not wait for their next turn."""
    if not orders:
        return
    with connection.cursor() as cursor:
        cursor.execute(ASK_AGAIN, [current_scope().merchant_id, store_id, list(orders)])
        if cursor.rowcount:
            wake("shipment", store_id)


def _poll_soon(store_id: int) -> None:
    """Leave it to the order sync, which knows how to wait and try again."""
    StoreConnection.objects.filter(pk=store_id, automatic_sync=True).update(next_poll_at=now())
    wake("poll", store_id)


def _fetch_orders(line: PartnerLine, pages: Sequence[Sequence[str]]) -> None:
    results: list[Result[Sequence[StoreOrder]]] = call_many(
        line, [Job(i, _detail_call(p)) for i, p in enumerate(pages)]
    )
    with merchant_scope(line.merchant_id, actor=ACTOR, cause="message"):
        record(line, results)
        if any(result.error is not None for result in results):
            _poll_soon(line.id)
        orders = [order for result in results if result.error is None for order in result.answer()]
        if orders:
            take_fetched(line, orders, trigger="webhook", actor=ACTOR)


def _detail_call(ids: Sequence[str]) -> Any:
    return lambda connector: connector.order_details(ids)
