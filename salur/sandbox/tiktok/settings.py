"""Knobs of the simulated store."""

from dataclasses import dataclass

from salur.sandbox.storefront.settings import StoreSettings


@dataclass
class TiktokSettings(StoreSettings):
    """Durations in seconds; None: does not happen by itself.

    * ``all_shops``: one login opens all shops there are
    * ``two_warehouses``: each SKU lies in two warehouses, and both must be named when stock is set
    * ``locked_at_least``: a promotion locks the stock; a smaller one is refused
    * ``cancel_pending_seconds``: how long the seller's own cancellation is being handled
    * ``https_only``: an address of messages must begin with https, as at the real one
    * ``masked``: names and telephone numbers are masked where the platform ships
    """

    access_token_seconds: float = 7 * 86400
    refresh_token_seconds: float = 180 * 86400
    code_seconds: float = 1800
    old_token_grace: float = 7 * 86400
    push_tries: int = 5
    push_retry_seconds: float = 12 * 3600
    all_shops: bool = False
    two_warehouses: bool = False
    locked_at_least: int = 0
    cancel_pending_seconds: float = 0
    https_only: bool = False
    masked: bool = True
