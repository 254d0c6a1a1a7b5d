"""The state of the simulated TikTok Shop: an order has packages as soon as it may be shipped."""

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random
from typing import Any

from salur.sandbox.engine.callbacks import Delivery
from salur.sandbox.engine.core import Core
from salur.sandbox.engine.dice import token
from salur.sandbox.engine.exchange import json_bytes
from salur.sandbox.storefront.model import Order, Shipment, Shop
from salur.sandbox.storefront.parcels import Parcel, ParcelFront, Piece, live_of
from salur.sandbox.tiktok.profiles import Profile
from salur.sandbox.tiktok.settings import TiktokSettings
from salur.sandbox.tiktok.signing import push_signature

STATUSES = (
    "UNPAID", "ON_HOLD", "AWAITING_SHIPMENT", "PARTIALLY_SHIPPING", "AWAITING_COLLECTION", "IN_TRANSIT", "DELIVERED",
    "COMPLETED", "CANCELLED",
)  # fmt: skip
#: type of a message -> the event type that its address is registered under.
EVENTS = {
    1: "ORDER_STATUS_CHANGE",
    3: "RECIPIENT_ADDRESS_UPDATE",
    4: "PACKAGE_UPDATE",
    6: "SELLER_DEAUTHORIZATION",
    7: "UPCOMING_AUTHORIZATION_EXPIRATION",
    11: "CANCELLATION_STATUS_CHANGE",
}
#: Seconds before each repeat of a message (tiktok-shop.md, Webhooks).
REPEATS = (120.0, 1800.0, 3 * 3600.0, 12 * 3600.0)
DAY = 86400
PENDING, SUCCESS, WITHDRAWN = (
    "CANCELLATION_REQUEST_PENDING", "CANCELLATION_REQUEST_SUCCESS", "CANCELLATION_REQUEST_CANCEL",
)  # fmt: skip


@dataclass
class App:
    """The hub's application; ``redirect`` is the address registered in Partner Center."""

    key: str
    secret: str
    service_id: str
    redirect: str = ""


@dataclass(eq=False)
class Cancellation:
    """Somebody wants pieces of an order off."""

    id: str
    shop: Shop
    order: Order
    pieces: list[Piece]
    role: str
    reason: str
    created: int
    updated: int
    status: str = PENDING


class TiktokStore(ParcelFront):
    """Shops of one application in all markets of its profile."""

    words = {
        "unpaid": "UNPAID", "paid": "AWAITING_SHIPMENT", "ready": "AWAITING_COLLECTION", "shipped": "IN_TRANSIT",
        "delivered": "DELIVERED", "completed": "COMPLETED", "cancelled": "CANCELLED",
    }  # fmt: skip
    statuses = STATUSES
    step_of = {**{word: step for step, word in words.items()}, "ON_HOLD": "paid", "PARTIALLY_SHIPPING": "paid"}
    settings_kind = TiktokSettings
    settings: TiktokSettings

    def __init__(self, profile: Profile, core: Core) -> None:
        self.profile, self.partner = profile, profile.name
        self.currencies = {region: market.currency for region, market in profile.markets.items()}
        self.couriers = {region: market.couriers for region, market in profile.markets.items()}
        self.first_shop, self.first_name = profile.first_shop, profile.first_name
        self.app = App(profile.app_key, profile.app_secret, profile.service_id)
        self.cancellations: dict[str, Cancellation] = {}
        self.hooks: dict[tuple[str, str], str] = {}
        #: Pieces in the second warehouse, by SKU id.
        self.second: dict[int, int] = {}
        self._links: dict[str, tuple[str, float]] = {}
        self._told: dict[str, tuple[str, bool]] = {}
        super().__init__(core)

    # --- shops ---------------------------------------------------------------------------------------------------

    def cipher(self, shop: Shop) -> str:
        """What names a shop in calls."""
        return f"ROW_{token(self.core.seed, self.partner, 'cipher', shop.id)[:24]}"

    def unlink(self, shop: Shop) -> None:
        """The seller withdraws the authorisation, which is told."""
        super().unlink(shop)
        now = self.core.clock.seconds()
        words = "the seller has withdrawn the authorisation"
        self._tell(shop, 6, {"message": words, "deauthorization_time": now})

    # --- orders --------------------------------------------------------------------------------------------------

    def order_number(self, shop: Shop, generator: Random, created: int, order_id: int) -> str:
        """Eighteen digits."""
        return str(generator.randint(576 * 10**15, 577 * 10**15 - 1))

    def add_order(self, shop: Shop, order: Order) -> None:
        """Orders of Indonesia say on which platform they were placed."""
        order.extra.setdefault("commerce_platform", self.profile.platform if shop.region == "ID" else "TIKTOK_SHOP")
        order.extra.setdefault("shipping_type", "TIKTOK")
        super().add_order(shop, order)
        if order.step == "cancel_asked":
            self._open(shop, order, live_of(order), "BUYER", order.cancel_asked)

    def in_parcel(self, piece: Piece) -> bool:
        """Whatever may be shipped is in a package."""
        return piece.step != "unpaid" and piece.status != "ON_HOLD"

    def groups(self, order: Order, loose: list[Piece]) -> list[list[Piece]]:
        """``extra`` of control may want several packages."""
        count = min(int(order.extra.get("packages", 1)), len(loose))
        return [loose[part::count] for part in range(count)]

    def overall(self, order: Order) -> tuple[str, str]:
        """Some packages arranged and some not is a status of its own."""
        step, status = super().overall(order)
        steps = {piece.step for piece in live_of(order)}
        if "paid" in steps and len(steps) > 1:
            return step, "PARTIALLY_SHIPPING"
        return step, status

    def ship(self, shop: Shop, order: Order, parcel: Parcel, given: Mapping[str, Any]) -> None:
        """Arrange the platform's courier; the number comes now or a little later."""
        parcel.arranged_with = dict(given)
        order.arranged_with = dict(given)
        order.times_arranged += 1
        wait = self.settings.tracking_seconds
        if wait <= 0:
            self.number(shop, order, parcel)
        else:
            self.core.timers.at(self.core.clock.now() + wait, lambda: self._late_number(shop, order, parcel))
        self.move(shop, order, parcel.live, "ready")

    def _late_number(self, shop: Shop, order: Order, parcel: Parcel) -> None:
        if parcel.live and not parcel.tracking:
            self.number(shop, order, parcel)
            self.touch(shop, order)

    def ship_by_seller(self, shop: Shop, order: Order, parcel: Parcel, tracking: str, courier: str) -> None:
        """The seller's own courier has the parcel."""
        parcel.courier = courier
        parcel.arranged_with = {"tracking_number": tracking, "courier": courier}
        self.number(shop, order, parcel, tracking)
        pieces: dict[int, int] = {}
        for piece in parcel.live:
            pieces[piece.line.id] = pieces.get(piece.line.id, 0) + 1
        order.shipments.append(Shipment(next(self.ids), tracking, courier, self.core.clock.seconds(), pieces))
        self.move(shop, order, parcel.live, "shipped")

    # --- labels --------------------------------------------------------------------------------------------------

    def link(self, parcel: Parcel) -> str:
        """A key that opens the parcel's label for a day."""
        key = token(self.core.seed, self.partner, "link", next(self.ids))
        self._links[key] = (parcel.id, self.core.clock.now() + DAY)
        return key

    def linked(self, key: str) -> tuple[Parcel, bool] | None:
        """The parcel behind a key, and whether the key still opens it."""
        found = self._links.get(key)
        return (self.parcels[found[0]][2], self.core.clock.now() < found[1]) if found else None

    # --- cancelling ----------------------------------------------------------------------------------------------

    def ask_to_cancel(self, shop: Shop, order: Order, reason: str) -> None:
        """The seller decides; before the order may be shipped the buyer needs no approval."""
        if order.status in ("UNPAID", "ON_HOLD"):
            self.cancel(shop, order, "buyer", reason)
            return
        self._open(shop, order, live_of(order), "BUYER", reason)
        super().ask_to_cancel(shop, order, reason)

    def _open(self, shop: Shop, order: Order, pieces: list[Piece], role: str, reason: str) -> Cancellation:
        now = self.core.clock.seconds()
        made = Cancellation(f"40353{10**13 + next(self.ids)}", shop, order, pieces, role, reason, now, now)
        self.cancellations[made.id] = made
        order.extra.setdefault("cancellations", []).append(made)
        return made

    def asked(self, order: Order) -> Cancellation | None:
        """What waits for an answer, of the buyer or of the platform."""
        held: list[Cancellation] = order.extra.get("cancellations", [])
        return next((one for one in held if one.status == PENDING), None)

    def answer_cancellation(self, shop: Shop, order: Order, accept: bool) -> None:
        """The seller's answer to the buyer."""
        waiting = self.asked(order)
        if waiting is not None:
            waiting.status, waiting.updated = (SUCCESS if accept else WITHDRAWN), self.core.clock.seconds()
        super().answer_cancellation(shop, order, accept)
        if waiting is not None:
            self.tell_cancellation(waiting)

    def cancel_by_seller(self, shop: Shop, order: Order, pieces: list[Piece], reason: str) -> Cancellation:
        """Now, or after the platform has handled it."""
        made = self._open(shop, order, pieces, "SELLER", reason)

        def finish() -> None:
            made.status, made.updated = SUCCESS, self.core.clock.seconds()
            still = [piece for piece in pieces if piece.alive and not piece.gone]
            self.cancel_pieces(shop, order, still, "seller", reason)
            self.tell_cancellation(made)

        if self.settings.cancel_pending_seconds > 0:
            self.core.timers.at(self.core.clock.now() + self.settings.cancel_pending_seconds, finish)
        else:
            finish()
        return made

    # --- messages ------------------------------------------------------------------------------------------------

    def news(self, shop: Shop, order: Order, kind: str) -> None:
        """A message for each new status of the order, and for a buyer's new wish."""
        waiting = self.asked(order)
        if waiting is not None and waiting.role == "BUYER" and not order.cancel_asked:
            waiting.status, waiting.updated = WITHDRAWN, self.core.clock.seconds()  # the parcel has gone meanwhile
            self.tell_cancellation(waiting)
        elif waiting is not None and kind == "cancel" and waiting.role == "BUYER":
            self.tell_cancellation(waiting)
        on_hold = order.status == "ON_HOLD"
        if self._told.get(order.number) != (order.status, on_hold):
            self._told[order.number] = (order.status, on_hold)
            data = {
                "order_id": order.number,
                "order_status": "CANCEL" if order.status == "CANCELLED" else order.status,
                "is_on_hold_order": on_hold,
                "update_time": order.updated,
            }
            self._tell(shop, 1, data)

    def tell_cancellation(self, one: Cancellation) -> None:
        """Its new status."""
        data = {
            "order_id": one.order.number,
            "cancellations_role": one.role,
            "cancel_status": one.status,
            "cancel_id": one.id,
            "create_time": one.created,
        }
        self._tell(one.shop, 11, data)

    def _tell(self, shop: Shop, kind: int, data: dict[str, Any]) -> None:
        url = self.hooks.get((shop.id, EVENTS[kind])) or self.settings.callback_url
        if not url:
            return
        now = self.core.clock.now()
        message = {
            "type": kind,
            # Never the same again, not even after a reset: receivers tell repeats by it.
            "tts_notification_id": str(int(now * 1_000_000) * 1000 + next(self.ids) % 1000),
            "shop_id": shop.id,
            "timestamp": int(now),
            "data": data,
        }
        body = json_bytes(message)
        headers = {
            "Content-Type": "application/json",
            "Authorization": push_signature(self.app.key, self.app.secret, body),
        }
        tries, last = self.settings.push_tries, self.settings.push_retry_seconds
        self.core.postman.send(Delivery(self.partner, url, body, headers, tries, last, now, now, waits=REPEATS))
