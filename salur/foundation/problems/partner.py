"""What partners answer: one problem for each error class (design 4)."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from salur.connectors.base.errors import (
    AlreadyExists,
    AuthExpired,
    AuthRejected,
    ContractBroken,
    PartnerError,
    RateLimited,
    Rejected,
    Retryable,
    TooLate,
    UnknownOutcome,
)

from .catalogue import Problem, Text, describe

TABLE: tuple[Problem, ...] = (
    Problem(
        "not_sent",
        _("%(partner)s cannot be reached"),
        _("No connection could be made, so nothing was sent: %(message)s"),
        _("Nothing to do: it is tried again. If it lasts, check the service address and the network."),
        "nobody",
    ),
    Problem(
        "retryable",
        _("%(partner)s could not do it just now"),
        _("Nothing was done there. It answered: %(partner_code)s %(message)s"),
        _("Nothing to do: it is tried again by itself."),
        "nobody",
    ),
    Problem(
        "rate_limited",
        _("%(partner)s asks to slow down"),
        _("Too many calls in a short time; the next comes after %(retry_after)s seconds."),
        _("Nothing to do. If it happens often, lower the calls per second in the settings of the connection."),
        "nobody",
    ),
    Problem(
        "unknown_outcome",
        _("It is not known whether %(partner)s has done it"),
        _("The request left, but no usable answer came back: %(message)s"),
        _("Nothing to do: it is looked up there before anything is sent again, so nothing is done twice."),
        "nobody",
    ),
    Problem(
        "auth_expired",
        _("The access to %(partner)s has run out"),
        _("The access token is too old: %(message)s"),
        _("Nothing to do: it is renewed by itself."),
        "nobody",
    ),
    Problem(
        "auth_rejected",
        _("%(partner)s does not accept the credentials"),
        _("It answered: %(partner_code)s %(message)s"),
        _("Compare each key with what the partner gave you, then authorise again. Nothing is lost meanwhile."),
        "owner",
    ),
    Problem(
        "rejected",
        _("%(partner)s refused it"),
        _("It answered: %(partner_code)s %(message)s"),
        _("Correct what it complains of, then send it again."),
        "operator",
    ),
    Problem(
        "rejected_field",
        _("%(partner)s refused a value"),
        _("It does not accept the field %(field)s: %(partner_code)s %(message)s"),
        _("Correct this value, then send it again."),
        "operator",
    ),
    Problem(
        "already_exists",
        _("%(partner)s knows this number already"),
        _("Our reference is in use there as %(ref)s: %(message)s"),
        _("Nothing to do if the content is the same: it is linked. Otherwise compare the two at the partner."),
        "nobody",
    ),
    Problem(
        "too_late",
        _("Too late for %(partner)s"),
        _("The work there has gone too far: %(partner_code)s %(message)s"),
        _("Talk to the partner directly before you promise anything to the buyer."),
        "operator",
    ),
    Problem(
        "contract_broken",
        _("%(partner)s answered in a way that is not understood"),
        _("The answer is not as documented, at %(field)s: %(message)s"),
        _("Tell the developers the exchange %(exchange_id)s; the answer is kept there."),
        "developer",
    ),
)

CODES: dict[type[PartnerError], str] = {
    Retryable: "retryable",
    RateLimited: "rate_limited",
    UnknownOutcome: "unknown_outcome",
    AuthExpired: "auth_expired",
    AuthRejected: "auth_rejected",
    Rejected: "rejected",
    AlreadyExists: "already_exists",
    TooLate: "too_late",
    ContractBroken: "contract_broken",
}


def code_of(error: PartnerError) -> str:
    """The problem code of a partner's error."""
    if isinstance(error, Retryable) and error.code == "not_sent":
        return "not_sent"
    if isinstance(error, Rejected) and error.field:
        return "rejected_field"
    for kind in type(error).__mro__:
        if kind in CODES:
            return CODES[kind]
    return "retryable"


def evidence_of(error: PartnerError, partner: str) -> dict[str, Any]:
    """What the texts need to know; plain values, so that it may be stored. ``partner`` is the partner's title."""
    evidence: dict[str, Any] = {
        "partner": partner,
        "partner_code": error.code,
        "message": error.message,
        "field": error.field,
        "exchange_id": error.exchange_id,
    }
    if isinstance(error, RateLimited):
        evidence["retry_after"] = round(error.retry_after)
    if isinstance(error, AlreadyExists):
        evidence["ref"] = error.ref
    return {name: value for name, value in evidence.items() if value != ""}


def describe_error(error: PartnerError, partner: str) -> Text:
    """A partner's error in the active language."""
    return describe(code_of(error), evidence_of(error, partner))
