"""Words for what the tables keep as codes: reasons, problems, actors, causes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext, pgettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from salur.catalog.details import labels_in
from salur.catalog.messages import ended
from salur.foundation.problems import Text
from salur.integrations.channels import find_channel
from salur.orders.problems import ProblemCause
from salur.outbound.messages import GATE_TEXTS, NOT_ARRANGED, gate_text
from salur.outbound.models import Outbound
from salur.outbound.states import Look
from salur.outbound.stopping import NOT_SUPPORTED, capabilities_of
from salur.outbound.why_messages import TEXTS, condition_text

WHO: Mapping[str, str | Promise] = {
    "nobody": _("nobody: it goes on by itself"),
    "operator": _("an operator"),
    "owner": _("an owner"),
    "developer": _("the developers"),
    "partner": _("the store or warehouse"),
}

_GATE_OF_PROBLEM: Mapping[str, str] = {
    ProblemCause.UNMAPPED_SKU: "items_unlinked",
    ProblemCause.COUNTRY_NOT_SERVED: "country_not_served",
    ProblemCause.ADDRESS_INCOMPLETE: "address_incomplete",
    ProblemCause.MIXED_WAREHOUSES: "mixed_warehouses",
    ProblemCause.CHANNEL_UNSUPPORTED: "channel_gives_no_label",
    ProblemCause.NOT_IN_WAREHOUSE: "product_not_in_warehouse",
    ProblemCause.NO_STOCK: "not_enough_stock",
}


@dataclass(frozen=True)
class Explained:
    """A reason in full."""

    title: str
    cause: str
    cure: str
    who: str


def gate_words(code: str, evidence: Mapping[str, Any] | None) -> Explained:
    """Why a gate is closed. Evidence of an older version may lack a placeholder; the title then stands alone."""
    if code not in GATE_TEXTS:
        return Explained(code, "", "", str(WHO["developer"]))
    try:
        text = gate_text(code, _translated(evidence or {}, incomplete=code == "product_incomplete"))
        cause = str(text.cause)
    except KeyError:
        text, cause = GATE_TEXTS[code], ""
    return Explained(str(text.title), cause.strip(), str(text.cure), str(WHO.get(text.who, text.who)))


def _translated(evidence: Mapping[str, Any], *, incomplete: bool) -> dict[str, Any]:
    """Words of our own among the evidence (kept as they are written in the code) in the reader's language."""
    shown = dict(evidence)
    for name in ("reason", "hint"):
        if shown.get(name):
            parts = labels_in(shown[name]) if incomplete and name == "reason" else [shown[name]]
            shown[name] = ", ".join(gettext(part) for part in parts)
    return shown


def reason_words(code: str, evidence: Mapping[str, Any] | None) -> Explained:
    """Why a condition of an order is closed: a gate, or what stands before and after the gates."""
    if code in GATE_TEXTS or code not in TEXTS:
        return gate_words(code, evidence)
    text = condition_text(code, _translated(evidence or {}, incomplete=False))
    return Explained(str(text.title), str(text.cause), str(text.cure), str(WHO.get(text.who, text.who)))


def gate_title(code: str) -> str:
    """The short name of a reason, also of why nothing is arranged."""
    if code in NOT_ARRANGED:
        return str(NOT_ARRANGED[code])
    return str(TEXTS[code].title) if code in TEXTS else code


def problem_title(cause: str) -> str:
    """The short name of a problem's cause."""
    return str(dict(ProblemCause.choices).get(cause, cause))


def problem_cure(cause: str) -> str:
    """What ends a problem."""
    if cause in _GATE_OF_PROBLEM:
        return str(GATE_TEXTS[_GATE_OF_PROBLEM[cause]].cure)
    if cause == ProblemCause.NO_RULE:
        return gettext("Add a rule that names a warehouse for such orders. They then go on by themselves.")
    return str(_CURES.get(cause, ""))


_CURES: Mapping[str, str | Promise] = {
    ProblemCause.NO_ITEMS: _(
        "Look at the order in its store: it names no items. It goes on by itself with the first sync that brings them."
    ),
    ProblemCause.LABEL_MISSING: _(
        "Mend what the store says, then arrange the shipment again; or give number and label on the page of the"
        " outbound list."
    ),
    ProblemCause.PUSH_REJECTED: _("Mend what the warehouse says, then push the list again."),
    ProblemCause.CANCEL_CONFLICT: _(
        "Call the warehouse and the buyer: the parcel is under way although the order is cancelled."
        " Then settle it on the outbound list's page."
    ),
    ProblemCause.CANCEL_REFUSED: _(
        "Contact the warehouse and name its number. Then say on the outbound list's page whether it was stopped or has"
        " been shipped; until then its stock stays reserved. The order stays as its store shows it."
    ),
    ProblemCause.PUSH_WARNING: _(
        "Give the warehouse what is missing, naming its number; a label can be downloaded on the outbound list's page."
        " Then mark it there as settled."
    ),
    ProblemCause.SHORT_PICKED: _(
        "Look for the pieces, or count the shelf. When they are found, correct the stock: the order then goes on by"
        " itself. Or move it to another warehouse, or cancel it at its store."
    ),
    ProblemCause.INTERCEPTED: _(
        "Cancel the order at its store, or choose “Send it after all” on the order's page. Until then it gets no new"
        " outbound list."
    ),
}
_FLAGS: Mapping[str, str | Promise] = {
    ProblemCause.LABEL_MISSING: _("The store gave no number or label for the list %(reference)s: %(reason)s"),
    ProblemCause.PUSH_REJECTED: _("%(warehouse)s refused the list %(reference)s: %(reason)s"),
    ProblemCause.CANCEL_CONFLICT: _("%(warehouse)s sent the list %(reference)s (its number there: %(number)s)."),
    ProblemCause.CANCEL_REFUSED: _(
        "%(warehouse)s would not stop the list %(reference)s (its number there: %(number)s): %(reason)s"
    ),
    ProblemCause.PUSH_WARNING: _(
        "%(warehouse)s has the list %(reference)s (its number there: %(number)s), but says: %(reason)s"
    ),
    ProblemCause.SHORT_PICKED: _(
        "%(warehouse)s missed %(missing)s of MSKU %(msku)s when it picked the list %(reference)s."
    ),
    ProblemCause.INTERCEPTED: _("%(warehouse)s stopped the list %(reference)s, as was asked by hand."),
}


def _flag_detail(cause: str, evidence: Mapping[str, Any]) -> str:
    """What happened at the warehouse; empty where an older problem does not tell."""
    if cause not in _FLAGS or not {"warehouse", "reference"} <= evidence.keys():
        return ""
    reason = str(evidence.get("reason", ""))
    if reason == NOT_SUPPORTED:
        reason = gettext("it takes no such request from Salur.")
    named = {**evidence, "number": evidence.get("number") or "–", "reason": reason or gettext("it gave no reason.")}
    return str(_FLAGS[cause]) % named


def problem_words(cause: str, evidence: Mapping[str, Any]) -> Explained:
    """An order's problem in full, with its evidence."""
    if cause in _GATE_OF_PROBLEM:
        awb_only = cause == ProblemCause.CHANNEL_UNSUPPORTED and evidence.get("missing") == "awb"
        told = gate_words("channel_gives_no_awb" if awb_only else _GATE_OF_PROBLEM[cause], evidence)
        return Explained(problem_title(cause), told.cause, told.cure, told.who)
    detail = _flag_detail(cause, evidence)
    if cause == ProblemCause.NO_ITEMS:
        detail = gettext("The store sent this order with no items.")
    if cause == ProblemCause.NO_RULE and {"msku", "country"} <= evidence.keys():
        detail = gettext("No active rule names a warehouse for MSKU %(msku)s in %(country)s.") % dict(evidence)
    return Explained(problem_title(cause), detail, problem_cure(cause), str(WHO["operator"]))


def why(outbound: Outbound) -> str:
    """Why a list is not with the warehouse, in a few words; empty when nothing holds it."""
    if outbound.push == "waiting" and outbound.blocked_by:
        return gate_title(outbound.blocked_by)
    if outbound.push == "rejected":
        return outbound.push_error_message or outbound.push_error_code
    if outbound.push == "ready" and outbound.look == Look.SILENT:
        return str(Look.SILENT.label)
    if outbound.shipment == "failed" and outbound.task != "completed":
        return gettext(outbound.shipment_error_message or "Arranging the shipment failed")
    return ""


def partners_word(outbound: Outbound) -> str:
    """What the partner calls a cancelled list, where its people use another word than ours (R116, A25); else empty."""
    can = capabilities_of(outbound) if outbound.task == "cancelled" else None
    if can is None or not can.cancelled_label:
        return ""
    return gettext("%(partner)s calls it “%(word)s”") % {"partner": can.title, "word": gettext(can.cancelled_label)}


def sentences(cause: str, cure: str) -> str:
    """Two sentences, either of which may be missing, joined as the language joins them.

    The first often ends in a partner's words, which may have no full stop.
    """
    if not (cause and cure):
        return cause or cure
    return pgettext("two sentences", "%(first)s %(second)s") % {"first": ended(cause), "second": cure}


def told_words(told: Text) -> str:
    """A problem in one paragraph: title, cause and cure."""
    body = sentences(told.cause.strip(), told.cure.strip())
    if not body:
        return told.title
    return pgettext("a title, then sentences", "%(title)s. %(body)s") % {"title": told.title, "body": body}


TRIGGERS: Mapping[str, str | Promise] = {
    "schedule": pgettext_lazy("what asked for a run", "the schedule"),
    "button": pgettext_lazy("what asked for a run", "a person, by button"),
    "webhook": pgettext_lazy("what asked for a run", "a message from the store"),
    "last_look": pgettext_lazy("what asked for a run", "the last look before a push"),
    "file": pgettext_lazy("what asked for a run", "an uploaded file"),
    "api": pgettext_lazy("what asked for a run", "a program, by API"),
    "manual": pgettext_lazy("what asked for a run", "a person, by form"),
    "command": pgettext_lazy("what asked for a run", "the command line"),
    "daily": pgettext_lazy("what asked for a run", "the daily stock sync"),
    "retry": pgettext_lazy("what asked for a run", "a retry of failed orders"),
    "approval": pgettext_lazy("what asked for a run", "a person, who approved differences"),
}


def trigger_words(trigger: str) -> str:
    """What asked for a run of an order sync, import or stock sync."""
    return str(TRIGGERS.get(trigger, trigger))


def channel_title(name: str) -> str:
    """A channel by its own name; only the manual store's is a word of ours."""
    channel = find_channel(name)
    return gettext(channel.title) if channel else name
