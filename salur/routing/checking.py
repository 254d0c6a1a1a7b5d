"""What a rule may not say, found before it is saved: the same for the form and the API."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from salur.foundation.problems import Refusal
from salur.integrations.channels import find_channel
from salur.integrations.models import StoreConnection
from salur.orders.formats.countries import CODES
from salur.stock.models import Warehouse

from .conditions import bad_postcode
from .messages import FAULTS
from .models import MOST_DAYS, Conditions, HoldRule, RoutingRule

MOST_MSKUS = 5000
MOST_WORDS = 500
LONGEST_NAME = 100
LONGEST_WORD = 100
CURRENCY = re.compile("[A-Z]{3}")
WORDS = ("provinces", "cities", "postcodes", "couriers", "tags")


@dataclass(frozen=True, slots=True)
class RuleFault:
    """A value that cannot be used. ``place``: which of a list, None for a single value."""

    field: str
    code: str
    detail: dict[str, Any]
    place: int | None = None

    def text(self) -> str:
        """What is wrong, in the reader's language."""
        return str(FAULTS[self.code]) % self.detail


class RuleRefused(Refusal):
    """A rule that cannot be kept as it stands."""

    code = "rule_refused"

    def __init__(self, faults: Sequence[RuleFault]) -> None:
        super().__init__(count=len(faults))
        self.faults = tuple(faults)


def _name(rule: Conditions) -> Iterator[RuleFault]:
    if not rule.name.strip() or len(rule.name) > LONGEST_NAME:
        yield RuleFault("name", "rule_name", {"most": LONGEST_NAME})


def _warehouses(rule: RoutingRule) -> Iterator[RuleFault]:
    named = [rule.warehouse_id, *rule.fallback_ids]
    known = set(Warehouse.objects.filter(pk__in=[n for n in named if n]).values_list("pk", flat=True))
    if rule.warehouse_id not in known:
        yield RuleFault("warehouse_id", "warehouse_unknown", {"id": rule.warehouse_id or "–"})
    for place, one in enumerate(rule.fallback_ids):
        if one not in known:
            yield RuleFault("fallback_ids", "warehouse_unknown", {"id": one}, place)
        elif one in named[: place + 1]:
            yield RuleFault("fallback_ids", "warehouse_twice", {"id": one}, place)


def _stores(rule: Conditions) -> Iterator[RuleFault]:
    known = set(StoreConnection.objects.filter(pk__in=rule.store_ids).values_list("pk", flat=True))
    for place, one in enumerate(rule.store_ids):
        if one not in known:
            yield RuleFault("store_ids", "store_unknown", {"id": one}, place)
    for place, name in enumerate(rule.channels):
        if find_channel(name) is None:
            yield RuleFault("channels", "channel_unknown", {"name": name}, place)


def _countries(rule: Conditions) -> Iterator[RuleFault]:
    for place, code in enumerate(rule.countries):
        if code not in CODES:
            yield RuleFault("countries", "country_unknown", {"code": code}, place)


def _words(rule: Conditions) -> Iterator[RuleFault]:
    for name in WORDS:
        words = getattr(rule, name)
        if len(words) > MOST_WORDS:
            yield RuleFault(name, "too_many_words", {"most": MOST_WORDS})
        for place, word in enumerate(words):
            if not word.strip(" *") or len(word) > LONGEST_WORD or "\x00" in word:
                yield RuleFault(name, "word_unusable", {"most": LONGEST_WORD}, place)
            elif name == "postcodes" and bad_postcode(word):
                yield RuleFault(name, "postcode_unusable", {"entry": word}, place)
    if len(rule.mskus) > MOST_MSKUS:
        yield RuleFault("mskus", "too_many_words", {"most": MOST_MSKUS})


def _value(rule: Conditions) -> Iterator[RuleFault]:
    if rule.value_from is None and rule.value_to is None:
        return
    if not CURRENCY.fullmatch(rule.value_currency):
        yield RuleFault("value_currency", "currency_missing", {})
    if rule.value_from is not None and rule.value_to is not None and rule.value_from > rule.value_to:
        yield RuleFault("value_to", "value_range", {})


def _days(rule: HoldRule) -> Iterator[RuleFault]:
    if rule.days is not None and not 1 <= rule.days <= MOST_DAYS:
        yield RuleFault("days", "hold_days", {"most": MOST_DAYS})


CONDITIONS: tuple[Callable[[Conditions], Iterator[RuleFault]], ...] = (_name, _stores, _countries, _words, _value)


def faults_of(rule: RoutingRule) -> list[RuleFault]:
    """All that is wrong with what a rule says (inside a scope)."""
    return [*_warehouses(rule), *_of_conditions(rule)]


def faults_of_hold(rule: HoldRule) -> list[RuleFault]:
    """:func:`faults_of` for a rule that holds orders."""
    return [*_days(rule), *_of_conditions(rule)]


def _of_conditions(rule: Conditions) -> Iterator[RuleFault]:
    for check in CONDITIONS:
        yield from check(rule)
