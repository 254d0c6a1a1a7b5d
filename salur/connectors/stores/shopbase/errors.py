"""ShopBase names no error codes: the HTTP status decides (contracts/shopbase/facts.md)."""

from __future__ import annotations

from salur.connectors.base.errors import AuthRejected, PartnerError, Rejected


class NotFound(Rejected):
    """ShopBase does not know the order or product."""


# A token has no end here, so one that is refused is revoked: nothing can be refreshed.
BY_STATUS: dict[int, type[PartnerError]] = {401: AuthRejected, 403: AuthRejected, 404: NotFound}


def error_for(status: int, message: str, exchange_id: str = "") -> PartnerError:
    """The error for a refusal in these words."""
    return BY_STATUS.get(status, Rejected)(str(status), message, exchange_id=exchange_id)
