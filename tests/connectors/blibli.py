"""The Blibli connector with given answers, and the example order in the states that its tests need."""

from __future__ import annotations

from copy import deepcopy
from datetime import UTC, datetime, timedelta
from typing import Any

from salur.connectors.base.types import Credentials, ShippingOption, TimeWindow
from salur.connectors.stores.blibli.connector import BlibliConnector

from .scripted import Said, Scripted, said

STORE = Credentials(
    {
        "client_id": "cid",
        "client_key": "csecret",
        "seller_key": "FABC9D185ACAC239",
        "store_code": "TOQ-15130",
        "username": "seller@example.com",
        "base_url": "https://blibli.invalid",
    }
)
NOW = 1_700_000_000.0
SINCE = datetime(2023, 11, 14, tzinfo=UTC)
WINDOW = TimeWindow(SINCE, SINCE + timedelta(days=2))
NEW, FULFILLED = "12039420378", "12039420380"
PICKUP = ShippingOption("pickup")


def example(operation: str, name: str) -> Said:
    return said("blibli", operation, name)


def blibli(**answers: Said | list[Said]) -> tuple[BlibliConnector, Scripted]:
    transport = Scripted({name.replace("__", "."): value for name, value in answers.items()})
    return BlibliConnector(STORE, transport, clock=lambda: NOW), transport


def listed(*changes: dict[str, Any], package: int | None = None, **item: Any) -> Said:
    """The new order of the example with some fields changed: ``changes`` one for each of its two items."""
    body = deepcopy(example("order.list", "by time of readiness")[1])
    group = body["content"][0]
    group["packageId"] = package
    for row, change in zip(group["orderItems"], changes or ({}, {}), strict=False):
        row["packageCreated"] = package is not None
        row["order"] |= change
        row.update(item)
    return 200, {**body, "content": [group]}


WAITING = listed()
PACKED = listed(package=10025702)
HANDED_IN = listed({"itemStatus": "PU"}, {"itemStatus": "PU"}, package=10025702)
OWN = listed(sellerDeliveryType="DROPSHIP")
