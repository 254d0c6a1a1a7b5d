"""eBay connectors whose partner answers from the examples of contracts/."""

from __future__ import annotations

import copy
from datetime import UTC, datetime
from typing import Any

from salur.connectors.base.types import Credentials, TimeWindow
from salur.connectors.stores.ebay.connector import EbayConnector

from .scripted import Said, Scripted, said

NOW = datetime(2026, 1, 2, 5, 59, tzinfo=UTC)
SELLER = Credentials(
    {
        "client_id": "Example-App-PRD-1",
        "client_secret": "EXAMPLECERT",
        "ru_name": "Example-ExampleApp-PRD-abcdef",
        "base_url": "https://ebay.invalid",
        "access_token": "v^1.1#EXAMPLEACCESS",
        "refresh_token": "v^1.1#EXAMPLEREFRESH",
    }
)
ORDER, NUMBER = "12-34567-89012", "1Z999AA10123456784"
WINDOW = TimeWindow(datetime(2026, 1, 2, tzinfo=UTC), datetime(2026, 1, 2, 8, tzinfo=UTC))
PAID, SHIPPED = said("ebay", "getOrder", "paid"), said("ebay", "getOrder", "shipped")
NO_PARCELS, PARCEL = (said("ebay", "getShippingFulfillments", name) for name in ("none", "one parcel"))
MADE = said("ebay", "createShippingFulfillment", "made")


def ebay(**told: Said | list[Said]) -> EbayConnector:
    names = {name.replace("__", "."): answer for name, answer in told.items()}
    return EbayConnector(SELLER, Scripted(names), clock=NOW.timestamp)


def script_of(connector: EbayConnector) -> Scripted:
    assert isinstance(connector.wire.transport, Scripted)
    return connector.wire.transport


def changed(answer: Said, **changes: Any) -> Said:
    return 200, {**copy.deepcopy(answer[1]), **changes}


def example(operation: str, name: str) -> Said:
    return said("ebay", f"postorder.{operation}", name)
