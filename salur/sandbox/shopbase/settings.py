"""Knobs of the simulated ShopBase."""

from dataclasses import dataclass

from salur.sandbox.storefront.settings import StoreSettings


@dataclass
class ShopbaseSettings(StoreSettings):
    """Beside the common ones.

    ``leak_per_second``: what the bucket of ``bucket_calls`` calls loses (the partner's figure is 2); 0: no limit.
    ``public_addresses``: webhook addresses must be https and reachable from outside, as the partner wants it.
    """

    leak_per_second: float = 0
    bucket_calls: int = 30
    public_addresses: bool = False
