"""What holds a group of orders, in one sentence, and what a remedy does."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from salur.orders.problems import ProblemCause
from salur.outbound.messages import filled_in
from salur.web.words import problem_title

SENTENCES: Mapping[str, str | Promise] = {
    ProblemCause.UNMAPPED_SKU: _("SKU %(sku)s of %(store)s is not linked"),
    ProblemCause.NOT_IN_WAREHOUSE: _("SKU %(msku)s is not in %(warehouse)s"),
    ProblemCause.NO_STOCK: _("too little of %(msku)s in %(warehouse)s"),
    ProblemCause.PUSH_REJECTED: _("%(warehouse)s refused: %(reason)s"),
    ProblemCause.LABEL_MISSING: _("%(store)s gave no number or label: %(reason)s"),
    ProblemCause.ADDRESS_INCOMPLETE: _("%(warehouse)s needs of the address: %(lacks)s"),
    ProblemCause.MIXED_WAREHOUSES: _("%(warehouse)s and %(other)s would send under one AWB number"),
    ProblemCause.NO_RULE: _("no rule names a warehouse for %(msku)s in %(country)s"),
    ProblemCause.COUNTRY_NOT_SERVED: _("%(warehouse)s does not serve %(country)s"),
}
REMEDIES: Mapping[str, str | Promise] = {
    "link": _("SKU linked"),
    "add": _("Added to the warehouse and pushed"),
    "stock": _("Stock corrected or asked for"),
    "push_again": _("Pushed again"),
    "arrange": _("Shipments arranged again"),
    "warehouse": _("Sent from a chosen warehouse"),
}


def group_words(cause: str, named: Mapping[str, Any]) -> str:
    """What holds the group; an older remedy may lack a name."""
    sentence = SENTENCES.get(cause)
    named = filled_in(named)
    shown = {name: "–" if value in (None, "") else value for name, value in named.items()}
    try:
        return str(sentence) % shown if sentence is not None else problem_title(cause)
    except KeyError:
        return problem_title(cause)


def remedy_words(remedy: str) -> str:
    """What was done."""
    return str(REMEDIES.get(remedy, remedy))
