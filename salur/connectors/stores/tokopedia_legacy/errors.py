"""Tokopedia's error codes to error classes: one table, then the HTTP status (contracts/tokopedia_legacy/facts.md)."""

from __future__ import annotations

from salur.connectors.base.errors import AuthExpired, AuthRejected, PartnerError, Rejected


class NotFound(Rejected):
    """Tokopedia does not know the order or product."""


class WrongStatus(Rejected):
    """The order is in a status that does not allow this, perhaps because it was done before."""


TABLE: dict[str, type[PartnerError]] = {
    "ORD_API_008": NotFound,
    "ORD_USC_001": WrongStatus,
    "LGS_USC_006": WrongStatus,
    "RBAC_MDLW_001": AuthRejected,
}
BY_STATUS: dict[int, type[PartnerError]] = {401: AuthExpired, 403: AuthRejected, 404: NotFound}


def error_for(status: int, code: str, message: str, exchange_id: str = "") -> PartnerError:
    """The error for a refusal; the HTTP status decides where the code is not listed."""
    kind = TABLE.get(code) or BY_STATUS.get(status, Rejected)
    return kind(code or str(status), message, exchange_id=exchange_id)
