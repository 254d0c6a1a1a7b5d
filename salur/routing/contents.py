"""What a rule says, apart from where it is kept: for the form, the API, drafts and stored versions alike."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from .models import RoutingRule

LISTS = (
    "store_ids",
    "channels",
    "countries",
    "provinces",
    "cities",
    "postcodes",
    "couriers",
    "mskus",
    "tags",
    "fallback_ids",
)
AMOUNTS = ("value_from", "value_to")
PLAIN = ("name", "active", "warehouse_id", "only_where_free", "never_split", "value_currency", "cash_on_delivery")
FIELDS = (*PLAIN, *LISTS, *AMOUNTS)


def content_of(rule: RoutingRule) -> dict[str, Any]:
    """All that the rule says, as JSON can keep it; amounts are texts."""
    content: dict[str, Any] = {name: getattr(rule, name) for name in PLAIN}
    content |= {name: list(getattr(rule, name)) for name in LISTS}
    content |= {name: None if getattr(rule, name) is None else f"{getattr(rule, name):f}" for name in AMOUNTS}
    return content


def fill(rule: RoutingRule, content: Mapping[str, Any]) -> RoutingRule:
    """Let the rule say that; fields that are not named stay as they are."""
    for name in FIELDS:
        if name not in content:
            continue
        value = content[name]
        if name in AMOUNTS and value is not None:
            value = Decimal(str(value))
        setattr(rule, name, list(value) if name in LISTS else value)
    return rule
