"""Rules that hold new orders: kept, and compared with orders in memory (issue 6, 10)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction

from salur.foundation.problems import Refusal
from salur.tenancy import audit

from .checking import RuleRefused, faults_of_hold
from .editing import RuleNameTaken
from .evaluate import NO_TAGS, Item, OrderFacts, Terms, terms_of
from .models import HoldRule

MOST_RULES = 200


class TooManyHoldRules(Refusal):
    """Every new order is compared with each of them."""

    code = "hold_rules_full"


@dataclass(frozen=True, slots=True, kw_only=True)
class CompiledHold(Terms):
    """A rule that holds orders, ready to be compared."""

    reason: str
    days: int | None
    first_to_country: bool

    def until(self, at: datetime) -> datetime | None:
        """When a hold that begins now ends by itself."""
        return None if self.days is None else at + timedelta(days=self.days)


def hold_rules() -> list[HoldRule]:
    """All of the scope's merchant, in the order in which they are tried: by name."""
    return list(HoldRule.objects.order_by("name"))


def find_hold_rule(rule_id: int) -> HoldRule | None:
    """One rule of the scope's merchant."""
    return HoldRule.objects.filter(pk=rule_id).first()


def load_hold_rules() -> list[CompiledHold]:
    """The active ones."""
    return [
        CompiledHold(**terms_of(rule), reason=rule.reason, days=rule.days, first_to_country=rule.first_to_country)
        for rule in HoldRule.objects.filter(active=True).order_by("name")
    ]


def holding(
    rules: Iterable[CompiledHold],
    order: OrderFacts,
    items: Sequence[Item],
    tags: Mapping[int, frozenset[str]],
    *,
    first: bool,
) -> CompiledHold | None:
    """The first rule that holds this order; ``first``: it is the first to its country."""
    for rule in rules:
        if rule.first_to_country and not first:
            continue
        if not rule.concerns(order.store_id, order.channel, order.country) or not rule.fits(order):
            continue
        if not (rule.mskus or rule.tags) or any(
            rule.takes(item.msku, tags.get(item.product_id, NO_TAGS)) for item in items
        ):
            return rule
    return None


def save_hold_rule(rule: HoldRule) -> HoldRule:
    """Keep a rule (inside a scope). Raises :class:`RuleNameTaken`, RuleRefused and :class:`TooManyHoldRules`."""
    faults = faults_of_hold(rule)
    if faults:
        raise RuleRefused(faults)
    if rule._state.adding and HoldRule.objects.count() >= MOST_RULES:
        raise TooManyHoldRules(most=MOST_RULES)
    try:
        with transaction.atomic():
            rule.save()
    except IntegrityError as error:
        if "routing_holdrule_name" not in str(error):
            raise
        raise RuleNameTaken(name=rule.name) from error
    audit.record("hold_rule.saved", f"hold_rule:{rule.pk}", name=rule.name, active=rule.active)
    return rule


def delete_hold_rule(rule_id: int) -> bool:
    """Remove a rule; orders that it holds stay held until they are released."""
    gone, _ = HoldRule.objects.filter(pk=rule_id).delete()
    if gone:
        audit.record("hold_rule.deleted", f"hold_rule:{rule_id}")
    return bool(gone)
