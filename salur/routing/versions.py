"""Every set of published rules, whole and in order, so that any of them can be brought back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import Max

from salur.foundation.clock import now
from salur.foundation.locks import hold_alone
from salur.foundation.problems import Refusal
from salur.stock.models import Warehouse
from salur.tenancy import audit
from salur.tenancy.scope import current_scope

from .contents import content_of, fill
from .models import PUBLISHED, RoutingRule, RuleVersion


class VersionGone(Refusal):
    """A set that names a warehouse which is not there any more cannot be brought back."""

    code = "rules_name_gone_warehouse"


def hold_rules() -> None:
    """Nobody else changes this merchant's rules until the transaction ends."""
    hold_alone("rules", current_scope().merchant_id)


def current_version() -> int:
    """The number of the published set; 0 before the first change was kept."""
    return RuleVersion.objects.aggregate(last=Max("number"))["last"] or 0


def snapshot(draft: bool = PUBLISHED) -> list[dict[str, Any]]:
    """A set as it is kept: each rule with its id, in order."""
    return [
        {"id": rule.pk, **content_of(rule)}
        for rule in RoutingRule.objects.filter(draft=draft).order_by("position", "pk")
    ]


def begin_change(draft: bool) -> None:
    """Before the very first change: keep what was there already."""
    if draft or current_version():
        return
    rules = snapshot()
    if rules:
        _write(rules, "first", None)


def keep_version(draft: bool, reason: str, restored: int | None = None) -> None:
    """After a change of the published rules: keep them as the newest version."""
    if not draft:
        _write(snapshot(), reason, restored)


def _write(rules: list[dict[str, Any]], reason: str, restored: int | None) -> None:
    RuleVersion(
        number=current_version() + 1,
        rules=rules,
        reason=reason,
        restored=restored,
        actor=current_scope().actor,
        published_at=now(),
    ).save()


def versions(limit: int = 50) -> list[RuleVersion]:
    """The newest sets first."""
    return list(RuleVersion.objects.order_by("-number")[:limit])


def find_version(number: int) -> RuleVersion | None:
    """One set by its number."""
    return RuleVersion.objects.filter(number=number).first()


def replace_published(rules: Sequence[dict[str, Any]]) -> None:
    """Make the published rules exactly these, in this order; a rule whose id is there still keeps it.

    Raises :class:`VersionGone`.
    """
    known = set(Warehouse.objects.values_list("pk", flat=True))
    gone = sorted({r["warehouse_id"] for r in rules} - known)
    if gone:
        raise VersionGone(id=gone[0])
    there = {rule.pk: rule for rule in RoutingRule.objects.filter(draft=PUBLISHED)}
    kept = {content["id"] for content in rules} & there.keys()
    RoutingRule.objects.filter(draft=PUBLISHED).exclude(pk__in=kept).delete()
    for rule in there.values():  # two rules may exchange their names
        if rule.pk in kept:
            RoutingRule.objects.filter(pk=rule.pk).update(name=f"\x01{rule.pk}")
    for turn, content in enumerate(rules, 1):
        rule = there[content["id"]] if content["id"] in kept else RoutingRule(draft=PUBLISHED)
        fill(rule, content)
        rule.fallback_ids = [one for one in rule.fallback_ids if one in known]
        rule.position = turn * 10
        rule.save()


def restore_version(number: int) -> RuleVersion | None:
    """Publish a set of the past again; None where there is none. Raises :class:`VersionGone`."""
    wanted = find_version(number)
    if wanted is None:
        return None
    hold_rules()
    begin_change(PUBLISHED)
    replace_published(wanted.rules)
    keep_version(PUBLISHED, "restore", number)
    audit.record("rules.restored", "rules", version=number)
    return wanted
