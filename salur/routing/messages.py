"""What rules say to people: faults of a form, warnings beside a rule, refusals."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from salur.foundation.problems import Problem

FAULTS: Mapping[str, str | Promise] = {
    "rule_name": _("Give the rule a name of at most %(most)s characters."),
    "hold_days": _("Give 1 to %(most)s days, or none."),
    "warehouse_unknown": _("There is no warehouse with the number %(id)s."),
    "warehouse_twice": _("The warehouse with the number %(id)s is named twice."),
    "store_unknown": _("There is no store with the number %(id)s."),
    "channel_unknown": _("There is no channel called %(name)s."),
    "country_unknown": _("%(code)s is no country's two-letter code."),
    "too_many_words": _("At most %(most)s entries."),
    "word_unusable": _("An entry is empty or longer than %(most)s characters."),
    "postcode_unusable": _("%(entry)s is neither a postcode's beginning (80) nor a range (80000-80999)."),
    "currency_missing": _("Name the currency of the order value with three letters, for instance IDR."),
    "value_range": _("The highest order value is below the lowest."),
}

WARNINGS: Mapping[str, str | Promise] = {
    "shadowed": _("Never used: rule “%(earlier)s” takes all its orders before."),
    "contradicts": _(
        "Contradicts rule “%(earlier)s”, which has the same conditions, stands before it and sends elsewhere."
    ),
    "store_not_of_channel": _("Never matches: none of its stores belongs to one of its channels."),
    "serves_none": _("None of its warehouses sends to %(countries)s: such orders become problem orders."),
    "warehouse_off": _("%(warehouse)s is switched off and is passed over."),
    "all_warehouses_off": _("Not used: each of its warehouses is switched off."),
    "fallback_gone": _("A fall-back warehouse (number %(id)s) is not there any more and is passed over."),
    "store_off": _("The store %(store)s is not connected: no new orders come from it."),
    "store_gone": _("A store (number %(id)s) is not there any more."),
    "country_unknown": _("%(code)s is no country's two-letter code."),
    "msku_unknown": _("No master product has the MSKU %(mskus)s."),
    "tag_unknown": _("No master product has the tag %(tags)s."),
}

PROBLEMS: tuple[Problem, ...] = (
    Problem(
        "rule_refused",
        _("The rule cannot be kept as it stands"),
        _("%(count)s value(s) of the rule cannot be used."),
        _("Correct what is marked."),
        "operator",
    ),
    Problem(
        "rule_name_taken",
        _("Another rule has this name"),
        _("There is a rule called “%(name)s” already."),
        _("Give this one another name."),
        "operator",
    ),
    Problem(
        "hold_rules_full",
        _("Too many rules"),
        _("There are %(most)s rules that hold orders already."),
        _("Remove those that are not needed any more."),
        "operator",
    ),
    Problem(
        "rules_moved",
        _("The rules were changed meanwhile"),
        _("The order given does not name exactly the rules there are now."),
        _("Look at the list again, then put it in order."),
        "operator",
    ),
    Problem(
        "no_draft",
        _("There is no draft"),
        _("No draft of the rules is open; it may have been published or discarded meanwhile."),
        _("Open a draft first."),
        "operator",
    ),
    Problem(
        "published_meanwhile",
        _("The published rules were changed meanwhile"),
        _("The draft was copied from version %(base)s of the rules; version %(version)s is published now."),
        _(
            "Discard the draft and begin a new one, or publish it all the same: the changes made meanwhile are then"
            " undone."
        ),
        "operator",
    ),
    Problem(
        "no_orders_picked",
        _("No orders to look at"),
        _("None of the orders named is here, or more than %(most)s were named. Not found: %(unknown)s"),
        _("Name orders by their numbers, or choose all open orders."),
        "operator",
    ),
    Problem(
        "rules_name_gone_warehouse",
        _("A rule names a warehouse that is gone"),
        _("These rules name the warehouse with the number %(id)s, which is not there any more."),
        _("Choose another version, or make the rules anew."),
        "operator",
    ),
)
