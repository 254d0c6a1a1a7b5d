"""eBay's answers to error classes: one table, read from the top (contract sheet, "errors").

Error numbers are many and differ by API, so the HTTP status comes first; few numbers and words are looked at.
"""

from __future__ import annotations

from dataclasses import dataclass

from salur.connectors.base.errors import (
    AlreadyExists,
    AuthExpired,
    AuthRejected,
    PartnerError,
    Rejected,
    Retryable,
    TooLate,
)


class NotFound(Rejected):
    """eBay does not know the thing asked for."""


@dataclass(frozen=True, slots=True)
class Row:
    """``prefix``: how the operation begins; ``words``: any of which must be said, lower case; empty: always."""

    status: int
    result: type[PartnerError]
    words: tuple[str, ...] = ()
    prefix: str = ""


TABLE: tuple[Row, ...] = (
    Row(401, AuthExpired),
    Row(403, Rejected, ("insufficient permissions", "access denied"), "postorder."),
    Row(403, Rejected, ("insufficient permissions", "access denied"), "inventory."),
    Row(403, Rejected, prefix="notification."),
    Row(403, AuthRejected),
    Row(404, NotFound),
    Row(400, AlreadyExists, ("closed", "already been approved", "already been rejected"), "postorder."),
    Row(400, TooLate, ("not eligible", "already shipped"), "postorder."),
    Row(409, AlreadyExists, ("already",), "postorder."),
    Row(409, Rejected),
    Row(408, Retryable),
)

# The token address answers otherwise: {error, error_description}.
TOKENS: dict[str, type[PartnerError]] = {
    "invalid_grant": AuthRejected,
    "invalid_client": AuthRejected,
    "unauthorized_client": AuthRejected,
    "access_denied": AuthRejected,
    "invalid_scope": Rejected,
    "invalid_request": Rejected,
}


def error_for(operation: str, status: int, code: str, message: str, exchange_id: str = "") -> PartnerError:
    """The error for a refusal; what no row names is :class:`Rejected`, so that a person sees it."""
    said = message.lower()
    for row in TABLE:
        fits = not row.words or any(word in said for word in row.words)
        if row.status == status and fits and operation.startswith(row.prefix):
            return row.result(code or str(status), message, exchange_id=exchange_id)
    return Rejected(code or str(status), message, exchange_id=exchange_id)


def token_error(code: str, message: str, exchange_id: str = "") -> PartnerError:
    """The error for a refusal of the token address."""
    return TOKENS.get(code, AuthRejected)(code, message, exchange_id=exchange_id)
