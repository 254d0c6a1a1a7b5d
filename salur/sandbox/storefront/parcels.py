"""Stores whose orders are made of single pieces, packed into parcels: each piece has a state of its own."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from salur.sandbox.engine import labels
from salur.sandbox.engine.core import Core
from salur.sandbox.engine.dice import dice, token
from salur.sandbox.storefront.model import Line, Order, Shop
from salur.sandbox.storefront.store import Storefront

#: How far a piece is. ``paid`` and ``ready`` are told apart by the partner's words where it packs in two steps.
_RANK = {"unpaid": 0, "paid": 1, "ready": 2, "shipped": 3, "delivered": 4, "completed": 5}
_GONE = ("shipped", "delivered", "completed")


@dataclass(eq=False)
class Piece:
    """One unit of an order line."""

    id: int
    line: Line
    step: str
    status: str
    updated: int
    parcel: "Parcel | None" = None
    cancel_by: str = ""
    cancel_reason: str = ""

    @property
    def alive(self) -> bool:
        """Not cancelled."""
        return self.step != "cancelled"

    @property
    def gone(self) -> bool:
        """Handed to the courier."""
        return self.step in _GONE


@dataclass(eq=False)
class Parcel:
    """Pieces that travel together under one tracking number."""

    id: str
    pieces: list[Piece]
    courier: str
    created: int
    tracking: str = ""
    arranged_with: dict[str, Any] = field(default_factory=dict)
    label_ready: float | None = None
    label_asked: int = 0

    @property
    def live(self) -> list[Piece]:
        """The pieces that are not cancelled."""
        return [piece for piece in self.pieces if piece.alive]


def pieces_of(order: Order) -> list[Piece]:
    """All pieces of an order, cancelled ones too."""
    found: list[Piece] = order.extra["pieces"]
    return found


def live_of(order: Order) -> list[Piece]:
    """The pieces that are not cancelled."""
    return [piece for piece in pieces_of(order) if piece.alive]


def parcels_of(order: Order) -> list[Parcel]:
    """The parcels in the order in which they were made."""
    return list(dict.fromkeys(piece.parcel for piece in pieces_of(order) if piece.parcel is not None))


class ParcelFront(Storefront):
    """A storefront of pieces and parcels.

    Moving the order moves all its pieces; moving pieces moves the order to the least advanced of them. A subclass adds:

    * ``step_of``: status word -> step, for words that ``words`` does not name
    * ``numbered_words``: status words below ``ready`` under which a parcel has its number already
    * :meth:`piece_number`, :meth:`parcel_number`: ids as the partner's look like
    """

    step_of: Mapping[str, str] = {}
    numbered_words: tuple[str, ...] = ()

    def __init__(self, core: Core) -> None:
        self.parcels: dict[str, tuple[Shop, Order, Parcel]] = {}
        self.tracked: dict[str, tuple[Shop, Order, Parcel]] = {}
        self._keys: dict[str, str] = {}
        super().__init__(core)

    # --- what a partner overrides --------------------------------------------------------------------------------

    def piece_number(self, order: Order, line: Line) -> int:
        """The id of a piece."""
        return 577_000_000_000_000_000 + next(self.ids)

    def parcel_number(self, order: Order) -> str:
        """The id of a parcel."""
        return str(1_153_000_000_000_000_000 + next(self.ids))

    def groups(self, order: Order, loose: list[Piece]) -> list[list[Piece]]:
        """How pieces without a parcel are parted when parcels are made for them."""
        return [loose]

    def overall(self, order: Order) -> tuple[str, str]:
        """Step and status of the order, from its pieces."""
        live = live_of(order)
        if not live:
            return "cancelled", self.words["cancelled"]
        least = min(live, key=lambda piece: _RANK.get(piece.step, 0))
        asked = order.cancel_asked and not least.gone
        return ("cancel_asked" if asked else least.step), least.status

    # --- orders --------------------------------------------------------------------------------------------------

    def add_order(self, shop: Shop, order: Order) -> None:
        """Take an order in, parcels and numbers included where its status has them.

        ``extra`` may spoil it: ``currency`` is another one; ``no_address`` and ``no_items`` leave these out.
        """
        order.currency = str(order.extra.get("currency", order.currency))
        if not order.status:
            order.status = order.before_cancel[1]
        if order.step != "cancel_asked":
            order.step = self.step_of.get(order.status, order.step)
        step = "paid" if order.step == "cancel_asked" else order.step
        order.extra["pieces"] = [
            Piece(self.piece_number(order, line), line, step, order.status, order.updated)
            for line in order.lines
            for _ in range(line.quantity)
        ]
        self.provide(shop, order)
        super().add_order(shop, order)

    def provide(self, shop: Shop, order: Order) -> None:
        """Parcels and tracking numbers as far as the pieces' states have them."""
        loose = [piece for piece in live_of(order) if piece.parcel is None and self.in_parcel(piece)]
        for group in self.groups(order, loose) if loose else []:
            self.make_parcel(shop, order, group)
        for parcel in parcels_of(order):
            if parcel.live and not parcel.tracking and self.has_number(parcel.live[0]):
                self.number(shop, order, parcel)

    def in_parcel(self, piece: Piece) -> bool:
        """Whether a piece in this state is in a parcel."""
        return self.has_number(piece)

    def has_number(self, piece: Piece) -> bool:
        """Whether a piece in this state has a tracking number."""
        return _RANK.get(piece.step, 0) >= _RANK["ready"] or piece.status in self.numbered_words

    def make_parcel(self, shop: Shop, order: Order, pieces: list[Piece]) -> Parcel:
        """Put pieces into a parcel of their own."""
        parcel = Parcel(self.parcel_number(order), pieces, order.courier.name, self.core.clock.seconds())
        for piece in pieces:
            piece.parcel = parcel
        self.parcels[parcel.id] = (shop, order, parcel)
        return parcel

    def number(self, shop: Shop, order: Order, parcel: Parcel, own: str = "") -> None:
        """Give a parcel its tracking number, or the seller's own."""
        made = dice(self.core.seed, self.partner, "awb", order.number, parcel.id).randint(0, 10**10 - 1)
        parcel.tracking = own or f"{order.courier.prefix}{made:010d}"
        self.tracked[parcel.tracking] = (shop, order, parcel)
        order.tracking = order.tracking or parcel.tracking

    def issue_tracking(self, shop: Shop, order: Order, own: str = "") -> None:
        """Every parcel of the order has its number; parcels are made for what is in none."""
        loose = [piece for piece in live_of(order) if piece.parcel is None]
        if loose:
            self.make_parcel(shop, order, loose)
        fresh = [parcel for parcel in parcels_of(order) if parcel.live and not parcel.tracking]
        for parcel in fresh:
            self.number(shop, order, parcel, own)
        if fresh:
            self.touch(shop, order)
            self.news(shop, order, "tracking")

    def set_step(self, shop: Shop, order: Order, step: str, status: str = "") -> None:
        """The whole order moves, and with it every piece that is not cancelled."""
        if step != "cancel_asked":
            step = self.step_of.get(status, step)
            word = status or self.words.get(step, order.status)
            self._place(live_of(order) or pieces_of(order), step, word)
            self.provide(shop, order)
            if step in _GONE:
                order.cancel_asked = ""
            status = word
        super().set_step(shop, order, step, status)

    def move(self, shop: Shop, order: Order, pieces: Iterable[Piece], step: str, status: str = "") -> None:
        """Some pieces move; the order follows."""
        self._place(pieces, step, status or self.words[step])
        if any(piece.gone for piece in live_of(order)):
            order.cancel_asked = ""
        Storefront.set_step(self, shop, order, *self.overall(order))

    def _place(self, pieces: Iterable[Piece], step: str, status: str) -> None:
        now = self.core.clock.seconds()
        for piece in pieces:
            piece.step, piece.status, piece.updated = step, status, now

    def cancel(self, shop: Shop, order: Order, by: str, reason: str) -> None:
        """All that is left of the order is off."""
        self.cancel_pieces(shop, order, live_of(order), by, reason)

    def cancel_pieces(self, shop: Shop, order: Order, pieces: list[Piece], by: str, reason: str) -> None:
        """These pieces are off; what was not sent yet is for sale again."""
        if not pieces:
            return
        for piece in pieces:
            piece.line.variant.stock += 0 if piece.gone else 1
            piece.cancel_by, piece.cancel_reason = by, reason
        if len(pieces) == len(live_of(order)):
            order.cancel_by, order.cancel_reason, order.cancel_asked = by, reason, ""
        self.move(shop, order, pieces, "cancelled")
        self.news(shop, order, "cancel")

    def answer_cancellation(self, shop: Shop, order: Order, accept: bool) -> None:
        """The seller's answer."""
        reason, order.cancel_asked = order.cancel_asked, ""
        if accept:
            self.cancel(shop, order, "buyer", reason)
        else:
            Storefront.set_step(self, shop, order, *self.overall(order))

    def pick_up(self, tracking_number: str) -> int:
        """The courier took the parcel with that number, if it is ready."""
        found = self.tracked.get(tracking_number)
        if found is None:
            return 0
        shop, order, parcel = found
        waiting = [piece for piece in parcel.live if piece.step == "ready"]
        if waiting:
            self.move(shop, order, waiting, "shipped")
        return int(bool(waiting))

    # --- labels --------------------------------------------------------------------------------------------------

    def label_state(self, parcel: Parcel) -> str:
        """``waiting``, ``empty`` (as often as the knob says) or ``made``; the first asking starts the printing."""
        now, settings = self.core.clock.now(), self.settings
        if parcel.label_ready is None:
            parcel.label_ready = now + settings.label_seconds
        if now < parcel.label_ready:
            return "waiting"
        parcel.label_asked += 1
        return "empty" if parcel.label_asked <= settings.label_empty_times else "made"

    def label_key(self, parcel: Parcel) -> str:
        """What stands in the address of a label instead of a signature; nobody can guess it."""
        key = token(self.core.seed, self.partner, "label", parcel.id)
        self._keys[key] = parcel.id
        return key

    def by_label_key(self, key: str) -> Parcel | None:
        """The parcel whose label was handed out under that key."""
        found = self._keys.get(key)
        return self.parcels[found][2] if found else None

    def draw_labels(self, parcels: Iterable[Parcel]) -> bytes:
        """The PDF, a page for each parcel."""
        pages = [self._page(*self.parcels[parcel.id]) for parcel in parcels]
        return labels.draw(pages, self.settings.label_bytes_at_least)

    def _page(self, shop: Shop, order: Order, parcel: Parcel) -> labels.Label:
        person, counted = order.person, dict[str, int]()
        for piece in parcel.live:
            name = f"{piece.line.variant.sku} {piece.line.listing.title}"
            counted[name] = counted.get(name, 0) + 1
        return labels.Label(
            tracking_number=parcel.tracking,
            carrier=parcel.courier,
            order_sn=order.number,
            recipient=person.latin_name,
            phone=person.phone,
            address=(person.latin_street, person.latin_area, person.region),
            sender=f"{shop.name} ({shop.region})",
            items=tuple(counted.items()),
            cash_on_delivery=f"{order.total:.2f} {order.currency}" if order.cash_on_delivery else "",
        )


def parcel_rows(order: Order) -> dict[str, Any]:
    """Columns of an order's row in control: its parcels and the states of its pieces."""
    return {
        "parcels": [
            {
                "id": parcel.id,
                "tracking": parcel.tracking,
                "courier": parcel.courier,
                "pieces": [str(piece.id) for piece in parcel.pieces],
                "arranged_with": parcel.arranged_with,
            }
            for parcel in parcels_of(order)
        ],
        "pieces": [
            {"id": str(piece.id), "sku": piece.line.variant.sku, "status": piece.status} for piece in pieces_of(order)
        ],
    }
