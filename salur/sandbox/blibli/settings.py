"""Knobs of the simulated Blibli."""

from dataclasses import dataclass

from salur.sandbox.storefront.settings import StoreSettings


@dataclass
class BlibliSettings(StoreSettings):
    """Beside the common ones.

    ``signed``: stores have a signature key, so that every call must be signed. ``quotas``: the partner's own limits
    hold (100 lists in 30 minutes, 5 details of an item in 30 minutes, 5 packings and labels a day ...).
    """

    signed: bool = True
    quotas: bool = False
