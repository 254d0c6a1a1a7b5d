"""Knobs of the simulated sellers."""

from dataclasses import dataclass

from salur.sandbox.storefront.settings import StoreSettings


@dataclass
class EbaySettings(StoreSettings):
    """``push_retry_seconds``: from one attempt of a message to the next; an address whose message was not taken in
    ``push_tries`` attempts is MARKED_DOWN. ``webhook_times``: how often each message is sent; ``forged_copies``: how
    many more that a stranger has signed.

    ``accept_url``: the address registered for the RuName, where the browser comes back to.

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
    webhook_times: int = 1
    forged_copies: int = 0
