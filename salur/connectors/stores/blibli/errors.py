"""Blibli's error codes to error classes: one table, then the HTTP status (contracts/blibli/facts.md)."""

from __future__ import annotations

from salur.connectors.base.errors import AuthRejected, PartnerError, Rejected


class NotFound(Rejected):
    """Blibli does not know the item or product."""


TABLE: dict[str, type[PartnerError]] = {
    "ERR-PA400054": AuthRejected,  # the store has not given this client its key
}
BY_STATUS: dict[int, type[PartnerError]] = {401: AuthRejected, 403: AuthRejected, 404: NotFound}


def error_for(status: int, code: str, message: str, exchange_id: str = "") -> PartnerError:
    """The error for a refusal; the HTTP status decides where the code is not listed."""
    kind = TABLE.get(code) or BY_STATUS.get(status, Rejected)
    return kind(code or str(status), message, exchange_id=exchange_id)
