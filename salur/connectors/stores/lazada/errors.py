"""Lazada's error codes to error classes: one table, read from the top (contract sheet, "Answer and errors").

The same number means different things in different calls ("6" is a wrong filter, or a fault inside), so a row may ask
for words in the message as well. The HTTP status is 200 whatever happened.
"""

from __future__ import annotations

from dataclasses import dataclass

from salur.connectors.base.errors import (
    AuthExpired,
    AuthRejected,
    PartnerError,
    RateLimited,
    Rejected,
    Retryable,
    TooLate,
    UnknownOutcome,
)
from salur.connectors.base.transport import Effect

SHORT_PAUSE = 1.0  # seconds; "retry in the next second" is all that Lazada says


@dataclass(frozen=True, slots=True)
class Row:
    """``words``: any of which the message must contain, lower case; empty: any message."""

    code: str
    result: type[PartnerError]
    words: tuple[str, ...] = ()


TABLE: tuple[Row, ...] = (
    Row("IllegalAccessToken", AuthExpired),  # expired and wrong alike: refreshing tells which
    Row("IllegalRefreshToken", AuthRejected),
    Row("InvalidCode", AuthRejected),
    Row("IncompleteSignature", AuthRejected),
    Row("InvalidAppKey", AuthRejected),
    Row("AppDisabled", AuthRejected),
    Row("InsufficientPermission", AuthRejected),
    Row("SellerNotVerified", AuthRejected),
    Row("Mp3SellerApiLimit", Rejected),
    Row("IllegalTimestamp", Retryable),  # a clock that is wrong can be set right
    Row("ApiCallLimit", RateLimited),
    Row("AppCallLimit", RateLimited),
    Row("SellerCallLimit", RateLimited),
    Row("901", RateLimited),
    Row("ServiceTimeout", Retryable),
    Row("ServiceUnavailable", Retryable),
    Row("InternalError", Retryable),
    Row("6", Rejected, ("filter",)),
    Row("6", Retryable),
    Row("106", Retryable),
    Row("513", Retryable),
    Row("1000", Retryable),
    Row("1003", Retryable),  # no courier found this time
    Row("40011", Retryable),
    Row("700024", Retryable),
    Row("600002", TooLate),  # the package is cancelled
)

NOT_FOUND = frozenset({"16", "37", "39", "122", "700021"})
NOTHING_TO_DECIDE = frozenset({"105", "131"})


def class_of(code: str, message: str) -> type[PartnerError]:
    """The class for an error; an unlisted code is :class:`Rejected`, so that a person sees it."""
    said = message.lower()
    for row in TABLE:
        if row.code == code and (not row.words or any(word in said for word in row.words)):
            return row.result
    return Rejected


def error_for(code: str, message: str, effect: Effect, exchange_id: str = "") -> PartnerError:
    """The error to raise for an answer whose ``code`` is not 0."""
    kind = class_of(code, message)
    if kind is RateLimited:
        return RateLimited(code, message, exchange_id=exchange_id, retry_after=SHORT_PAUSE)
    if kind is Retryable and effect is Effect.CREATE and code != "IllegalTimestamp":
        kind = UnknownOutcome
    return kind(code, message, exchange_id=exchange_id)
