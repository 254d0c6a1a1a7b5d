"""Knobs of the simulated marketplace."""

from dataclasses import dataclass

from salur.sandbox.storefront.settings import StoreSettings


@dataclass
class AmazonSettings(StoreSettings):
    """``usage_plans``: hold callers to the documented rates (calls a second) and bursts below, in sandbox time.

    ``confirm_delay``: seconds until a confirmed shipment shows in its order; None: it never does.
    """

    access_token_seconds: float = 3600
    refresh_token_seconds: float = 365 * 86400
    code_seconds: float = 300
    old_token_grace: float = 3600
    confirm_delay: float | None = 0.0
    page_token_seconds: float = 86400
    usage_plans: bool = False
    search_orders_rate: float = 0.0056
    search_orders_burst: int = 20
    get_order_rate: float = 0.5
    get_order_burst: int = 30
    confirm_shipment_rate: float = 2
    confirm_shipment_burst: int = 10
    search_listings_rate: float = 5
    search_listings_burst: int = 5
    get_listing_rate: float = 5
    get_listing_burst: int = 10
    patch_listing_rate: float = 5
    patch_listing_burst: int = 5
    participations_rate: float = 0.016
    participations_burst: int = 15
