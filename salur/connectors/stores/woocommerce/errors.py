"""WooCommerce's error codes and HTTP statuses to error classes (contract sheet, "Rate limits, errors").

Between the hub and WordPress stand web servers and firewalls of every kind, so an answer may also be no JSON at all.
"""

from __future__ import annotations

from salur.connectors.base.errors import AuthRejected, PartnerError, Rejected, Retryable

CODES: dict[str, type[PartnerError]] = {
    "woocommerce_rest_authentication_error": AuthRejected,
    "woocommerce_rest_cannot_view": AuthRejected,
    # The key may only read: what reads goes on.
    "woocommerce_rest_cannot_edit": Rejected,
    "woocommerce_rest_cannot_create": Rejected,
    "woocommerce_rest_cannot_delete": Rejected,
    "woocommerce_rest_cannot_batch": Rejected,
}
NO_ROUTE = "rest_no_route"
MENDS_ITSELF = ("timestamp", "nonce")  # a clock that is wrong can be set right; each call has a nonce of its own
UNKNOWN_ID = 404
NOT_JSON = "not_json"


def error_for(status: int, code: str, message: str, field: str, exchange_id: str) -> PartnerError:
    """The error of a JSON answer with HTTP 400 or more; an unknown code is Rejected, so that a person sees it."""
    kind = CODES.get(code, AuthRejected if status == 401 else Rejected)
    if kind is AuthRejected and any(word in message.lower() for word in MENDS_ITSELF):
        kind = Retryable
    return kind(code or str(status), message, field, exchange_id)


def page_error(status: int, location: str, said: str, exchange_id: str) -> PartnerError | None:
    """The error of an answer that is no JSON, by its HTTP status; None below 300."""
    if 300 <= status < 400:
        told = f"the store's address leads to {location or 'another place'}; enter that one"
        return Rejected("redirected", told[:300], "store_url", exchange_id)
    if status == 401:
        return AuthRejected("401", said, exchange_id=exchange_id)
    if status == 404:
        told = "there is no WooCommerce REST API at this address; WordPress needs permalinks other than plain"
        return Rejected("404", told, "store_url", exchange_id)
    if status >= 400:
        return Rejected(str(status), f"not answered by WooCommerce: {said}"[:300], exchange_id=exchange_id)
    return None
