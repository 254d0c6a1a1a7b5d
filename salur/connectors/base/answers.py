"""What connectors have in common: an answer that cannot be read, a batch sent one by one."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from .errors import (
    AuthExpired,
    AuthRejected,
    ContractBroken,
    PartnerError,
    RateLimited,
    Retryable,
    UnknownOutcome,
)
from .transport import Answer, Effect
from .types import ItemResult, PartnerRef, ProductRequest

KINDS: dict[Effect, type[PartnerError]] = {
    Effect.CREATE: UnknownOutcome,
    Effect.REPEATABLE: Retryable,
    Effect.READ: ContractBroken,
}

# These concern the whole account: what is left of a batch would only hear the same.
ENDS_BATCH = (AuthRejected, AuthExpired, RateLimited)


def after_sending(broken: ContractBroken, answer: Answer, effect: Effect) -> PartnerError:
    """The error for an answer that cannot be read: what was done is open, and what may be repeated is repeated."""
    return KINDS[effect](broken.code, f"HTTP {answer.status}: {broken.message}", broken.field, answer.exchange_id)


def one_by_one(batch: Sequence[ProductRequest], push: Callable[[ProductRequest], PartnerRef]) -> list[ItemResult]:
    """Push each product of a batch by a call of its own; a refused account or a full budget ends the batch."""
    results: list[ItemResult] = []
    stopped: PartnerError | None = None
    for product in batch:
        if stopped is not None:
            results.append(ItemResult(product.sku, error=stopped))
            continue
        try:
            results.append(ItemResult(product.sku, push(product)))
        except PartnerError as error:
            results.append(ItemResult(product.sku, error=error))
            stopped = error if isinstance(error, ENDS_BATCH) else None
    return results
