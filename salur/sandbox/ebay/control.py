"""Control of the simulated sellers, beside what all stores have.

* ``POST accept`` ``{url}``: the accept address registered for the RuName
* a status of the payment (FAILED, FULLY_REFUNDED ...) changes nothing but the payment
* orders: with ``extra: {"payment": "PENDING"}`` one is shown although its payment is not complete; it may also wish
  ``no_address``, ``no_items``, ``currency``
* ``POST portal`` ``{url, token}``: the address entered in the portal for account deletions; asked first
* ``POST deletion`` ``{user_id, username?}``: a user's account is gone
* ``POST keys``: messages are signed with another key from now on
* ``POST destinations`` ``{url, status}``: eBay switches an address off, as after failures
* ``GET notifications``: alert email, addresses, subscriptions, the key's name
* ``POST scopes`` ``{scopes, shop_id?}``: what tokens may do from now on
"""

from dataclasses import asdict
from typing import Any

from starlette.requests import Request

from salur.sandbox.ebay.messages import (
    ACCOUNT_DELETION,
    APPLICATION,
    Destination,
    Subscription,
    answers_the_question,
    tell_deletion,
)
from salur.sandbox.ebay.rows import cancel_status, fulfillment, payment
from salur.sandbox.ebay.seller import PAYMENTS, SCOPE, STEPS, Ebay
from salur.sandbox.engine.control import Table
from salur.sandbox.storefront.control import StoreControl
from salur.sandbox.storefront.model import Order, Shop


class EbayControl(StoreControl[Ebay]):
    """/_control/ebay/..."""

    def table(self) -> Table:
        """Routes."""
        return [
            *super().table(),
            ("POST", "/accept", self._accept),
            ("POST", "/scopes", self._set_scopes),
            ("POST", "/portal", self._portal),
            ("POST", "/deletion", self._deletion),
            ("POST", "/keys", self._new_key),
            ("POST", "/destinations", self._set_destination),
            ("GET", "/notifications", self._notifications),
        ]

    def credentials(self, base: str) -> dict[str, Any]:
        """The application's keys, and the first seller."""
        ebay = self.store_now()
        return {
            "form": {
                "client_id": ebay.app.client_id,
                "client_secret": ebay.app.client_secret,
                "ru_name": ebay.app.ru_name,
                "base_url": f"{base}/ebay",
                "alert_email": "alerts@example.com",
            },
            "settings": {},
            "shop_id": next(iter(ebay.shops)),
            "shop_ids": list(ebay.shops),
        }

    def order_row(self, shop: Shop, order: Order) -> dict[str, Any]:
        """The three statuses that eBay shows."""
        return {
            "fulfillment": fulfillment(self.store_now(), order),
            "payment": payment(order),
            "cancel": cancel_status(order, whole=True),
        }

    def _step_of(self, status: str) -> str:
        return STEPS.get(status, "")

    def _move(self, shop: Shop, order: Order, body: dict[str, Any]) -> None:
        status = str(body.get("status", ""))
        if status in PAYMENTS and not body.get("step") and order.step != "unpaid":
            order.extra["payment"] = status
            self.store_now().touch(shop, order)
        else:
            super()._move(shop, order, {**body, "step": "paid"} if status == "PAID" else body)

    async def _accept(self, _request: Request, body: dict[str, Any]) -> Any:
        self.store_now().settings.accept_url = str(body["url"])
        return {"ok": True}

    async def _set_scopes(self, _request: Request, body: dict[str, Any]) -> Any:
        scopes = frozenset(f"{SCOPE}/{one}" for one in body["scopes"])
        self.store_now().scopes[self.shop(body.get("shop_id")).id] = scopes
        return {"ok": True}

    async def _portal(self, _request: Request, body: dict[str, Any]) -> Any:
        ebay, url, token = self.store_now(), str(body["url"]), str(body["token"])
        if not await answers_the_question(ebay, url, token):
            raise ValueError("the endpoint did not answer the challenge")
        held = ebay.notifications
        made = Destination(held.new_id(), "portal", "ENABLED", url, token)
        held.destinations[made.id] = made
        number = held.new_id()
        held.subscriptions[number] = Subscription(number, APPLICATION, ACCOUNT_DELETION, "ENABLED", made.id)
        return {"destination_id": made.id}

    async def _deletion(self, _request: Request, body: dict[str, Any]) -> Any:
        user = str(body["user_id"])
        return {"told": tell_deletion(self.store_now(), user, str(body.get("username") or user))}

    async def _new_key(self, _request: Request, _body: dict[str, Any]) -> Any:
        return {"kid": self.store_now().notifications.new_key()}

    async def _set_destination(self, _request: Request, body: dict[str, Any]) -> Any:
        for one in self.store_now().notifications.destinations.values():
            if one.endpoint == body["url"]:
                one.status = str(body["status"])
        return {"ok": True}

    async def _notifications(self, _request: Request, _body: dict[str, Any]) -> Any:
        held = self.store_now().notifications
        return {
            "alert_email": held.alert_email,
            "destinations": [asdict(one) for one in held.destinations.values()],
            "subscriptions": [asdict(one) for one in held.subscriptions.values()],
            "kid": held.signs_with,
        }
