"""Knobs of the simulated sellers."""

from dataclasses import dataclass

from salur.sandbox.storefront.settings import StoreSettings


@dataclass
class EbaySettings(StoreSettings):
    """``accept_url``: the address registered for the RuName, where the browser comes back to.

    ``refund_delay``: seconds from a cancellation until the money is returned and the order is cancelled; None: never.
    ``daily_limit``: hold the application to ``daily_calls`` of the Fulfillment API (sandbox time, sliding).
    """

    access_token_seconds: float = 7200
    refresh_token_seconds: float = 47_304_000
    code_seconds: float = 299
    old_token_grace: float = 7200
    accept_url: str = ""
    refund_delay: float | None = 1.0
    daily_limit: bool = False
    daily_calls: int = 100_000
