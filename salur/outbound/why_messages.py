"""Texts of the conditions that stand before and after the push conditions (see ``why``)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from .messages import GATE_NAMES, GATE_TEXTS, GateText, filled_in

NAMES: Mapping[str, Any] = {
    **GATE_NAMES,
    "allocated": _("Warehouse found"),
    "rate_budget": _("Rate budget of the partner"),
    "accepted": _("Accepted by the warehouse"),
}

TEXTS: Mapping[str, GateText] = {
    **GATE_TEXTS,
    "no_items": GateText(
        _("No items"),
        _("The store sent this order with no items."),
        _(
            "Look at the order in its store: it names no items. It goes on by itself with the first sync that brings"
            " them."
        ),
        "operator",
    ),
    "no_rule": GateText(
        _("No delivery-warehouse rule matches"),
        _("No active rule names a warehouse for MSKU %(msku)s in %(country)s."),
        _("Add a rule that names a warehouse for such orders. They then go on by themselves."),
        "operator",
    ),
    "intercepted": GateText(
        _("Stopped at the warehouse, order still open"),
        _("%(warehouse)s stopped the list %(reference)s, as was asked by hand."),
        _(
            "Cancel the order at its store, or choose “Send it after all” on the order's page. Until then it gets no"
            " new outbound list."
        ),
        "operator",
    ),
    "no_list_wanted": GateText(
        _("No outbound list in this status"),
        _("In the status %(status)s the rules for %(store)s ask for no outbound list."),
        _("Nothing to do: a list is made by itself when the status changes."),
        "nobody",
    ),
    "partner_asks_to_wait": GateText(
        _("The partner asks to wait"),
        _("%(account)s takes no calls until %(until)s."),
        _("Nothing to do: it is sent by itself then."),
        "nobody",
    ),
    "rate_budget_spent": GateText(
        _("Rate budget spent"),
        _("%(account)s takes %(per_second)s calls a second, and these are spent for the moment."),
        _("Nothing to do: it is sent by itself in its turn, urgent orders first."),
        "nobody",
    ),
    "push_waits_turn": GateText(
        _("Waits for its turn"),
        _("Every condition is met; it is sent to %(warehouse)s with the next ones."),
        _("Nothing to do: it is sent by itself in its turn, urgent orders first."),
        "nobody",
    ),
    "push_tried_again": GateText(
        _("Sent again soon"),
        _("The last try did not get through to %(warehouse)s: %(reason)s. The next one is at %(until)s."),
        _("Nothing to do: it is sent by itself then."),
        "nobody",
    ),
    "push_under_way": GateText(
        _("Being sent"),
        _("It is being sent to %(warehouse)s right now."),
        _("Nothing to do: the answer is shown in a moment."),
        "nobody",
    ),
    "push_in_doubt": GateText(
        _("Answer lost"),
        _(
            "%(warehouse)s may have it: the answer was lost. It is looked up by its reference before anything is sent"
            " again."
        ),
        _("Nothing to do: it is looked up by itself."),
        "nobody",
    ),
    "push_refused": GateText(
        _("Refused by the warehouse"),
        _("%(warehouse)s refused it: %(reason)s"),
        _("Correct the cause, then push it again."),
        "operator",
    ),
}


def condition_text(code: str, evidence: Mapping[str, Any] | None = None) -> GateText:
    """The texts of a reason with its evidence filled in; a placeholder that is lacking leaves the cause empty."""
    known = TEXTS[code]
    try:
        cause = str(known.cause) % filled_in(evidence or {})
    except KeyError:
        cause = ""
    return GateText(known.title, cause.strip(), known.cure, known.who)
