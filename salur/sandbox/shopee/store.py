"""The simulated store's state and everything that changes it."""

import itertools
from bisect import bisect_left, insort
from collections.abc import Callable

from salur.sandbox.engine.core import Core
from salur.sandbox.engine.dice import dice, token
from salur.sandbox.engine.exchange import Bucket
from salur.sandbox.engine.partner import State
from salur.sandbox.shopee import pushes
from salur.sandbox.shopee.model import (
    LOGISTICS_OF,
    AccessToken,
    App,
    Code,
    Item,
    Model,
    Order,
    RefreshToken,
    Shop,
)
from salur.sandbox.shopee.settings import ShopeeSettings

CURRENCY = {"TH": "THB", "ID": "IDR", "PH": "PHP"}
DEFAULT_SHOP = 600001
#: A status that may follow by itself, and the setting that says after how long.
_NEXT = {
    "UNPAID": ("READY_TO_SHIP", "pay_after"),
    "PROCESSED": ("SHIPPED", "pickup_after"),
    "SHIPPED": ("TO_CONFIRM_RECEIVE", "deliver_after"),
    "TO_CONFIRM_RECEIVE": ("COMPLETED", "complete_after"),
}


class Store(State):
    """All shops, tokens and orders. Every method runs to its end without waiting, so none can interleave."""

    def __init__(self, core: Core) -> None:
        self.core = core
        self.settings = core.settings.part("shopee", ShopeeSettings)
        self.app = App(2000001, token(core.seed, "partner key") * 2, token(core.seed, "push key"))
        self.shops: dict[int, Shop] = {}
        self.access: dict[str, AccessToken] = {}
        self.refresh: dict[str, RefreshToken] = {}
        self.codes: dict[str, Code] = {}
        self.buckets: dict[int, Bucket] = {}
        self.by_tracking: dict[str, tuple[Shop, Order]] = {}
        self.lost = pushes.LostPushes()
        self._ids = itertools.count(1)
        self.add_shop(DEFAULT_SHOP, "Baan Suan Shop", "TH")

    # --- shops, tokens -------------------------------------------------------------------------------------------

    def add_shop(self, shop_id: int, name: str, region: str) -> Shop:
        """Open a shop; an existing one of that id is replaced."""
        shop = Shop(shop_id, name, region, CURRENCY[region])
        self.shops[shop_id] = shop
        return shop

    def issue_code(self, shop: Shop) -> str:
        """The seller has agreed: a code for one exchange."""
        code = token(self.core.seed, "code", next(self._ids), shop.shop_id)
        self.codes[code] = Code(shop.shop_id, self.core.clock.now() + self.settings.code_seconds)
        return code

    def issue_tokens(self, shop: Shop, access: str = "") -> tuple[str, str, int]:
        """Access token (the one given, if any), refresh token and the former's lifetime in seconds."""
        settings, now, number = self.settings, self.core.clock.now(), next(self._ids)
        access = access or token(self.core.seed, "access", number, shop.shop_id)
        refresh = token(self.core.seed, "refresh", number, shop.shop_id)
        self.access[access] = AccessToken(shop.shop_id, now + settings.access_token_seconds)
        self.refresh[refresh] = RefreshToken(shop.shop_id, now + settings.refresh_token_seconds, access)
        if not shop.linked:
            shop.linked, shop.auth_time = True, int(now)
        return access, refresh, int(settings.access_token_seconds)

    def retire_access(self, access: str) -> None:
        """After a refresh the old token lives on only for a short grace (assumed, shopee.md)."""
        held = self.access.get(access)
        if held is not None:
            end = self.core.clock.now() + self.settings.old_token_grace
            held.expires_at = min(held.expires_at, end)

    def unlink(self, shop: Shop) -> None:
        """The seller withdraws the authorisation."""
        shop.linked = False
        self.access = {key: held for key, held in self.access.items() if held.shop_id != shop.shop_id}
        self.refresh = {key: held for key, held in self.refresh.items() if held.shop_id != shop.shop_id}

    # --- listings ------------------------------------------------------------------------------------------------

    def add_item(self, shop: Shop, name: str, models: list[Model]) -> Item:
        """Put a listing on sale. Models without variants carry model_id 0."""
        now = self.core.clock.seconds()
        item_id = 22_000_000_000 + shop.shop_id * 1000 + len(shop.items) + 1
        for position, model in enumerate(models):
            if model.name:
                model.model_id = item_id * 10 + position
        item = Item(item_id, name, models, now, now)
        shop.items[item_id] = item
        return item

    def find_sku(self, shop: Shop, sku: str) -> tuple[Item, Model] | None:
        """The listing and variant with that SKU."""
        for item in shop.items.values():
            for model in item.models:
                if model.sku == sku:
                    return item, model
        return None

    # --- orders --------------------------------------------------------------------------------------------------

    def add_order(self, shop: Shop, order: Order) -> None:
        """Take an order in."""
        shop.orders[order.order_sn] = order
        insort(shop.by_update, (order.update_time, order.order_sn))
        insort(shop.by_create, (order.create_time, order.order_sn))
        order.history.append((order.update_time, order.status))
        if order.status in ("PROCESSED", "SHIPPED") and not order.tracking_number:
            self.issue_tracking(shop, order)
        self._follow(shop, order)

    def touch(self, shop: Shop, order: Order) -> None:
        """Something about the order changed now."""
        now = max(self.core.clock.seconds(), order.update_time)
        if now == order.update_time:
            return
        del shop.by_update[bisect_left(shop.by_update, (order.update_time, order.order_sn))]
        order.update_time = now
        insort(shop.by_update, (now, order.order_sn))

    def set_status(self, shop: Shop, order: Order, status: str, logistics: str | None = None) -> None:
        """Move an order on, its package with it, and push the news."""
        order.status = status
        order.logistics = logistics or LOGISTICS_OF.get(status, order.logistics)
        self.touch(shop, order)
        order.history.append((self.core.clock.seconds(), status))
        if status == "SHIPPED" and not order.pickup_done_time:
            order.pickup_done_time = self.core.clock.seconds()
        if status == "READY_TO_SHIP" and not order.pay_time:
            order.pay_time = self.core.clock.seconds()
        pushes.order_status(self, shop, order)
        self._follow(shop, order)

    def arrange(self, shop: Shop, order: Order, given: dict[str, object]) -> None:
        """The seller arranged shipment; the tracking number comes now or a little later."""
        order.arranged_with = given
        order.times_arranged += 1
        self.set_status(shop, order, "PROCESSED")
        own = given.get("tracking_number")
        wait = 0.0 if own else self.settings.tracking_seconds
        due = self.core.clock.now() + wait
        order.tracking_due = due

        def issue() -> None:
            if order.tracking_due == due:
                order.tracking_due = None
                self.issue_tracking(shop, order, str(own) if own else "")

        if wait <= 0:
            issue()
        else:
            self.core.timers.at(due, issue)

    def cancel(self, shop: Shop, order: Order, by: str, reason: str) -> None:
        """The order is off; what its package becomes depends on how far it was."""
        arranged = order.logistics in ("LOGISTICS_REQUEST_CREATED", "LOGISTICS_PICKUP_RETRY")
        order.cancel_by, order.cancel_reason = by, reason
        order.tracking_due = None
        self.set_status(shop, order, "CANCELLED", "LOGISTICS_REQUEST_CANCELED" if arranged else "LOGISTICS_INVALID")

    def ask_to_cancel(self, shop: Shop, order: Order, reason: str) -> None:
        """The buyer asks for cancellation; the seller has to answer."""
        order.status_before_cancel = order.status
        order.buyer_cancel_reason = reason
        self.set_status(shop, order, "IN_CANCEL")

    def pick_up(self, tracking_number: str) -> int:
        """The courier took the parcel with that number; 0 when there is none waiting."""
        found = self.by_tracking.get(tracking_number)
        if found is None or found[1].status not in ("PROCESSED", "IN_CANCEL", "RETRY_SHIP"):
            return False
        self.set_status(*found, "SHIPPED")
        return True

    def follow_all(self) -> None:
        """The settings changed: set the timers of all orders that may move on by themselves."""
        for shop in self.shops.values():
            for order in shop.orders.values():
                self._follow(shop, order)

    def _follow(self, shop: Shop, order: Order) -> None:
        following, setting = _NEXT.get(order.status, ("", ""))
        after: float | None = getattr(self.settings, setting) if setting else None
        if after is None:
            return
        self.core.timers.at(self.core.clock.now() + after, self._mover(shop, order, order.status, following))

    def _mover(self, shop: Shop, order: Order, before: str, following: str) -> Callable[[], None]:
        def move() -> None:
            if order.status == before:
                self.set_status(shop, order, following)

        return move

    def issue_tracking(self, shop: Shop, order: Order, own: str = "") -> None:
        """The courier gives the number (or the seller's own is taken), and the news is pushed."""
        if order.tracking_number:
            return
        number = dice(self.core.seed, "awb", order.order_sn).randint(0, 10**11 - 1)
        order.tracking_number = own or f"{order.channel.prefix}{number:011d}"
        self.by_tracking[order.tracking_number] = (shop, order)
        self.touch(shop, order)
        pushes.tracking_number(self, shop, order)
