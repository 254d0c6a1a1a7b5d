"""TikTok Shop's error codes to error classes: one table, read from the top (contract sheet, "Answer and errors").

36009004 is said of a wrong token, key, timestamp and parameter alike, so a row may ask for words in the message.
"""

from __future__ import annotations

from dataclasses import dataclass

from salur.connectors.base.errors import (
    AlreadyExists,
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

SHORT_PAUSE = 1.0  # seconds; the limit is per second


@dataclass(frozen=True, slots=True)
class Row:
    """``words``: any of which the message must contain, lower case; empty: any message."""

    code: str
    result: type[PartnerError]
    words: tuple[str, ...] = ()


TABLE: tuple[Row, ...] = (
    Row("105002", AuthExpired),
    Row("36009004", Retryable, ("timestamp",)),  # a clock that is wrong can be set right
    Row("36009004", AuthExpired, ("access_token", "access-token")),
    Row("36009004", AuthRejected, ("credentials", "shop_cipher", "shop_id")),
    Row("101000", AuthRejected),
    Row("105005", AuthRejected),
    Row("106001", AuthRejected),
    Row("106013", AuthRejected),
    Row("36009033", AuthRejected),
    Row("36009002", RateLimited),
    Row("36009003", Retryable),
    Row("36009007", Retryable),
    # Arranging. A slot that is over is another one at the next try, because the slots are asked for anew.
    Row("11006021", AlreadyExists),
    Row("21008099", AlreadyExists),
    Row("21011020", AlreadyExists),
    Row("21011040", AlreadyExists),
    Row("21011027", TooLate),
    Row("21011041", TooLate),
    Row("11021035", Retryable),
    Row("11021036", Retryable),
    Row("21011053", Retryable),
    Row("21004017", Retryable),
    Row("11001027", Retryable),
    Row("11001031", Retryable),
    Row("21001003", Retryable),
    Row("21001008", Retryable),
    Row("21001011", Retryable),
    Row("21022029", Retryable),
    Row("21042001", Retryable),
    Row("21042076", Retryable),
    # Cancelling.
    Row("25001045", TooLate),
    Row("25001051", TooLate),
    Row("25001028", Retryable),
    Row("25001058", Retryable),
)

LABEL_LATER = frozenset(
    {"11034037", "11034023", "11034025", "11006010", "21023022", "21023034", "21023035", "21042104"}
)
CANCEL_UNDER_WAY = "25001011"
NOTHING_TO_DECIDE = frozenset({"25020003", "25020010", "25011011", "25001003"})


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
    if kind is Retryable and effect is Effect.CREATE and code != "36009004":
        kind = UnknownOutcome
    return kind(code, message, exchange_id=exchange_id)
