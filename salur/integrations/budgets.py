"""Rate budgets: a token bucket per connection in one row, shared by all workers (design 8).

Each function is one UPDATE, so workers cannot take the same token; the database's clock counts, so the clocks of
several machines need not agree.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from salur.connectors.base.capabilities import Plugin, RateLimit
from salur.foundation.clock import now
from salur.foundation.locks import lock_rows
from salur.tenancy.scope import current_scope

from .connections import Kind, NotConnected
from .models import RateBudget

SLOWEST, FASTEST = 0.01, 1000.0  # calls per second that a setting may ask for

# Sub-expressions repeat: an UPDATE sees the old row in each of them, and RETURNING sees the new one.
_REFILLED = (
    "least(burst, tokens + per_second * greatest(0, extract(epoch FROM clock_timestamp() - counted_at)::float8))"
)
# Who can wait leaves a quarter of what can be saved up to those who cannot (where one call is saved up: nothing).
_KEPT = "CASE WHEN %(patient)s THEN burst / 4 ELSE 0 END"
_GRANTED = (
    "CASE WHEN blocked_until > clock_timestamp() THEN 0"
    f" ELSE greatest(0, least(%(wanted)s, floor({_REFILLED} - {_KEPT}))) END"
)
_TAKE = """
UPDATE integrations_ratebudget SET
  granted = {granted},
  tokens = {refilled} - {granted},
  counted_at = clock_timestamp()
WHERE merchant_id = %(merchant)s AND {column} = %(id)s
RETURNING granted
"""


def limit_of(plugin: Plugin, settings: Mapping[str, Any]) -> RateLimit:
    """The connector's own limit, or what the connection's settings say (``rate_per_second``, ``rate_burst``)."""
    default = plugin.capabilities.rate
    per_second = _number(settings.get("rate_per_second"), default.per_second)
    per_second = min(max(per_second, SLOWEST), FASTEST)
    burst = _number(settings.get("rate_burst"), float(default.burst))
    return RateLimit(per_second, max(1, int(burst)))


def _number(given: Any, default: float) -> float:
    try:
        value = float(given)
    except (TypeError, ValueError):
        return default
    return value if 0 < value < float("inf") else default


def set_limit(kind: Kind, connection_id: int, limit: RateLimit) -> None:
    """Create the budget, full, or change the limits of the one there is."""
    RateBudget.objects.update_or_create(
        **{f"{kind}_id": connection_id},
        defaults={"per_second": limit.per_second, "burst": limit.burst},
        create_defaults={
            "per_second": limit.per_second,
            "burst": limit.burst,
            "tokens": limit.burst,
            "counted_at": now(),
        },
    )


def hold(kind: Kind, connection_id: int) -> None:
    """Lock the budget's row until the scope ends: to be called before the connection's own row is changed.

    Workers lock the budget first and the connection after it; the other way round two would wait for each other.
    """
    own = RateBudget.objects.filter(**{f"{kind}_id": connection_id})
    lock_rows(RateBudget.objects.all(), own.values_list("pk", flat=True))


def take(kind: Kind, connection_id: int, wanted: int, *, patient: bool = False) -> int:
    """Take up to ``wanted`` calls; answers how many were granted (0 while blocked). Raises :class:`NotConnected`.

    ``patient``: for what can wait (syncs of stock and orders, products, figures for stores, looks at how
    far lists are). It leaves some calls, so that orders which must go now (pushes, labels, cancellations) never wait
    behind it.
    The row stays locked until the scope ends, so take last before committing a claim.
    """
    sql = _TAKE.format(granted=_GRANTED, refilled=_REFILLED, column=_column(kind))
    with connection.cursor() as cursor:
        values = {"wanted": max(0, wanted), "patient": patient, "id": connection_id}
        cursor.execute(sql, {**values, "merchant": current_scope().merchant_id})
        row = cursor.fetchone()
    if row is None:
        raise NotConnected(name=f"{kind} {connection_id}")
    return int(row[0])


def refund(kind: Kind, connection_id: int, calls: int) -> None:
    """Give back calls that were not made (rate limited before anything was done)."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE integrations_ratebudget SET tokens = least(burst, tokens + %s)"
            f" WHERE merchant_id = %s AND {_column(kind)} = %s",
            [max(0, calls), current_scope().merchant_id, connection_id],
        )


def block(kind: Kind, connection_id: int, until: datetime) -> None:
    """Grant nothing before ``until``; a later block is never shortened."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE integrations_ratebudget SET blocked_until = greatest(blocked_until, %s), tokens = least(tokens, 1)"
            f" WHERE merchant_id = %s AND {_column(kind)} = %s",
            [until, current_scope().merchant_id, connection_id],
        )


def free_at(kind: Kind, connection_id: int) -> datetime:
    """When the next call will be granted, as far as is known now: what a row that waits takes as its next time."""
    budget = RateBudget.objects.filter(**{f"{kind}_id": connection_id}).first()
    if budget is None:
        raise NotConnected(name=f"{kind} {connection_id}")
    missing = max(0.0, 1.0 - budget.tokens)
    free = budget.counted_at + timedelta(seconds=missing / budget.per_second)
    return max(free, budget.blocked_until or free)


def _column(kind: Kind) -> str:
    return "store_id" if kind == "store" else "account_id"
