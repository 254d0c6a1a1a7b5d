"""A cancellation's race with the warehouse: how far it is, how such races ended, what may be lost (R116 to R119).

Every cancellation leaves its stage and its end in the record of moves, so these figures get better by themselves.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import connection
from django.utils.translation import gettext

from salur.tenancy.scope import current_scope

from .models import Outbound
from .states import CancellationState, TaskState
from .stopping import AT_WAREHOUSE, STAGES, capabilities_of, is_past

LATEST_RACES = 500  # cancellations looked at for each account: older ones say little of how the warehouse works today
LATEST_SENT = 100  # lists looked at for how long the warehouse takes to its cutoff
ENOUGH = 5  # fewer ended races, or fewer lists sent, tell nothing


@dataclass(frozen=True, slots=True)
class Race:
    """One list against its warehouse. ``stopped`` of ``ended`` earlier cancellations at this stage succeeded there.

    ``since``: when the warehouse reached the stage. ``cutoff_at``: when it will probably be past the last state that
    allows stopping, as it usually is; None where that is over, or not known. ``loss``: the price of the goods in the
    parcel, in the order's currency, without courier and fees. ``partner``: False for an own warehouse.
    """

    stage: str
    since: datetime | None
    cutoff_at: datetime | None
    stopped: int
    ended: int
    loss: Decimal
    currency: str
    partner: bool = True

    @property
    def share(self) -> int | None:
        """Per cent of the earlier cancellations at this stage that succeeded; None where too few are known."""
        return round(100 * self.stopped / self.ended) if self.ended >= ENOUGH else None

    @property
    def stage_label(self) -> str:
        """The stage in words."""
        return str(TaskState(self.stage).label)

    @property
    def chances(self) -> str:
        """How such races ended, in words; empty for an own warehouse, which stops at once."""
        if not self.partner:
            return ""
        if self.share is None:
            return gettext("Too few earlier cancellations at this stage to tell the chances.")
        told = gettext("At this stage %(stopped)s of %(ended)s earlier cancellations succeeded there (%(share)s %%).")
        return told % {"stopped": self.stopped, "ended": self.ended, "share": self.share}


def is_running(outbound: Outbound) -> bool:
    """Whether there is still something to win or lose: the partner has the list, or sent it all the same."""
    if outbound.account_id is None or outbound.push not in AT_WAREHOUSE:
        return outbound.cancellation == CancellationState.CONFLICT
    ended = outbound.task in (TaskState.COMPLETED, TaskState.CANCELLED)
    return not ended or outbound.cancellation == CancellationState.CONFLICT


def lists_at_warehouse(order_ids: Iterable[int]) -> dict[int, list[Outbound]]:
    """What warehouses have of these orders, by order."""
    rows = Outbound.objects.filter(order_id__in=list(order_ids), push__in=AT_WAREHOUSE)
    found: dict[int, list[Outbound]] = {}
    for row in rows.select_related("order", "warehouse", "account").order_by("pk"):
        found.setdefault(row.order_id, []).append(row)
    return found


# The stage of a race is the warehouse's state when it was first asked for.
ENDED = """
SELECT a.account, coalesce(s.target, 'none'), count(*) FILTER (WHERE o.cancellation = 'done'), count(*)
FROM unnest(%(accounts)s::bigint[]) AS a(account)
CROSS JOIN LATERAL (
  SELECT id, cancellation FROM outbound_outbound
  WHERE merchant_id = %(merchant)s AND account_id = a.account AND cancellation IN ('done', 'refused', 'conflict')
    AND pushed_at IS NOT NULL ORDER BY id DESC LIMIT %(latest)s) o
CROSS JOIN LATERAL (
  SELECT t.id FROM tenancy_transition t
  WHERE t.merchant_id = %(merchant)s AND t.machine = 'outbound_cancellation' AND t.subject_id = o.id
    AND t.target = 'asked' ORDER BY t.id LIMIT 1) asked
LEFT JOIN LATERAL (
  SELECT t.target FROM tenancy_transition t
  WHERE t.merchant_id = %(merchant)s AND t.machine = 'outbound_task' AND t.subject_id = o.id AND t.id < asked.id
  ORDER BY t.id DESC LIMIT 1) s ON true
GROUP BY 1, 2
"""
TO_CUTOFF = """
SELECT a.account, percentile_cont(0.5) WITHIN GROUP (ORDER BY p.at - o.pushed_at), count(*)
FROM unnest(%(accounts)s::bigint[], %(past)s::text[]) AS a(account, past)
CROSS JOIN LATERAL (
  SELECT id, pushed_at FROM outbound_outbound
  WHERE merchant_id = %(merchant)s AND account_id = a.account AND task = 'completed' AND pushed_at IS NOT NULL
  ORDER BY id DESC LIMIT %(latest)s) o
CROSS JOIN LATERAL (
  SELECT t.at FROM tenancy_transition t
  WHERE t.merchant_id = %(merchant)s AND t.machine = 'outbound_task' AND t.subject_id = o.id
    AND t.target = ANY(string_to_array(a.past, ' ')) ORDER BY t.id LIMIT 1) p
GROUP BY 1
"""
SINCE = """
SELECT i.id, t.at FROM unnest(%(ids)s::bigint[]) AS i(id)
CROSS JOIN LATERAL (
  SELECT at FROM tenancy_transition
  WHERE merchant_id = %(merchant)s AND machine = 'outbound_task' AND subject_id = i.id ORDER BY id DESC LIMIT 1) t
"""
# The goods of a bundle may go out of several warehouses: each list bears its part of the line's price.
LOSS = """
SELECT asked, round(sum(unit_price * wanted * pieces / over_all), 4) FROM (
  SELECT CASE WHEN o.id = ANY(%(ids)s) THEN o.id END AS asked, r.unit_price, r.quantity AS wanted,
    l.quantity::numeric AS pieces, sum(l.quantity) OVER (PARTITION BY l.order_line_id) AS over_all
  FROM outbound_outbound o
  JOIN outbound_outboundline l ON l.merchant_id = o.merchant_id AND l.outbound_id = o.id
  JOIN orders_orderline r ON r.merchant_id = l.merchant_id AND r.id = l.order_line_id
  WHERE o.merchant_id = %(merchant)s AND o.order_id = ANY(%(orders)s) AND (o.push <> 'void' OR o.id = ANY(%(ids)s))
) part WHERE asked IS NOT NULL GROUP BY asked
"""


def races(outbounds: Sequence[Outbound]) -> dict[int, Race]:
    """How these lists stand in their race, by id; takes lists with order and account, four statements for all."""
    if not outbounds:
        return {}
    until = {row.account_id: can.cancel_until for row in outbounds if row.account_id and (can := capabilities_of(row))}
    values: dict[str, Any] = {
        "merchant": current_scope().merchant_id,
        "ids": [row.pk for row in outbounds],
        "orders": sorted({row.order_id for row in outbounds}),
        "accounts": list(until),
        "past": [" ".join(STAGES[STAGES.index(last) + 1 :]) for last in until.values()],
    }
    ended = {(row[0], row[1]): (row[2], row[3]) for row in _rows(ENDED, {**values, "latest": LATEST_RACES})}
    usual = {row[0]: row[1] for row in _rows(TO_CUTOFF, {**values, "latest": LATEST_SENT}) if row[2] >= ENOUGH}
    since: dict[int, datetime] = dict(_rows(SINCE, values))
    loss: dict[int, Decimal] = dict(_rows(LOSS, values))
    return {
        row.pk: Race(
            row.task,
            since.get(row.pk, row.pushed_at),
            _cutoff_at(row, usual.get(row.account_id or 0), until.get(row.account_id or 0)),
            *ended.get((row.account_id, row.task), (0, 0)),
            loss.get(row.pk, Decimal(0)),
            row.order.currency,
            partner=row.account_id is not None,
        )
        for row in outbounds
    }


def _rows(statement: str, values: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return list(cursor.fetchall())


def _cutoff_at(row: Outbound, usual: timedelta | None, until: str | None) -> datetime | None:
    if usual is None or until is None or row.pushed_at is None or row.task not in STAGES or is_past(row.task, until):
        return None
    return row.pushed_at + usual
