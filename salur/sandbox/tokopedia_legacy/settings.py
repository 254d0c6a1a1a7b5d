"""Knobs of the simulated Tokopedia."""

from dataclasses import dataclass

from salur.sandbox.storefront.settings import StoreSettings


@dataclass
class TokopediaSettings(StoreSettings):
    """Beside the common ones.

    ``encrypted``: names and addresses come masked with asterisks, as once encryption is on.
    """

    access_token_seconds: float = 86400
    encrypted: bool = False
