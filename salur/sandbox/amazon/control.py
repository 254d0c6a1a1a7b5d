"""Control of the simulated marketplace.

Beside what all stores have: orders are made for Amazon's own fulfilment with ``extra: {"fulfilled_by": "AMAZON"}``,
and as Ship+ with ``extra: {"ship_plus": true}``; ``extra`` may also wish ``no_address``, ``no_items``, ``currency``.
"""

from typing import Any

from salur.sandbox.amazon.seller import STEPS, Seller, parcels_of
from salur.sandbox.storefront.control import StoreControl
from salur.sandbox.storefront.model import Order, Shop


class AmazonControl(StoreControl[Seller]):
    """/_control/amazon/..."""

    def credentials(self, base: str) -> dict[str, Any]:
        """The application's keys, and the first seller."""
        seller = self.store_now()
        first = self.shop()
        return {
            "form": {
                "marketplace": first.region,
                "application_id": seller.app.application_id,
                "client_id": seller.app.client_id,
                "client_secret": seller.app.client_secret,
                "base_url": f"{base}/amazon",
            },
            "settings": {},
            "shop_id": first.id,
            "shop_ids": list(seller.shops),
        }

    def order_row(self, shop: Shop, order: Order) -> dict[str, Any]:
        """``confirmations``: how many were taken; ``confirmed``: their parcels, shown or not."""
        confirmed = [
            {"reference": reference, "tracking": parcel["tracking"], "pieces": sum(parcel["pieces"].values())}
            for reference, parcel in parcels_of(order).items()
        ]
        return {"confirmations": order.extra.get("confirmations", 0), "confirmed": confirmed}

    def _step_of(self, status: str) -> str:
        return STEPS.get(status, "")
