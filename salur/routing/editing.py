"""Making, changing and ordering delivery-warehouse rules, published or draft (inside a scope).

Planning what waits is the flow's part. Every change of the published rules is kept as a version.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.db import IntegrityError, transaction
from django.db.models import Max

from salur.foundation.problems import Refusal
from salur.tenancy import audit

from .checking import RuleRefused, faults_of
from .models import PUBLISHED, RoutingRule
from .versions import begin_change, hold_rules, keep_version


class RuleNameTaken(Refusal):
    """Another rule of the same set has that name."""

    code = "rule_name_taken"


class RulesMoved(Refusal):
    """The order given does not name exactly the rules there are: somebody has changed them meanwhile."""

    code = "rules_moved"


def save_rule(rule: RoutingRule) -> RoutingRule:
    """Save a rule; a new one is tried last in its set. Raises :class:`RuleNameTaken` and RuleRefused."""
    faults = faults_of(rule)
    if faults:
        raise RuleRefused(faults)
    hold_rules()
    begin_change(rule.draft)
    if rule._state.adding:
        last = RoutingRule.objects.filter(draft=rule.draft).aggregate(last=Max("position"))["last"]
        rule.position = 10 if last is None else last + 10
    try:
        with transaction.atomic():
            rule.save()
    except IntegrityError as error:
        if "routing_rule_name" not in str(error):
            raise
        raise RuleNameTaken(name=rule.name) from error
    audit.record(
        "rule.saved",
        f"rule:{rule.pk}",
        name=rule.name,
        warehouse=rule.warehouse_id,
        active=rule.active,
        draft=rule.draft,
    )
    keep_version(rule.draft, "edit")
    return rule


def move_rule(rule_id: int, *, up: bool, draft: bool = PUBLISHED) -> bool:
    """Exchange a rule with its neighbour; False where there is none."""
    hold_rules()
    ids = _ids(draft)
    if rule_id not in ids:
        return False
    here = ids.index(rule_id)
    there = here - 1 if up else here + 1
    if not 0 <= there < len(ids):
        return False
    ids[here], ids[there] = ids[there], ids[here]
    order_rules(ids, draft=draft)
    return True


def order_rules(rule_ids: Sequence[int], *, draft: bool = PUBLISHED) -> None:
    """Try the rules in this order from now on. Raises :class:`RulesMoved` unless each is named exactly once."""
    hold_rules()
    before = _ids(draft)
    if sorted(rule_ids) != sorted(before):
        raise RulesMoved
    if list(rule_ids) == before:
        return
    begin_change(draft)
    turn = {pk: number * 10 for number, pk in enumerate(rule_ids, 1)}
    rules = list(RoutingRule.objects.filter(draft=draft))
    for rule in rules:
        rule.position = turn[rule.pk]
    RoutingRule.objects.bulk_update(rules, ["position"])
    audit.record("rule.moved", "rules", order=list(rule_ids), draft=draft)
    keep_version(draft, "edit")


def delete_rule(rule_id: int, *, draft: bool = PUBLISHED) -> bool:
    """Remove a rule; orders that it has allocated stay where they are."""
    hold_rules()
    found = RoutingRule.objects.filter(pk=rule_id, draft=draft)
    if not found.exists():
        return False
    begin_change(draft)
    found.delete()
    audit.record("rule.deleted", f"rule:{rule_id}", draft=draft)
    keep_version(draft, "edit")
    return True


def _ids(draft: bool) -> list[int]:
    return list(RoutingRule.objects.filter(draft=draft).order_by("position", "pk").values_list("pk", flat=True))
