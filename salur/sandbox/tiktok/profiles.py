"""What tells one instance of the simulated store from another: shops of Tokopedia stand in the same API."""

from collections.abc import Mapping
from dataclasses import dataclass

from salur.sandbox.tiktok.markets import MARKETS, Market


@dataclass(frozen=True)
class Profile:
    """``platform`` is the commerce_platform of orders in Indonesia that control says nothing else of."""

    name: str
    title: str
    first_shop: str
    first_name: str
    platform: str
    markets: Mapping[str, Market]
    app_key: str
    app_secret: str
    service_id: str


TIKTOK = Profile(
    "tiktok",
    "TikTok Shop",
    "7494049642642441621",
    "Toko Contoh",
    "TIKTOK_SHOP",
    MARKETS,
    "tts_key",
    "tts_secret",
    "7431234567890123456",
)
TOKOPEDIA = Profile(
    "tokopedia",
    "Tokopedia & Shop",
    "7494049642642447001",
    "Toko Contoh Tokopedia",
    "TOKOPEDIA",
    {"ID": MARKETS["ID"]},
    "toko_key",
    "toko_secret",
    "7431234567890127777",
)
