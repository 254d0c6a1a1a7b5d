"""Knobs of the simulated Bukalapak."""

from dataclasses import dataclass

from salur.sandbox.storefront.settings import StoreSettings


@dataclass
class BukalapakSettings(StoreSettings):
    """The common ones; there are no messages, labels or arranged shipments, so their knobs do nothing."""
