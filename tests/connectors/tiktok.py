"""TikTok Shop connectors whose partner answers from the examples of contracts/."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from salur.connectors.base.types import Credentials, RawRequest, TimeWindow
from salur.connectors.profiles.tiktok_shop.connector import TikTokShopConnector
from salur.connectors.profiles.tiktok_shop.wire import push_signature
from salur.connectors.stores.tiktok.connector import TikTokConnector
from salur.connectors.stores.tokopedia.connector import TokopediaConnector

from .by_operation import Scripted
from .contracts import contract, exchanges

SHOP, ORDER, PACKAGE = "7494049642642441621", "576461413038785752", "1153132168123859123"
LINES = ["577086512123755123", "577086512123755124"]
NOW = 1_700_000_000.0
KEYS = Credentials(
    {
        "app_key": "tts_key",
        "app_secret": "tts_secret",
        "service_id": "7001",
        "base_url": "https://shop.invalid",
        "auth_url": "https://auth.invalid",
        "login_url": "https://login.invalid",
        "shop_id": SHOP,
        "shop_cipher": "cph_1",
        "region": "ID",
        "access_token": "tok_tts",
        "refresh_token": "ref_tts_1",
    }
)
SIGNING = contract("tiktok/signing.json")
WINDOW = TimeWindow(datetime(2023, 11, 14, 19, tzinfo=UTC), datetime(2023, 11, 14, 23, tzinfo=UTC))


def example(operation: str, name: str) -> Any:
    return exchanges("tiktok", operation)[name]["answer"]["json"]


def request_of(operation: str, name: str) -> Any:
    return exchanges("tiktok", operation)[name]["request"]


def desk(script: dict[str, Any], **changes: str) -> tuple[TikTokConnector, Scripted]:
    transport = Scripted(script)
    return TikTokConnector(KEYS.replaced(**changes), transport, clock=lambda: NOW), transport


def shop(script: dict[str, Any], **changes: str) -> TikTokConnector:
    return desk(script, **changes)[0]


def tokopedia(script: dict[str, Any], **changes: str) -> TokopediaConnector:
    return TokopediaConnector(KEYS.replaced(**changes), Scripted(script), clock=lambda: NOW)


def order(name: str) -> Any:
    return example("order.orders", name)


def order_with(**changes: object) -> Any:
    told = json.loads(json.dumps(order("to be shipped")))
    told["data"]["orders"][0] |= changes
    return told


def pushed(connector: TikTokShopConnector, body: str, signature: str) -> Any:
    url = "https://hub.example.com/webhooks/store/1"
    return connector.parse_callback(RawRequest("POST", url, {"Authorization": signature}, {}, body.encode()))


def signed(message: object) -> Any:
    body = json.dumps(message)
    return pushed(shop({}), body, push_signature(KEYS["app_key"], KEYS["app_secret"], body.encode()))
