"""The state of the simulated Lazada: parcels come by packing, a buyer's wish to cancel is a reverse order."""

from dataclasses import dataclass
from random import Random
from typing import Any

from salur.sandbox.engine.core import Core
from salur.sandbox.engine.dice import dice
from salur.sandbox.engine.exchange import json_bytes
from salur.sandbox.lazada.countries import COUNTRIES
from salur.sandbox.lazada.settings import LazadaSettings
from salur.sandbox.lazada.signing import push_signature
from salur.sandbox.storefront.model import Line, Order, Shop
from salur.sandbox.storefront.parcels import ParcelFront, Piece, live_of, parcels_of, pieces_of

#: Every status of a piece on the wire; ``shipping`` is a value of the list's filter only.
STATUSES = (
    "unpaid", "pending", "topack", "repacked", "packed", "toship", "ready_to_ship", "shipped", "delivered", "failed",
    "failed_delivery", "canceled", "returned", "shipped_back", "shipped_back_success", "shipped_back_failed", "lost",
    "lost_by_3pl", "damaged_by_3pl", "package_scrapped",
)  # fmt: skip
PACKABLE = ("pending", "topack", "repacked")
CANCELLABLE = (*PACKABLE, "packed", "toship", "ready_to_ship")
TRADE_ORDER, FULFILMENT_ORDER = 0, 14


@dataclass
class App:
    """The hub's application."""

    key: str = "100001"
    secret: str = "lazsecret01"  # noqa: S105 - an invented secret of the simulator


@dataclass(eq=False)
class Request:
    """A buyer's wish to cancel; ``status`` is the word of its lines."""

    id: int
    pieces: list[Piece]
    reason: str
    status: str = "REQUEST_INITIATE"
    #: Agreed, and the courier has not given the parcel up yet.
    waits: bool = False


def requests_of(order: Order) -> list[Request]:
    """All wishes to cancel of an order."""
    found: list[Request] = order.extra.setdefault("requests", [])
    return found


def open_request(order: Order) -> Request | None:
    """The wish that the seller has not answered."""
    return next((one for one in requests_of(order) if one.status == "REQUEST_INITIATE"), None)


def request_of(order: Order, piece: Piece) -> Request | None:
    """The last wish about a piece."""
    return next((one for one in reversed(requests_of(order)) if piece in one.pieces), None)


class LazadaStore(ParcelFront):
    """Shops of one application in six countries."""

    partner = "lazada"
    currencies = {region: one.currency for region, one in COUNTRIES.items()}
    couriers = {region: one.couriers for region, one in COUNTRIES.items()}
    words = {
        "unpaid": "unpaid", "paid": "pending", "ready": "ready_to_ship", "shipped": "shipped",
        "delivered": "delivered", "cancelled": "canceled",
    }  # fmt: skip
    statuses = STATUSES
    step_of = {
        "unpaid": "unpaid", **dict.fromkeys((*PACKABLE, "packed"), "paid"), "toship": "ready", "ready_to_ship": "ready",
        "shipped": "shipped", "delivered": "delivered", "canceled": "cancelled",
        # Ends that nothing follows by itself.
        **dict.fromkeys(STATUSES[STATUSES.index("failed"):STATUSES.index("canceled")], "completed"),
        **dict.fromkeys(STATUSES[STATUSES.index("returned"):], "completed"),
    }  # fmt: skip
    numbered_words = ("packed",)
    settings_kind = LazadaSettings
    settings: LazadaSettings
    first_shop = "1234567"

    def __init__(self, core: Core) -> None:
        self.app = App()
        self.requests: dict[int, tuple[Shop, Order, Request]] = {}
        self._told: dict[int, str] = {}
        self._told_parcels: dict[str, str] = {}
        super().__init__(core)

    # --- numbers -------------------------------------------------------------------------------------------------

    def order_number(self, shop: Shop, generator: Random, created: int, order_id: int) -> str:
        """Fifteen digits."""
        return str(generator.randint(26 * 10**13, 27 * 10**13 - 1))

    def piece_number(self, order: Order, line: Line) -> int:
        """Fifteen digits."""
        return 260_430_000_000_000 + next(self.ids)

    def parcel_number(self, order: Order) -> str:
        """FP and fifteen digits."""
        return f"FP{dice(self.core.seed, self.partner, 'parcel', next(self.ids)).randint(10**14, 10**15 - 1)}"

    # --- orders --------------------------------------------------------------------------------------------------

    def add_order(self, shop: Shop, order: Order) -> None:
        """An order's number is its id; a prefix of control's may make it one with letters."""
        if order.number.isdigit():
            order.id = int(order.number)
        super().add_order(shop, order)
        if order.step == "cancel_asked":
            self._open(shop, order, order.cancel_asked)

    def find_id(self, shop: Shop, order_id: str) -> Order | None:
        """An order of the shop by the id on the wire."""
        found = shop.orders.get(order_id)
        if found is not None:
            return found
        return next((order for order in shop.orders.values() if str(order.id) == order_id), None)

    def pack(self, shop: Shop, order: Order, pieces: list[Piece], courier: str) -> None:
        """The pieces get a package and a tracking number at once (lazada.md, pack)."""
        parcel = self.make_parcel(shop, order, pieces)
        parcel.courier = courier or parcel.courier
        self.number(shop, order, parcel)
        order.times_arranged += 1
        self.move(shop, order, pieces, "paid", "packed")

    def unpack(self, shop: Shop, order: Order, pieces: list[Piece]) -> None:
        """A package is taken apart; its number is void."""
        for piece in pieces:
            if piece.parcel is not None:
                self.tracked.pop(piece.parcel.tracking, None)
                piece.parcel.pieces.remove(piece)
                piece.parcel = None
        order.tracking = next((parcel.tracking for parcel in parcels_of(order)), "")
        self.move(shop, order, pieces, "paid", "repacked")

    # --- the buyer's wish to cancel ------------------------------------------------------------------------------

    def ask_to_cancel(self, shop: Shop, order: Order, reason: str) -> None:
        """A reverse order that the seller has to decide about."""
        self._open(shop, order, reason)
        super().ask_to_cancel(shop, order, reason)

    def _open(self, shop: Shop, order: Order, reason: str) -> None:
        request = Request(5_849_600_000_000 + next(self.ids), live_of(order), reason)
        requests_of(order).append(request)
        self.requests[request.id] = (shop, order, request)

    def answer_cancellation(self, shop: Shop, order: Order, accept: bool) -> None:
        """The seller's answer; what is packed may wait for the courier before it is off."""
        request = open_request(order)
        if request is None:
            return
        request.status = "CANCEL_SUCCESS" if accept else "REQUEST_REJECT"
        wait = self.settings.cancel_pending_seconds
        if not (accept and wait and any(piece.parcel for piece in request.pieces)):
            super().answer_cancellation(shop, order, accept)
            return
        request.waits, order.cancel_asked = True, ""
        self.touch(shop, order)

        def give_up() -> None:
            request.waits = False
            still = [piece for piece in request.pieces if piece.alive and not piece.gone]
            self.cancel_pieces(shop, order, still, "buyer", request.reason)

        self.core.timers.at(self.core.clock.now() + wait, give_up)

    # --- messages ------------------------------------------------------------------------------------------------

    def news(self, shop: Shop, order: Order, kind: str) -> None:
        """A message for each piece and each package whose state is new; a wish to cancel names its reverse order."""
        request = open_request(order)
        if request is not None and not order.cancel_asked:
            request.status = "REQUEST_CANCEL"  # the parcel has gone, or the order is off anyhow
            request = None
        for piece in pieces_of(order):
            asked = kind == "cancel" and request is not None and piece in request.pieces
            if asked or self._told.get(piece.id) != piece.status:
                self._told[piece.id] = piece.status
                self._tell(shop, TRADE_ORDER, self._trade(order, piece, request if asked else None))
        for parcel in parcels_of(order):
            status = parcel.live[0].status if parcel.live else "canceled"
            if self._told_parcels.get(parcel.id) != status:
                self._told_parcels[parcel.id] = status
                lines = [str(piece.id) for piece in parcel.pieces]
                data = {"ofcPackageId": parcel.id, "tradeOrderId": str(order.id), "tradeOrderLineIds": lines}
                self._tell(shop, FULFILMENT_ORDER, {"status": status, **data})

    def _trade(self, order: Order, piece: Piece, request: Request | None) -> dict[str, Any]:
        data: dict[str, Any] = {
            "order_status": piece.status,
            "trade_order_id": str(order.id),
            "trade_order_line_id": str(piece.id),
            "status_update_time": piece.updated,
        }
        if request is not None:
            data["reverse_order_id"] = str(request.id)
            data["reverse_order_line_id"] = str(line_id(request, piece))
        return data

    def _tell(self, shop: Shop, kind: int, data: dict[str, Any]) -> None:
        message = {
            "seller_id": shop.id,
            "message_type": kind,
            "data": data,
            "timestamp": int(self.core.clock.now() * 1000),
            "site": f"lazada_{shop.region.lower()}",
        }
        body = json_bytes(message)
        signature = push_signature(self.app.key, self.app.secret, body)
        headers = {"Content-Type": "application/json", "Authorization": signature}
        self.send(self.settings.callback_url, body, headers)


def line_id(request: Request, piece: Piece) -> int:
    """The id of a reverse order's line."""
    return request.id * 100 + request.pieces.index(piece)
