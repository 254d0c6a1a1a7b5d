"""What pages read of delivery-warehouse rules."""

from __future__ import annotations

from .models import RoutingRule


def rules() -> list[RoutingRule]:
    """All rules with their warehouses, in the order in which they are tried."""
    return list(RoutingRule.objects.select_related("warehouse").order_by("position", "id"))


def find_rule(rule_id: int) -> RoutingRule | None:
    """One rule of the scope's merchant."""
    return RoutingRule.objects.filter(pk=rule_id).first()
