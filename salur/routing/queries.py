"""What pages read of delivery-warehouse rules."""

from __future__ import annotations

from .models import PUBLISHED, RoutingRule


def rules(*, draft: bool = PUBLISHED) -> list[RoutingRule]:
    """All rules of a set with their warehouses, in the order in which they are tried."""
    return list(RoutingRule.objects.filter(draft=draft).select_related("warehouse").order_by("position", "id"))


def find_rule(rule_id: int, *, draft: bool | None = None) -> RoutingRule | None:
    """One rule of the scope's merchant, of one set or of either."""
    found = RoutingRule.objects.filter(pk=rule_id)
    return (found if draft is None else found.filter(draft=draft)).first()
