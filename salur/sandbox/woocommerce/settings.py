"""Knobs of the simulated sites."""

from dataclasses import dataclass

from salur.sandbox.storefront.settings import StoreSettings


@dataclass
class WooSettings(StoreSettings):
    """``https``: the sites are reached through a proxy that ends TLS, so Basic counts.

    ``shipment_tracking``: the extension is installed. ``webhook_delay``: how late messages are sent (seconds);
    ``webhook_times``: how often each is, with a delivery number of its own unless ``webhook_same_delivery``.
    """

    timestamp_tolerance: float = 900
    https: bool = False
    shipment_tracking: bool = False
    webhook_delay: float = 0.0
    webhook_times: int = 1
    webhook_same_delivery: bool = False
