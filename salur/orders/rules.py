"""What a store's status, with a courier, allows: the first row that matches counts (R95 to R104)."""

from __future__ import annotations

from collections.abc import Sequence

from salur.connectors.base.capabilities import StoreRule

# A status that no row names: nothing is made of it, nothing is lost; it is judged again when the status changes.
NOTHING = StoreRule(status="", create=False, push=False, reason="status_not_in_rules")


def _folded(courier: str) -> str:
    return " ".join(courier.lower().split())


def rule_for(rules: Sequence[StoreRule], status: str, courier: str) -> StoreRule:
    """The row for an order in ``status`` (canonical) with the store's ``courier`` name."""
    for rule in rules:
        if rule.status == status and (not rule.couriers or _folded(courier) in {_folded(c) for c in rule.couriers}):
            return rule
    return NOTHING
