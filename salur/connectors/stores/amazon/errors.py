"""Amazon's answers to error classes: one table, read from the top (contract sheet, "Errors").

The code strings are few and mean many things, so the HTTP status comes first and words in the message tell the rest.
"""

from __future__ import annotations

from dataclasses import dataclass

from salur.connectors.base.errors import AuthExpired, AuthRejected, PartnerError, Rejected, Retryable


class NotFound(Rejected):
    """Amazon does not know the thing asked for."""


@dataclass(frozen=True, slots=True)
class Row:
    """``words``: any of which the message or its details must contain, lower case; none: always."""

    status: int
    result: type[PartnerError]
    words: tuple[str, ...] = ()
    operations: frozenset[str] = frozenset()


# Calls that need a role of their own (Product Listing): without it orders still go on.
OF_ANOTHER_ROLE = frozenset({"searchListingsItems", "patchListingsItem"})

TABLE: tuple[Row, ...] = (
    Row(401, AuthExpired),
    Row(403, AuthExpired, ("expired", "revoked, malformed or invalid", "missing in the request header")),
    Row(403, Rejected, operations=OF_ANOTHER_ROLE),
    Row(403, AuthRejected),
    Row(404, NotFound),
    Row(408, Retryable),
)

# Login with Amazon answers otherwise: {error, error_description}.
TOKENS: dict[str, type[PartnerError]] = {
    "invalid_grant": AuthRejected,
    "invalid_client": AuthRejected,
    "unauthorized_client": AuthRejected,
    "access_denied": AuthRejected,
    "invalid_request": Rejected,
    "unsupported_grant_type": Rejected,
}


def error_for(operation: str, status: int, code: str, message: str, exchange_id: str = "") -> PartnerError:
    """The error for a refusal; what no row names is :class:`Rejected`, so that a person sees it."""
    said = message.lower()
    for row in TABLE:
        fits = not row.words or any(word in said for word in row.words)
        if row.status == status and fits and (not row.operations or operation in row.operations):
            return row.result(code or str(status), message, exchange_id=exchange_id)
    return Rejected(code or str(status), message, exchange_id=exchange_id)


def token_error(code: str, message: str, exchange_id: str = "") -> PartnerError:
    """The error for a refusal of Login with Amazon."""
    return TOKENS.get(code, AuthRejected)(code, message, exchange_id=exchange_id)
