"""Rules that do not do what somebody may think: never used, contradicting, or naming what is switched off or gone."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from salur.catalog.models import MasterProduct
from salur.integrations.models import ConnectionState, StoreConnection
from salur.orders.formats.countries import CODES

from .conditions import plain, range_of
from .evaluate import Place
from .messages import WARNINGS
from .models import RoutingRule

SHOWN = 5


@dataclass(frozen=True, slots=True)
class RuleWarning:
    """One thing to know of a rule. ``idle``: because of it the rule does nothing at all."""

    code: str
    detail: dict[str, Any]
    idle: bool = False

    def text(self) -> str:
        """In the reader's language."""
        return str(WARNINGS[self.code]) % self.detail


class NamedPlace(Place):
    """A warehouse with its name."""

    name: str


@dataclass(frozen=True)
class Known:
    """What rules may name, as it is now."""

    places: Mapping[int, Any]  # NamedPlace by id
    stores: Mapping[int, StoreConnection]
    mskus: Collection[str]
    tags: Collection[str]


def read_known(rules: Sequence[RoutingRule], places: Mapping[int, Any]) -> Known:
    """What the rules name and is there, in a constant number of statements."""
    mskus = {one for rule in rules for one in rule.mskus}
    tags = {one for rule in rules for one in rule.tags}
    found = MasterProduct.objects.filter(msku__in=mskus).values_list("msku", flat=True) if mskus else ()
    tagged = MasterProduct.objects.filter(tags__overlap=sorted(tags)).values_list("tags", flat=True) if tags else ()
    return Known(
        places,
        {store.pk: store for store in StoreConnection.objects.all()},
        frozenset(found),
        tags & {tag for several in tagged for tag in several},
    )


def warnings_of(rules: Sequence[RoutingRule], known: Known) -> dict[int, list[RuleWarning]]:
    """Warnings by rule, for active rules in the order in which they are tried; rules without any are left out."""
    found: dict[int, list[RuleWarning]] = {}
    before: list[RoutingRule] = []
    for rule in rules:
        if not rule.active:
            continue
        own = [warning for check in CHECKS for warning in check(rule, known)]
        own += _taken_before(rule, before, known)
        if own:
            found[rule.pk] = own
        if not any(warning.idle for warning in own):
            before.append(rule)
    return found


def _taken_before(rule: RoutingRule, before: Sequence[RoutingRule], known: Known) -> Iterator[RuleWarning]:
    earlier = next((one for one in before if covers(one, rule, known)), None)
    if earlier is None:
        return
    both = covers(rule, earlier, known)
    elsewhere = (earlier.warehouse_id, earlier.fallback_ids) != (rule.warehouse_id, rule.fallback_ids)
    yield RuleWarning("contradicts" if both and elsewhere else "shadowed", {"earlier": earlier.name}, idle=True)


def covers(wide: RoutingRule, narrow: RoutingRule, known: Known) -> bool:
    """Whether every item that ``narrow`` takes is taken by ``wide``."""
    return (
        _stores_covered(wide, narrow, known)
        and _covered(wide.countries, narrow.countries)
        and _covered(map(plain, wide.provinces), map(plain, narrow.provinces))
        and _covered(map(plain, wide.cities), map(plain, narrow.cities))
        and _covered_by(_postcode_covered, wide.postcodes, narrow.postcodes)
        and _covered_by(_name_covered, wide.couriers, narrow.couriers)
        and wide.cash_on_delivery in ("", narrow.cash_on_delivery)
        and _value_covered(wide, narrow)
        and _covered(wide.mskus, narrow.mskus)
        and _covered(wide.tags, narrow.tags)
    )


def _stores_covered(wide: RoutingRule, narrow: RoutingRule, known: Known) -> bool:
    if not _covered(wide.store_ids, narrow.store_ids):
        return False
    channels: Collection[str] = narrow.channels
    if narrow.store_ids:
        stores = [known.stores[one] for one in narrow.store_ids if one in known.stores]
        channels = {store.channel for store in stores if not narrow.channels or store.channel in narrow.channels}
    return _covered(wide.channels, channels)


def _covered(wide: Any, narrow: Any) -> bool:
    """An empty condition means any."""
    wide, narrow = set(wide), set(narrow)
    return not wide or (bool(narrow) and narrow <= wide)


def _covered_by(test: Callable[[str, str], bool], wide: Sequence[str], narrow: Sequence[str]) -> bool:
    return not wide or (bool(narrow) and all(any(test(w, n) for w in wide) for n in narrow))


def _postcode_covered(wide: str, narrow: str) -> bool:
    outer, inner = range_of(wide), range_of(narrow)
    if outer is None:
        beginning = plain(wide).replace(" ", "").rstrip("*")
        ends = inner or (plain(narrow).replace(" ", "").rstrip("*"),)
        # With one beginning at both ends, all between them have it as well.
        return all(end.startswith(beginning) for end in ends)
    return inner is not None and len(outer[0]) == len(inner[0]) and outer[0] <= inner[0] and inner[1] <= outer[1]


def _name_covered(wide: str, narrow: str) -> bool:
    wide, narrow = plain(wide), plain(narrow)
    return narrow.startswith(wide.rstrip("*")) if wide.endswith("*") else wide == narrow


def _value_covered(wide: RoutingRule, narrow: RoutingRule) -> bool:
    if wide.value_from is None and wide.value_to is None:
        return True
    if wide.value_currency != narrow.value_currency or (narrow.value_from is None and narrow.value_to is None):
        return False
    below = wide.value_from is None or (narrow.value_from is not None and narrow.value_from >= wide.value_from)
    return below and (wide.value_to is None or (narrow.value_to is not None and narrow.value_to <= wide.value_to))


# -- what a rule says by itself ---------------------------------------------------------------------------------------


def _warehouses(rule: RoutingRule, known: Known) -> Iterator[RuleWarning]:
    named = [rule.warehouse_id, *rule.fallback_ids]
    there = [known.places[one] for one in named if one in known.places]
    for one in rule.fallback_ids:
        if one not in known.places:
            yield RuleWarning("fallback_gone", {"id": one})
    used = [place for place in there if place.active]
    if not used:
        yield RuleWarning("all_warehouses_off", {}, idle=True)
        return
    for place in there:
        if not place.active:
            yield RuleWarning("warehouse_off", {"warehouse": place.name})
    lost = [code for code in rule.countries if code in CODES and not any(place.serves(code) for place in used)]
    if lost:
        yield RuleWarning("serves_none", {"countries": ", ".join(lost)})


def _stores(rule: RoutingRule, known: Known) -> Iterator[RuleWarning]:
    stores = []
    for one in rule.store_ids:
        store = known.stores.get(one)
        if store is None:
            yield RuleWarning("store_gone", {"id": one})
            continue
        stores.append(store)
        if store.state == ConnectionState.DISCONNECTED:
            yield RuleWarning("store_off", {"store": store.name})
    if rule.store_ids and rule.channels and not any(store.channel in rule.channels for store in stores):
        yield RuleWarning("store_not_of_channel", {}, idle=True)


def _names(rule: RoutingRule, known: Known) -> Iterator[RuleWarning]:
    for code in rule.countries:
        if code not in CODES:
            yield RuleWarning("country_unknown", {"code": code})
    for code, key, wanted, there in (
        ("msku_unknown", "mskus", rule.mskus, known.mskus),
        ("tag_unknown", "tags", rule.tags, known.tags),
    ):
        lacking = [one for one in wanted if one not in there]
        if lacking:
            yield RuleWarning(code, {key: ", ".join(lacking[:SHOWN]) + (" …" if len(lacking) > SHOWN else "")})


CHECKS: tuple[Callable[[RoutingRule, Known], Iterator[RuleWarning]], ...] = (_warehouses, _stores, _names)
