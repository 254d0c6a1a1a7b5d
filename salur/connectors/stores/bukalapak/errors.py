"""Bukalapak names no error codes: the HTTP status decides, and a refusal with ``status`` ERROR is for a person."""

from __future__ import annotations

from salur.connectors.base.errors import AuthExpired, AuthRejected, PartnerError, Rejected


class NotFound(Rejected):
    """Bukalapak does not know the transaction or product."""


BY_STATUS: dict[int, type[PartnerError]] = {401: AuthExpired, 403: AuthRejected, 404: NotFound}


def error_for(status: int, message: str, exchange_id: str = "") -> PartnerError:
    """The error for a refusal in these words."""
    kind = BY_STATUS.get(status, Rejected)
    return kind("ERROR" if status < 400 else str(status), message, exchange_id=exchange_id)
