"""Etsy's answers to error classes: one table, read from the top (contract sheet, "Errors").

Etsy gives a sentence and an HTTP status; only the token's troubles have words of their own.
"""

from __future__ import annotations

from dataclasses import dataclass

from salur.connectors.base.errors import AuthExpired, AuthRejected, PartnerError, Rejected, Retryable


class NotFound(Rejected):
    """Etsy does not know the thing asked for."""


@dataclass(frozen=True, slots=True)
class Row:
    """``words``: any of which the answer must contain, lower case; none: always."""

    status: int
    result: type[PartnerError]
    words: tuple[str, ...] = ()


TABLE: tuple[Row, ...] = (
    Row(401, AuthExpired, ("expired", "invalid_token")),
    Row(401, AuthRejected),
    Row(403, AuthExpired, ("token is expired",)),
    Row(403, AuthRejected),
    Row(404, NotFound),
    Row(409, Retryable),  # somebody else changes the same thing at this moment
)


def error_for(status: int, code: str, message: str, exchange_id: str = "") -> PartnerError:
    """The error for a refusal; what no row names is :class:`Rejected`, so that a person sees it."""
    said = f"{code} {message}".lower()
    for row in TABLE:
        if row.status == status and (not row.words or any(word in said for word in row.words)):
            return row.result(str(status), message or code, exchange_id=exchange_id)
    return Rejected(str(status), message or code, exchange_id=exchange_id)
