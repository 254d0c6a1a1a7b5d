"""Connectors for Tokopedia's older API whose partner answers from the examples of contracts/."""

from __future__ import annotations

from copy import deepcopy
from datetime import UTC, datetime
from typing import Any

from salur.connectors.base.types import Credentials, TimeWindow
from salur.connectors.stores.tokopedia_legacy.connector import TokopediaLegacyConnector

from .scripted import Said, Scripted, said

SHOP = Credentials(
    {
        "client_id": "cid",
        "client_secret": "csecret",
        "fs_id": "13004",
        "shop_id": "479573",
        "webhook_secret": "toko_whsecret",
        "access_token": "c:tok_abc",
        "base_url": "https://fs.invalid",
        "accounts_url": "https://accounts.invalid",
    }
)
NOW = 1_700_000_000.0
DAY = TimeWindow(datetime(2023, 11, 14, tzinfo=UTC), datetime(2023, 11, 15, tzinfo=UTC))
OK = (200, {"header": {}, "data": "success"})
PAID, PICKED, WISHED = "43481289", "43481290", "43481291"


def example(operation: str, name: str) -> Said:
    return said("tokopedia_legacy", operation, name)


def tokopedia(**answers: Said | list[Said]) -> tuple[TokopediaLegacyConnector, Scripted]:
    transport = Scripted({name.replace("__", "."): value for name, value in answers.items()})
    return TokopediaLegacyConnector(SHOP, transport, clock=lambda: NOW), transport


def detail(status: int, **changes: Any) -> Said:
    _, body = example("order.detail", "paid")
    row = deepcopy(body)
    row["data"] |= {"order_status": status, **changes}
    return 200, row
