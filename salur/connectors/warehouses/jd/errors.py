"""JD's codes to error classes: one table (contracts/jd/statuses.csv, machines ``gateway`` and ``business``)."""

from __future__ import annotations

from salur.connectors.base.errors import (
    AlreadyExists,
    AuthExpired,
    AuthRejected,
    PartnerError,
    RateLimited,
    Rejected,
    Retryable,
)

WAIT_SECONDS = 60.0  # JD names no time after which the limit is lifted


class NotFound(Rejected):
    """JD does not know the thing asked for."""


class ClockApart(Retryable):
    """Our clock or theirs is wrong: certainly nothing was done, and neither keys nor content are at fault."""


class OtherDepartment(Rejected):
    """The department is not the one of the PIN that is logged in."""


GATEWAY: dict[str, type[PartnerError]] = {
    "2": RateLimited,
    "4": Rejected,
    "5": Rejected,
    "7": ClockApart,
    "8": ClockApart,
    "11": AuthRejected,
    "12": AuthRejected,
    "14": Rejected,
    "15": Rejected,
    "19": AuthExpired,
    "21": AuthRejected,
}
BUSINESS: dict[str, type[PartnerError]] = {
    "3100": Rejected,
    "3108": Rejected,
    "3401": OtherDepartment,
    "3404": NotFound,
    "3409": AlreadyExists,
    "3411": Rejected,
}
TABLE: dict[str, type[PartnerError]] = {**GATEWAY, **BUSINESS}
"""What is not listed is :class:`Rejected`: a person sees JD's own words."""

NAMES_A_FIELD = frozenset({"3100", "3108"})


def error_for(code: str, message: str, exchange_id: str = "") -> PartnerError:
    """The error to raise for an ``error_response``. A message that begins with a field's name names the field."""
    kind = TABLE.get(code, Rejected)
    field = message.split(" ", 1)[0] if code in NAMES_A_FIELD else ""
    if issubclass(kind, RateLimited):
        return kind(code, message, retry_after=WAIT_SECONDS, exchange_id=exchange_id)
    return kind(code, message, field if field.isascii() and field.isalnum() else "", exchange_id)
