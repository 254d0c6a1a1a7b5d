"""A rule in one sentence, in the reader's language: what a person has asked for, read back to them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from django.utils.formats import number_format
from django.utils.translation import gettext, ngettext, pgettext

from .models import CashOnDelivery, Conditions, HoldRule, RoutingRule

SHOWN = 4


@dataclass(frozen=True)
class Names:
    """What stores, channels, warehouses and countries are called."""

    stores: Mapping[int, str]
    channels: Mapping[str, str]
    warehouses: Mapping[int, str]
    countries: Mapping[str, str] = field(default_factory=dict)


def one_of(words: Sequence[str]) -> str:
    """“A, B or C”; of many the first few and how many more there are."""
    shown, more = list(words[:SHOWN]), len(words) - SHOWN
    if more > 0:
        rest = ngettext("%(n)s more", "%(n)s more", more) % {"n": more}
        shown.append(rest)
    if len(shown) < 2:
        return "".join(shown)
    return pgettext("a list of alternatives", "%(several)s or %(last)s") % {
        "several": pgettext("between words of a list", ", ").join(shown[:-1]),
        "last": shown[-1],
    }


def sentence(rule: RoutingRule, names: Names) -> str:
    """What the rule does."""
    clauses = clauses_of(rule, names)
    first = names.warehouses.get(rule.warehouse_id, f"#{rule.warehouse_id}")
    told = (
        gettext("Orders %(conditions)s go to %(warehouse)s.") if clauses else gettext("All orders go to %(warehouse)s.")
    )
    joined = pgettext("between words of a list", ", ").join(clauses)
    parts = [told % {"conditions": joined, "warehouse": first}, *_after(rule, names)]
    return pgettext("between sentences", " ").join(parts)


def hold_sentence(rule: HoldRule, names: Names) -> str:
    """What a rule that holds orders does."""
    clauses = clauses_of(rule, names)
    if rule.first_to_country:
        clauses.append(gettext("that are the first to their country"))
    joined = pgettext("between words of a list", ", ").join(clauses)
    told = (
        gettext("Orders %(conditions)s are held: %(reason)s.")
        if clauses
        else gettext("All orders are held: %(reason)s.")
    )
    parts = [told % {"conditions": joined, "reason": rule.get_reason_display()}]
    if rule.days is not None:
        after = ngettext(
            "After %(n)s day they go on by themselves.", "After %(n)s days they go on by themselves.", rule.days
        )
        parts.append(after % {"n": rule.days})
    return pgettext("between sentences", " ").join(parts)


def clauses_of(rule: Conditions, names: Names) -> list[str]:
    """Each condition in words."""
    clauses = []
    if rule.store_ids:
        stores = one_of([names.stores.get(one, f"#{one}") for one in rule.store_ids])
        clauses.append(gettext("from %(stores)s") % {"stores": stores})
    if rule.channels:
        channels = one_of([names.channels.get(one, one) for one in rule.channels])
        clauses.append(gettext("sold at %(channels)s") % {"channels": channels})
    countries = [names.countries.get(code, code) for code in rule.countries]
    regions = [words for words in (rule.cities, rule.provinces, countries) if words]
    clauses += [gettext("to %(places)s") % {"places": one_of(words)} for words in regions]
    if rule.postcodes:
        clauses.append(gettext("to postcodes %(codes)s") % {"codes": one_of(rule.postcodes)})
    if rule.couriers:
        clauses.append(gettext("sent with %(couriers)s") % {"couriers": one_of(rule.couriers)})
    if worth := _worth(rule):
        clauses.append(worth)
    if rule.cash_on_delivery:
        cod = rule.cash_on_delivery == CashOnDelivery.YES
        clauses.append(gettext("with cash on delivery") if cod else gettext("paid beforehand"))
    if rule.mskus:
        clauses.append(gettext("of the items %(mskus)s") % {"mskus": one_of(rule.mskus)})
    if rule.tags:
        clauses.append(gettext("of items tagged %(tags)s") % {"tags": one_of(rule.tags)})
    return clauses


def _amount(value: Decimal) -> str:
    return number_format(value, use_l10n=True, force_grouping=True)


def _worth(rule: Conditions) -> str:
    low, high = rule.value_from, rule.value_to
    told = {"currency": rule.value_currency}
    if low is not None and high is not None:
        return gettext("worth %(low)s to %(high)s %(currency)s") % {**told, "low": _amount(low), "high": _amount(high)}
    if low is not None:
        return gettext("worth %(low)s %(currency)s or more") % {**told, "low": _amount(low)}
    if high is not None:
        return gettext("worth %(high)s %(currency)s at most") % {**told, "high": _amount(high)}
    return ""


def _after(rule: RoutingRule, names: Names) -> list[str]:
    """What happens where the first warehouse cannot, and whether an order may be split."""
    parts = []
    others = pgettext("between warehouses tried in turn", ", then ").join(
        names.warehouses.get(one, f"#{one}") for one in rule.fallback_ids
    )
    if others and rule.only_where_free:
        parts.append(
            gettext(
                "If it has not enough free stock, is switched off or does not send there: %(others)s. If none has"
                " enough, the order waits for stock at the first."
            )
            % {"others": others}
        )
    elif others:
        parts.append(gettext("If it is switched off or does not send there: %(others)s.") % {"others": others})
    if rule.never_split:
        parts.append(gettext("The whole order goes to one warehouse."))
    elif others and rule.only_where_free:
        parts.append(gettext("An order may be split between them."))
    return parts
