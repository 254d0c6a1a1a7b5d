"""A Lazada connector whose partner answers from the examples of contracts/."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from salur.connectors.base.types import Credentials, RawRequest, ShippingOption, TimeWindow
from salur.connectors.stores.lazada.connector import LazadaConnector
from salur.connectors.stores.lazada.wire import push_signature

from .by_operation import Scripted
from .contracts import contract, exchanges

ORDER, PACKAGE = "260422900198363", "FP094612143977611"
PIECES = [260422900298363, 260422900398363]
NOW = 1_700_000_000.0
KEYS = Credentials(
    {
        "app_key": "100001",
        "app_secret": "lazsecret01",
        "base_url": "https://shop.invalid/rest",
        "auth_url": "https://auth.invalid",
        "venture": "ID",
        "shop_id": "1234567",
        "access_token": "tok_laz",
        "refresh_token": "ref_laz_1",
    }
)
SIGNING = contract("lazada/signing.json")


def example(operation: str, name: str) -> Any:
    return exchanges("lazada", operation)[name]["answer"]["json"]


def desk(script: dict[str, Any], **changes: str) -> tuple[LazadaConnector, Scripted]:
    transport = Scripted(script)
    return LazadaConnector(KEYS.replaced(**changes), transport, clock=lambda: NOW), transport


def shop(script: dict[str, Any], **changes: str) -> LazadaConnector:
    return desk(script, **changes)[0]


def items(name: str) -> Any:
    return example("orders.items.get", name)


def with_status(word: str) -> Any:
    told = json.loads(json.dumps(items("packed")))
    for row in told["data"][0]["order_items"]:
        row["status"] = word
    return told


WINDOW = TimeWindow(datetime(2023, 11, 14, 21, tzinfo=UTC), datetime(2023, 11, 14, 23, tzinfo=UTC))
OPTION = ShippingOption("dropship", {"shipping_allocate_type": "TFS"})


def pushed(body: str, signature: str) -> Any:
    request = RawRequest(
        "POST", "https://hub.example.com/webhooks/store/1", {"Authorization": signature}, {}, body.encode()
    )
    return shop({}).parse_callback(request)


def signed(message: object) -> Any:
    body = json.dumps(message)
    return pushed(body, push_signature(KEYS["app_key"], KEYS["app_secret"], body.encode()))
