"""Knobs of the simulated shops."""

from dataclasses import dataclass

from salur.sandbox.engine.settings import choice
from salur.sandbox.storefront.settings import StoreSettings


@dataclass
class EtsySettings(StoreSettings):
    """``redirects``: the callback addresses registered for the application, parted by spaces; empty: any goes.

    ``require_shared_secret``: x-api-key must be keystring:shared_secret. ``key_limits``: hold the key to
    ``per_second`` and ``per_day`` (sandbox time). ``withhold_addresses``: the application is no partner, so buyers'
    addresses are null. ``webhook_text``: which of the two descriptions messages follow; ``webhook_times``: how often
    each is sent, under one id.
    """

    access_token_seconds: float = 3600
    refresh_token_seconds: float = 90 * 86400
    redirects: str = ""
    require_shared_secret: bool = False
    key_limits: bool = False
    per_second: int = 10
    per_day: int = 10_000
    withhold_addresses: bool = False
    webhook_text: str = choice("current", "older")
    webhook_times: int = 1
