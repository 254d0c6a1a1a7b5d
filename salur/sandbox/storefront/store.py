"""The state that every simulated store has, and everything that changes it."""

import itertools
from bisect import bisect_left, bisect_right, insort
from collections.abc import Callable, Mapping
from decimal import Decimal
from random import Random
from typing import Any

from salur.sandbox.engine import labels
from salur.sandbox.engine.callbacks import Delivery
from salur.sandbox.engine.core import Core
from salur.sandbox.engine.dice import code, dice
from salur.sandbox.engine.exchange import Bucket
from salur.sandbox.engine.partner import State
from salur.sandbox.storefront.model import Courier, Listing, Order, Shipment, Shop, Variant
from salur.sandbox.storefront.settings import StoreSettings
from salur.sandbox.storefront.tokens import Tokens

#: A step that may follow by itself, and the knob that says after how long.
_NEXT = {
    "unpaid": ("paid", "pay_after"),
    "ready": ("shipped", "pickup_after"),
    "shipped": ("delivered", "deliver_after"),
    "delivered": ("completed", "complete_after"),
}


class Storefront(State):
    """Shops, tokens and orders of one partner. No method waits, so none can interleave.

    A partner's subclass names itself and its words, and overrides what it does differently:

    * ``partner``: its name; ``currencies``: its regions with their currency, the first is the default shop's
    * ``words``: step -> its status word, for every step that it shows (a missing one is skipped over)
    * ``statuses``: every status word that it may show at all
    * ``couriers``: by region, what buyers choose from
    * :meth:`order_number`, :meth:`news`, ``rotates`` (whether a refresh token works once)
    """

    partner = ""
    currencies: Mapping[str, str] = {}
    words: Mapping[str, str] = {}
    statuses: tuple[str, ...] = ()
    couriers: Mapping[str, tuple[Courier, ...]] = {}
    rotates = True
    first_shop = "700001"
    first_name = "Toko Contoh"
    settings_kind: type[StoreSettings] = StoreSettings

    def __init__(self, core: Core) -> None:
        self.core = core
        self.settings = core.settings.part(self.partner, self.settings_kind)
        self.tokens = Tokens(self.partner, core.seed, core.clock, self.settings, rotates=self.rotates)
        self.shops: dict[str, Shop] = {}
        self.buckets: dict[str, Bucket] = {}
        self.by_tracking: dict[str, tuple[Shop, Order]] = {}
        self.ids = itertools.count(1)
        self.add_shop(self.first_shop, self.first_name, next(iter(self.currencies)))

    # --- what a partner overrides --------------------------------------------------------------------------------

    def order_number(self, shop: Shop, generator: Random, created: int, order_id: int) -> str:
        """A number as the partner's look like; must not be taken in the shop."""
        return code(generator, 12)

    def news(self, shop: Shop, order: Order, kind: str) -> None:
        """Something happened that the partner sends messages of: ``order``, ``tracking``, ``label`` or ``cancel``."""

    # --- shops ---------------------------------------------------------------------------------------------------

    def add_shop(self, shop_id: str, name: str, region: str) -> Shop:
        """Open a shop; an existing one of that id is replaced."""
        shop = Shop(shop_id, name, region, self.currencies[region])
        self.shops[shop_id] = shop
        return shop

    def unlink(self, shop: Shop) -> None:
        """The seller withdraws the authorisation."""
        shop.linked = False
        self.tokens.end(shop.id, "link")

    # --- listings ------------------------------------------------------------------------------------------------

    def add_listing(self, shop: Shop, title: str, variants: list[tuple[str, str, Decimal, int, int]]) -> Listing:
        """Put a listing on sale; ``variants`` are (sku, name, price, grams, stock)."""
        now = self.core.clock.seconds()
        listing_id = 1_000_000 + next(self.ids)
        made = [Variant(5_000_000 + next(self.ids), *one) for one in variants]
        listing = Listing(listing_id, title, made, now, now)
        shop.listings[listing_id] = listing
        return listing

    def find_sku(self, shop: Shop, sku: str) -> tuple[Listing, Variant] | None:
        """The listing and variant with that SKU."""
        for listing in shop.listings.values():
            for variant in listing.variants:
                if variant.sku == sku:
                    return listing, variant
        return None

    def set_stock(self, listing: Listing, variant: Variant, quantity: int) -> None:
        """What the store may sell from now on."""
        variant.stock = quantity
        listing.updated = max(self.core.clock.seconds(), listing.updated)

    # --- orders --------------------------------------------------------------------------------------------------

    def add_order(self, shop: Shop, order: Order) -> None:
        """Take an order in; what it sells is no longer for sale."""
        shop.orders[order.number] = order
        insort(shop.by_update, (order.updated, order.number))
        order.history.append((order.updated, order.status))
        for line in order.lines:
            line.variant.stock = max(0, line.variant.stock - line.quantity)
        if order.step in ("ready", "shipped", "delivered") and not order.tracking:
            self.issue_tracking(shop, order)
        self._follow(shop, order)
        self.news(shop, order, "order")

    def find_order(self, number: str) -> tuple[Shop, Order] | None:
        """An order by its number or id, in whichever shop."""
        for shop in self.shops.values():
            found = shop.orders.get(number)
            if found is not None:
                return shop, found
        for shop in self.shops.values():
            for order in shop.orders.values():
                if str(order.id) == number:
                    return shop, order
        return None

    def changed_between(self, shop: Shop, since: float, until: float) -> list[Order]:
        """Orders by update time, oldest first; both ends belong to it."""
        index = shop.by_update
        first, last = bisect_left(index, (since, "")), bisect_right(index, (until, "\uffff"))
        return [shop.orders[number] for _, number in index[first:last]]

    def touch(self, shop: Shop, order: Order) -> None:
        """Something about the order changed now."""
        now = max(self.core.clock.seconds(), order.updated)
        if now != order.updated:
            del shop.by_update[bisect_left(shop.by_update, (order.updated, order.number))]
            order.updated = now
            insort(shop.by_update, (now, order.number))

    def set_step(self, shop: Shop, order: Order, step: str, status: str = "") -> None:
        """Move an order on and send the news. ``status`` where the partner has several words for one step."""
        order.step, order.status = step, status or self.words.get(step, order.status)
        self.touch(shop, order)
        now = self.core.clock.seconds()
        order.history.append((now, order.status))
        if step in ("paid", "ready") and not order.paid:
            order.paid = now
        if step == "shipped" and not order.shipped:
            order.shipped = now
        self._follow(shop, order)
        self.news(shop, order, "order")

    def accept(self, shop: Shop, order: Order, status: str = "") -> None:
        """The seller accepted the order; it stays to be arranged."""
        order.times_accepted += 1
        self.set_step(shop, order, order.step, status)

    def arrange(self, shop: Shop, order: Order, given: Mapping[str, Any], status: str = "") -> None:
        """The seller arranged the shipment; the tracking number comes now or a little later."""
        order.arranged_with = dict(given)
        order.times_arranged += 1
        self.set_step(shop, order, "ready", status)
        self.order_tracking(shop, order, str(given.get("tracking_number") or ""))

    def order_tracking(self, shop: Shop, order: Order, own: str = "") -> None:
        """Let the courier give a number (or take the seller's own) after ``tracking_seconds``."""
        wait = 0.0 if own else self.settings.tracking_seconds
        due = self.core.clock.now() + wait
        order.tracking_due = due

        def issue() -> None:
            if order.tracking_due == due:
                order.tracking_due = None
                self.issue_tracking(shop, order, own)

        if wait <= 0:
            issue()
        else:
            self.core.timers.at(due, issue)

    def issue_tracking(self, shop: Shop, order: Order, own: str = "") -> None:
        """The number is there, and the news is sent."""
        if order.tracking:
            return
        number = dice(self.core.seed, self.partner, "awb", order.number).randint(0, 10**11 - 1)
        order.tracking = own or f"{order.courier.prefix}{number:011d}"
        self.by_tracking[order.tracking] = (shop, order)
        self.touch(shop, order)
        self.news(shop, order, "tracking")

    def confirm(
        self, shop: Shop, order: Order, tracking: str, courier: str, pieces: Mapping[int, int] | None = None
    ) -> Shipment:
        """The seller says that a parcel is under way; once all pieces are, the order is shipped."""
        all_of = {line.id: line.quantity for line in order.lines}
        shipment = Shipment(
            next(self.ids), tracking, courier, self.core.clock.seconds(), dict(all_of if pieces is None else pieces)
        )
        order.shipments.append(shipment)
        order.tracking = order.tracking or tracking
        if self.unshipped(order):
            self.touch(shop, order)
            self.news(shop, order, "tracking")
        else:
            self.set_step(shop, order, "shipped")
        return shipment

    def unshipped(self, order: Order) -> dict[int, int]:
        """Pieces by line id that no parcel carries yet."""
        left = {line.id: line.quantity for line in order.lines}
        for shipment in order.shipments:
            for line_id, pieces in shipment.pieces.items():
                left[line_id] = left.get(line_id, 0) - pieces
        return {line_id: pieces for line_id, pieces in left.items() if pieces > 0}

    def cancel(self, shop: Shop, order: Order, by: str, reason: str) -> None:
        """The order is off; what it had sold is for sale again."""
        if order.step == "cancelled":
            return
        order.cancel_by, order.cancel_reason, order.tracking_due = by, reason, None
        if order.step not in ("shipped", "delivered", "completed"):
            for line in order.lines:
                line.variant.stock += line.quantity
        self.set_step(shop, order, "cancelled")
        self.news(shop, order, "cancel")

    def ask_to_cancel(self, shop: Shop, order: Order, reason: str) -> None:
        """The buyer asks; the seller has to answer. A partner without such a status keeps its word and sets a flag."""
        order.before_cancel = (order.step, order.status)
        order.cancel_asked = reason or "Changed my mind"
        self.set_step(shop, order, "cancel_asked", self.words.get("cancel_asked", order.status))
        self.news(shop, order, "cancel")

    def answer_cancellation(self, shop: Shop, order: Order, accept: bool) -> None:
        """The seller's answer."""
        reason, order.cancel_asked = order.cancel_asked, ""
        if accept:
            order.step = order.before_cancel[0]
            self.cancel(shop, order, "buyer", reason)
        else:
            self.set_step(shop, order, *order.before_cancel)

    def pick_up(self, tracking_number: str) -> int:
        """The courier took the parcel with that number; 0 when there is none waiting."""
        found = self.by_tracking.get(tracking_number)
        if found is None or found[1].step not in ("ready", "cancel_asked"):
            return 0
        self.set_step(*found, "shipped")
        return 1

    # --- labels --------------------------------------------------------------------------------------------------

    def label(self, shop: Shop, order: Order) -> bytes | None:
        """The PDF once it is made: the first asking starts it. None: not ready (or an empty answer was wished for)."""
        now = self.core.clock.now()
        if order.label_ready is None:
            order.label_ready = now + self.settings.label_seconds
            self.core.timers.at(order.label_ready, lambda: self.news(shop, order, "label"))
        order.label_asked += 1
        if now < order.label_ready or order.label_asked <= self.settings.label_empty_times:
            return None
        return labels.draw([self._printed(shop, order)], self.settings.label_bytes_at_least)

    def _printed(self, shop: Shop, order: Order) -> labels.Label:
        person = order.person
        goods = tuple((f"{line.variant.sku} {_latin(line.listing.title)}", line.quantity) for line in order.lines)
        return labels.Label(
            tracking_number=order.tracking or order.number,
            carrier=order.courier.name,
            order_sn=order.number,
            recipient=person.latin_name,
            phone=person.phone,
            address=(person.latin_street, person.latin_area, person.region),
            sender=f"{shop.name} ({shop.region})",
            items=goods,
            cash_on_delivery=f"{order.total:.2f} {order.currency}" if order.cash_on_delivery else "",
        )

    # --- messages ------------------------------------------------------------------------------------------------

    def send(self, url: str, body: bytes, headers: dict[str, str]) -> None:
        """Queue a message to the hub; nothing is sent where there is no address."""
        if url:
            now, settings = self.core.clock.now(), self.settings
            self.core.postman.send(
                Delivery(self.partner, url, body, headers, settings.push_tries, settings.push_retry_seconds, now, now)
            )

    # --- time ----------------------------------------------------------------------------------------------------

    def follow_all(self) -> None:
        """The settings changed: set the timers of all orders that may move on by themselves."""
        for shop in self.shops.values():
            for order in shop.orders.values():
                self._follow(shop, order)

    def _follow(self, shop: Shop, order: Order) -> None:
        following, knob = _NEXT.get(order.step, ("", ""))
        after: float | None = getattr(self.settings, knob) if knob else None
        if after is not None:
            self.core.timers.at(self.core.clock.now() + after, self._mover(shop, order, order.step, following))

    def _mover(self, shop: Shop, order: Order, before: str, following: str) -> Callable[[], None]:
        def move() -> None:
            if order.step == before:
                self.set_step(shop, order, following)

        return move


def _latin(text: str) -> str:
    return " ".join(text.encode("ascii", "ignore").decode().split())
