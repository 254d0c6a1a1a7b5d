"""Knobs of the simulated Shopify."""

from dataclasses import dataclass

from salur.sandbox.storefront.settings import StoreSettings


@dataclass
class ShopifySettings(StoreSettings):
    """Beside the common ones (seconds, points).

    ``points_per_second``: what the bucket of ``bucket_points`` gets back; 0: calls use nothing up (a query that is
    dearer than ``dearest_query`` is refused all the same). ``throttled_status``: 200 or 429, which is disputed.
    ``cancel_seconds``: how long the job of orderCancel takes; 0: done at once. ``protected_data``: whether the app may
    see names and addresses.
    """

    access_token_seconds: float = 3600
    refresh_token_seconds: float = 90 * 86400
    push_tries: int = 8
    push_retry_seconds: float = 1800
    points_per_second: float = 0
    bucket_points: float = 1000.0
    dearest_query: int = 1000
    throttled_status: int = 200
    cancel_seconds: float = 1.0
    protected_data: bool = True
