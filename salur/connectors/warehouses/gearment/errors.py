"""Gearment's codes to error classes: one table (contract sheet gearment.md, 2)."""

from __future__ import annotations

from salur.connectors.base.errors import AlreadyExists, AuthRejected, PartnerError, Rejected


class NotFound(Rejected):
    """Gearment does not know the thing asked for."""


TABLE: dict[str, type[PartnerError]] = {
    "INVALID_ARGUMENT": Rejected,
    "UNAUTHENTICATED": AuthRejected,
    "PERMISSION_DENIED": AuthRejected,
    "NOT_FOUND": NotFound,
    "ALREADY_EXISTS": AlreadyExists,
    "FAILED_PRECONDITION": Rejected,
}
BY_STATUS: dict[int, type[PartnerError]] = {401: AuthRejected, 403: AuthRejected, 404: NotFound}


def error_for(status: int, code: str, message: str, field: str = "", exchange_id: str = "") -> PartnerError:
    """The error for a refusal; the status decides where the code says nothing."""
    kind = TABLE.get(code) or BY_STATUS.get(status, Rejected)
    return kind(code or str(status), message, field, exchange_id)
