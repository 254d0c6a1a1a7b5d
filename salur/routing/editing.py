"""Making, changing and ordering delivery-warehouse rules (inside a scope). Planning what waits is the flow's part."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import IntegrityError, transaction
from django.db.models import Max

from salur.tenancy import audit

from .models import RoutingRule


class RuleNameTaken(Exception):
    """Another rule of the merchant has that name."""


def save_rule(rule: RoutingRule) -> RoutingRule:
    """Save a rule; a new one is tried last. Raises :class:`RuleNameTaken`."""
    if rule._state.adding:
        last = RoutingRule.objects.aggregate(last=Max("position"))["last"]
        rule.position = 10 if last is None else last + 10
    try:
        with transaction.atomic():
            rule.save()
    except IntegrityError as error:
        if "routing_rule_name" not in str(error):
            raise
        raise RuleNameTaken(rule.name) from error
    audit.record("rule.saved", f"rule:{rule.pk}", name=rule.name, warehouse=rule.warehouse_id, active=rule.active)
    return rule


def move_rule(rule_id: int, *, up: bool) -> bool:
    """Exchange a rule with its neighbour; False where there is none. Positions are numbered anew on the way."""
    ordered: Sequence[RoutingRule] = list(RoutingRule.objects.order_by("position", "pk"))
    ids = [rule.pk for rule in ordered]
    if rule_id not in ids:
        return False
    here = ids.index(rule_id)
    there = here - 1 if up else here + 1
    if not 0 <= there < len(ids):
        return False
    ids[here], ids[there] = ids[there], ids[here]
    positions = {pk: number * 10 for number, pk in enumerate(ids, 1)}
    for rule in ordered:
        rule.position = positions[rule.pk]
    RoutingRule.objects.bulk_update(ordered, ["position"])
    audit.record("rule.moved", f"rule:{rule_id}", up=up)
    return True


def delete_rule(rule_id: int) -> bool:
    """Remove a rule; orders that it has allocated stay where they are."""
    deleted, _ = RoutingRule.objects.filter(pk=rule_id).delete()
    if deleted:
        audit.record("rule.deleted", f"rule:{rule_id}")
    return bool(deleted)
