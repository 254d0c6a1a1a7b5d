"""What a rule says, apart from where it is kept: for the form, the API, drafts and stored versions alike."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from .models import Conditions, HoldRule, RoutingRule

CONDITION_LISTS = (
    "store_ids",
    "channels",
    "countries",
    "provinces",
    "cities",
    "postcodes",
    "couriers",
    "mskus",
    "tags",
)
LISTS = (*CONDITION_LISTS, "fallback_ids")
AMOUNTS = ("value_from", "value_to")
CONDITION_PLAIN = ("name", "active", "value_currency", "cash_on_delivery")
PLAIN = (*CONDITION_PLAIN, "warehouse_id", "only_where_free", "never_split")
HOLD_PLAIN = (*CONDITION_PLAIN, "reason", "days", "first_to_country")


def content_of(rule: RoutingRule) -> dict[str, Any]:
    """All that the rule says, as JSON can keep it; amounts are texts."""
    return _content(rule, PLAIN, LISTS)


def content_of_hold(rule: HoldRule) -> dict[str, Any]:
    """:func:`content_of` for a rule that holds orders."""
    return _content(rule, HOLD_PLAIN, CONDITION_LISTS)


def _content(rule: Conditions, plain: tuple[str, ...], lists: tuple[str, ...]) -> dict[str, Any]:
    content: dict[str, Any] = {name: getattr(rule, name) for name in plain}
    content |= {name: list(getattr(rule, name)) for name in lists}
    content |= {name: None if getattr(rule, name) is None else f"{getattr(rule, name):f}" for name in AMOUNTS}
    return content


def fill(rule: RoutingRule, content: Mapping[str, Any]) -> RoutingRule:
    """Let the rule say that; fields that are not named stay as they are."""
    _fill(rule, content, (*PLAIN, *LISTS, *AMOUNTS))
    return rule


def fill_hold(rule: HoldRule, content: Mapping[str, Any]) -> HoldRule:
    """:func:`fill` for a rule that holds orders."""
    _fill(rule, content, (*HOLD_PLAIN, *CONDITION_LISTS, *AMOUNTS))
    return rule


def _fill(rule: Conditions, content: Mapping[str, Any], names: tuple[str, ...]) -> None:
    for name in names:
        if name not in content:
            continue
        value = content[name]
        if name in AMOUNTS and value is not None:
            value = Decimal(str(value))
        setattr(rule, name, list(value) if name in LISTS else value)
