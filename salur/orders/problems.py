"""Problem orders: causes opened and closed in sets (R112, R113)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection, models
from django.utils.translation import gettext_lazy as _

from salur.foundation.clock import now
from salur.tenancy.scope import current_scope


class ProblemCause(models.TextChoices):
    """Why an order cannot be fulfilled as it stands."""

    UNMAPPED_SKU = "unmapped_sku", _("SKU not linked to a master product")
    NO_ITEMS = "no_items", _("The order has no items")
    NO_RULE = "no_rule", _("No delivery-warehouse rule matches")
    COUNTRY_NOT_SERVED = "country_not_served", _("The warehouse does not serve the country")
    ADDRESS_INCOMPLETE = "address_incomplete", _("The address is incomplete")
    MIXED_WAREHOUSES = "mixed_warehouses", _("Different warehouses in one parcel")
    CHANNEL_UNSUPPORTED = "channel_unsupported", _("The channel gives no label for this warehouse")
    NOT_IN_WAREHOUSE = "not_in_warehouse", _("The master SKU is not in the warehouse")
    NO_STOCK = "no_stock", _("Not enough stock")
    LINES_CHANGED = "lines_changed", _("The items changed after the push")
    LABEL_MISSING = "label_missing", _("The store gave no AWB number or label")
    PUSH_REJECTED = "push_rejected", _("The warehouse refused the list")
    CANCEL_CONFLICT = "cancel_conflict", _("Cancelled, yet the warehouse shipped it")
    CANCEL_REFUSED = "cancel_refused", _("The warehouse refused to stop it")
    PUSH_WARNING = "push_warning", _("The warehouse has the list, but not all of it")
    SHORT_PICKED = "short_picked", _("Less on the shelf than the books say")
    INTERCEPTED = "intercepted", _("Stopped at the warehouse, order still open")


@dataclass(frozen=True, slots=True)
class Found:
    """A cause found on an order, with the evidence that its text names."""

    order_id: int
    cause: str
    evidence: Mapping[str, Any]


OPEN = """
INSERT INTO orders_orderproblem (merchant_id, order_id, cause, evidence, opened_at)
SELECT %(merchant)s, f.order_id, f.cause, f.evidence::jsonb, %(at)s
FROM unnest(%(orders)s::bigint[], %(causes)s::text[], %(evidence)s::text[]) AS f(order_id, cause, evidence)
ON CONFLICT (merchant_id, order_id, cause) WHERE closed_at IS NULL
DO UPDATE SET evidence = EXCLUDED.evidence WHERE orders_orderproblem.evidence <> EXCLUDED.evidence
"""

CLOSE = """
UPDATE orders_orderproblem p SET closed_at = %(at)s
WHERE p.merchant_id = %(merchant)s AND p.order_id = ANY(%(orders)s) AND p.cause = ANY(%(causes)s)
  AND p.closed_at IS NULL
  AND NOT EXISTS (SELECT 1 FROM unnest(%(kept_orders)s::bigint[], %(kept_causes)s::text[]) AS k(order_id, cause)
                  WHERE k.order_id = p.order_id AND k.cause = p.cause)
"""


def settle_problems(order_ids: Iterable[int], found: Sequence[Found], *, causes: Iterable[str]) -> None:
    """Make the open problems of these orders, among ``causes``, exactly those found: open new, close gone."""
    ids = sorted(set(order_ids))
    if not ids:
        return
    values: dict[str, Any] = {
        "merchant": current_scope().merchant_id,
        "at": now(),
        "orders": ids,
        "causes": sorted(set(causes)),
        "kept_orders": [f.order_id for f in found],
        "kept_causes": [f.cause for f in found],
    }
    with connection.cursor() as cursor:
        cursor.execute(CLOSE, values)
        if found:
            cursor.execute(
                OPEN,
                {
                    **values,
                    "orders": [f.order_id for f in found],
                    "causes": [f.cause for f in found],
                    "evidence": [json.dumps(f.evidence, sort_keys=True) for f in found],
                },
            )
