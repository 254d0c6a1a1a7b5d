"""Etsy connectors whose partner answers from the examples of contracts/."""

from __future__ import annotations

import copy
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl

from salur.connectors.base.types import Credentials, RawRequest, TimeWindow
from salur.connectors.stores.etsy.connector import EtsyConnector

from .contracts import contract
from .scripted import Said, Scripted, said

SIGNING = contract("etsy/signing.json")
VECTORS = SIGNING["webhooks"]
SENT_AT = 1_767_323_101
NOW = datetime(2026, 1, 2, 12, tzinfo=UTC)
SHOP = Credentials(
    {
        "keystring": "examplekeystring",
        "shared_secret": "EXAMPLESHARED",
        "webhook_secret": VECTORS[0]["secret"],
        "base_url": "https://etsy.invalid",
        "shop_id": "123456",
        "access_token": "456789.EXAMPLEACCESS",
        "refresh_token": "456789.EXAMPLEREFRESH",
        "redirect_uri": "https://hub.example.com/callback",
        "code_verifier": SIGNING["pkce"][0]["code_verifier"],
    }
)
WINDOW = TimeWindow(datetime(2026, 1, 2, 3, tzinfo=UTC), datetime(2026, 1, 2, 11, tzinfo=UTC))
RECEIPT, NUMBER = "234567890", "9400100000000000000001"
PAID, SHIPPED = said("etsy", "getShopReceipt", "paid"), said("etsy", "getShopReceipt", "shipped")
TAKEN = said("etsy", "createReceiptShipment", "taken")


def etsy(**told: Said | list[Said]) -> EtsyConnector:
    return EtsyConnector(SHOP, Scripted(told), clock=NOW.timestamp)


def script_of(connector: EtsyConnector) -> Scripted:
    assert isinstance(connector.wire.transport, Scripted)
    return connector.wire.transport


def sent_form(connector: EtsyConnector, operation: str) -> dict[str, str]:
    call = next(call for call in script_of(connector).calls if call.operation == operation)
    return dict(parse_qsl((call.content or b"").decode()))


def changed(answer: Said, **changes: Any) -> Said:
    return 200, {**copy.deepcopy(answer[1]), **changes}


def message(vector: dict[str, Any], **headers: str) -> RawRequest:
    given = {
        "Webhook-Id": vector["webhook-id"],
        "Webhook-Timestamp": vector["webhook-timestamp"],
        "Webhook-Signature": vector["sign"],
    }
    return RawRequest("POST", "https://hub.example.com/w", given | headers, {}, vector["body"].encode())
