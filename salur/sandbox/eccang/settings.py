"""Knobs of the simulated warehouse operator."""

from dataclasses import dataclass

from salur.sandbox.engine.settings import choice


@dataclass
class EccangSettings:
    """Durations in seconds; None: does not happen by itself."""

    ship_after: float | None = None
    receive_after: float | None = None
    intercept_seconds: float = 1.0
    intercept_result: str = choice("success", "fail", "fee")
    lookup_delay: float = 0.0
    allow_duplicate_reference: bool = False
    callback_tries: int = 5
    callback_retry_seconds: float = 60
    callback_body: str = choice("text", "object")
    response_form: str = choice("escaped", "cdata")
    inventory_batches: int = 1
    rate_limit_per_second: float = 0
