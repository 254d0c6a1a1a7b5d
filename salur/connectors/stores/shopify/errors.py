"""Shopify's three layers of errors to error classes: HTTP status, top-level errors, a mutation's userErrors.

A 200 is no success (contract sheet, "Errors"). Which words and states are assumed stands in contracts/shopify/facts.md.
"""

from __future__ import annotations

from collections.abc import Sequence

from salur.connectors.base.errors import (
    AuthExpired,
    AuthRejected,
    ContractBroken,
    PartnerError,
    RateLimited,
    Rejected,
    Retryable,
    UnknownOutcome,
)
from salur.connectors.base.reading import JsonObject, amount, as_object, as_objects, text
from salur.connectors.base.transport import Effect

THROTTLED = "THROTTLED"
SHORTEST_WAIT, LONGEST_WAIT = 0.5, 60.0  # seconds
SECURITY_PAUSE = 60.0  # after HTTP 430, for which Shopify names no figure

# All of them concern the whole shop. 401 is apart: a token that ends may be renewed.
HTTP: dict[int, type[PartnerError]] = {
    402: AuthRejected,  # the shop is closed for want of payment
    403: AuthRejected,
    404: AuthRejected,  # no such shop, or an API version that there is not
    423: AuthRejected,  # locked
}

TOP_LEVEL: dict[str, type[PartnerError]] = {
    THROTTLED: RateLimited,
    "SHOP_INACTIVE": AuthRejected,
    "ACCESS_DENIED": Rejected,  # one scope is missing: the other calls still work
    "INTERNAL_SERVER_ERROR": Retryable,
    "TIMEOUT": Retryable,
    # A query that Shopify does not understand is our fault or a new version's: a developer has to look.
    "MAX_COST_EXCEEDED": ContractBroken,
    "undefinedField": ContractBroken,
    "missingRequiredArguments": ContractBroken,
    "argumentLiteralsIncompatible": ContractBroken,
    "variableMismatch": ContractBroken,
    "BAD_REQUEST": ContractBroken,
}


def http_error(status: int, said: str, *, renewable: bool, exchange_id: str) -> PartnerError | None:
    """The error of an HTTP status; None where the body decides."""
    if status == 401:
        kind: type[PartnerError] = AuthExpired if renewable else AuthRejected
        return kind("401", said, exchange_id=exchange_id)
    if status == 430:
        return RateLimited("430", said, exchange_id=exchange_id, retry_after=SECURITY_PAUSE)
    if status in HTTP:
        return HTTP[status](str(status), said, exchange_id=exchange_id)
    return None


def top_level_error(errors: Sequence[JsonObject], cost: JsonObject, effect: Effect, exchange_id: str) -> PartnerError:
    """The first of the top-level errors; one without a known code is Rejected, so that a person sees it."""
    first = errors[0]
    extensions = as_object(first.get("extensions") or {}, "extensions")
    code, message = text(extensions, "code"), text(first, "message")
    if code == THROTTLED or message.strip().lower() == "throttled":
        return RateLimited(THROTTLED, message, exchange_id=exchange_id, retry_after=seconds_to_wait(cost))
    kind = TOP_LEVEL.get(code, Rejected)
    if kind is Retryable and effect is Effect.CREATE:
        kind = UnknownOutcome
    return kind(code or "error", message, exchange_id=exchange_id)


def seconds_to_wait(cost: JsonObject) -> float:
    """How long the bucket takes to hold what the query asks for (points, points a second)."""
    status = as_object(cost.get("throttleStatus") or {}, "throttleStatus")
    wanted, there = amount(cost, "requestedQueryCost"), amount(status, "currentlyAvailable")
    rate = amount(status, "restoreRate")
    if rate <= 0:
        return 1.0
    return min(max(float((wanted - there) / rate), SHORTEST_WAIT), LONGEST_WAIT)


def refuse_user_errors(payload: JsonObject, key: str, exchange_id: str = "") -> None:
    """Raise Rejected for the first entry of a mutation's errors, naming the field that Shopify names."""
    errors = as_objects(payload.get(key), key)
    if errors:
        raise user_error(errors[0], exchange_id)


def user_error(entry: JsonObject, exchange_id: str = "") -> Rejected:
    """One of a mutation's userErrors."""
    code = text(entry, "code") or "user_error"
    return Rejected(code, text(entry, "message"), field=".".join(path_of(entry)), exchange_id=exchange_id)


def path_of(entry: JsonObject) -> list[str]:
    """Where in the input the fault is: names and places."""
    path = entry.get("field")
    return [str(step) for step in path] if isinstance(path, list) else []
