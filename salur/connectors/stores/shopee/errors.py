"""Shopee's error words to error classes: one table, read from the top (contract sheet, "Answer and error form").

The same word is used for quite different things (``error_auth`` also says "stock too low"), so a row may ask for
words in the message as well. HTTP statuses decide nothing: 403 comes with most errors.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone

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

QUOTA_ZONE = timezone(timedelta(hours=8))  # the daily quota begins anew at 00:00 there
SHORT_PAUSE = 1.0  # seconds; Shopee names no figure beside error_rate_limit


@dataclass(frozen=True, slots=True)
class Row:
    """``code`` whole or without its module prefix; ``words`` any of which the message must contain, lower case."""

    code: str
    result: type[PartnerError]
    words: tuple[str, ...] = ()


BEING_ALLOCATED = ("please wait", "being allocated")  # the carrier is still being chosen
LATER = ("try again later", "try later", *BEING_ALLOCATED)

TABLE: tuple[Row, ...] = (
    Row("invalid_acceess_token", AuthExpired),  # spelled so by Shopee
    Row("invalid_access_token", AuthExpired),
    Row("logistics.error_token", AuthExpired),
    Row("error_auth", AuthExpired, ("access_token", "access token")),
    Row("error_auth", Retryable, LATER),
    Row("error_auth", Rejected, ("stock", "location_id", "holiday", "model level")),
    Row("error_auth", AuthRejected),
    Row("error_sign", AuthRejected),
    Row("error_partner_key_expired", AuthRejected),
    Row("invalid_partner_id", AuthRejected),
    Row("partner_shop_no_link", AuthRejected),
    Row("shop_no_linked", AuthRejected),
    Row("shop_banned", AuthRejected),
    Row("source_ip_undeclared", AuthRejected),
    Row("error_api_permission", AuthRejected),
    Row("error_ashop_api_permission", AuthRejected),
    Row("error_api_call_restricted", AuthRejected),
    Row("error_kyc_auth", AuthRejected),
    Row("error_rate_limit", RateLimited),
    # Only the bare word is the daily quota: logistics.error_limit means "not in this status".
    Row("logistics.error_limit", Rejected),
    Row("error_limit", RateLimited),
    Row("error_server", Retryable),
    Row("error_network", Retryable),
    Row("error_inner", Retryable),
    Row("error_system_busy", Retryable),
    Row("error_timeout", Retryable),
    Row("error_connection", Retryable),
    Row("error_core_server", Retryable),
    Row("error_third_party_server", Retryable),
    Row("error_too_many_invoke_function", Retryable),
    Row("error_config", Retryable),
    Row("error_other", Retryable),
    Row("unknown_error", Retryable),
    Row("package_print_failed", Retryable),
    Row("download_later", Retryable),
    Row("cancel_not_allowed", TooLate),
    Row("error_cannot_cancel_logistic_txn", TooLate),
    Row("error_param", TooLate, ("not allowed to cancel", "cannot be cancelled", "can not be cancelled")),
    Row("error_param", AlreadyExists, ("has been shipped", "already shipped", "already been arranged")),
    Row("error_param", Retryable, ("timestamp", *LATER)),  # a clock that is wrong can be set right
)

NOT_FOUND = frozenset({"error_not_found", "order_not_exist", "error_order_not_found", "order_not_found"})

# Shopee says these before the request changed anything, whatever the request was.
CERTAINLY_NOT_DONE = frozenset({"error_auth", "error_param", "download_later", "package_print_failed"})


def bare(code: str) -> str:
    """The word without its module: ``logistics.error_param`` is ``error_param``."""
    return code.rpartition(".")[2]


def class_of(code: str, message: str) -> type[PartnerError]:
    """The class for an error; an unlisted word is :class:`Rejected`, so that a person sees it."""
    said = message.lower()
    for row in TABLE:
        if row.code in (code, bare(code)) and (not row.words or any(word in said for word in row.words)):
            return row.result
    return Rejected


def seconds_to_new_quota(now: float) -> float:
    """Seconds from ``now`` (since 1970) to the next 00:00 of UTC+8."""
    here = datetime.fromtimestamp(now, UTC).astimezone(QUOTA_ZONE)
    midnight = (here + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    return (midnight - here).total_seconds()


def error_for(code: str, message: str, effect: Effect, now: float, exchange_id: str = "") -> PartnerError:
    """The error to raise for an answer whose ``error`` is not empty."""
    kind = class_of(code, message)
    if kind is RateLimited:
        wait = SHORT_PAUSE if bare(code) == "error_rate_limit" else seconds_to_new_quota(now)
        return RateLimited(code, message, exchange_id=exchange_id, retry_after=wait)
    if kind is Retryable and effect is Effect.CREATE and bare(code) not in CERTAINLY_NOT_DONE:
        kind = UnknownOutcome
    return kind(code, message, exchange_id=exchange_id)
