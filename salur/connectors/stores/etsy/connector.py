"""The Etsy connector: each method builds a request, sends it and reads the answer."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from salur.connectors.base.capabilities import Plugin, RateLimit, StoreCapabilities
from salur.connectors.base.carriers import parcel
from salur.connectors.base.errors import PartnerError, Rejected
from salur.connectors.base.listing import StockTarget, StoreListing
from salur.connectors.base.places import Slice, read_on
from salur.connectors.base.reading import JsonObject, as_objects, whole
from salur.connectors.base.store_rules import WITHOUT_LABEL
from salur.connectors.base.texts import N_
from salur.connectors.base.transport import Transport
from salur.connectors.base.types import (
    ConfirmResult,
    Credentials,
    ItemResult,
    OrderHead,
    OrderStatus,
    Page,
    PartnerEvent,
    PartnerIdentity,
    RawRequest,
    StoreOrder,
    TimeWindow,
    TokenSet,
)

from . import mapping, oauth, paging, shipping, stock, webhooks
from .errors import NotFound
from .form import FORM, POLL_SECONDS, SETTINGS_FORM
from .statuses import ORDER
from .wire import Wire, in_path

LISTED_STATES = ("active", "sold_out", "inactive")

CAPABILITIES = StoreCapabilities(
    name="etsy",
    title="Etsy",
    countries=(),
    abilities=frozenset({"oauth", "confirm", "listings", "stock", "callbacks"}),
    rules=WITHOUT_LABEL,
    gives_label=False,
    detail_batch=10,
    page_size=100,
    max_window_days=30.0,
    poll_seconds=POLL_SECONDS,
    rate=RateLimit(8.0, 10),
    stock_batch=10,
    notes=(
        N_("Etsy takes no cancellation by API: cancel on Etsy, and answer a buyer's wish to cancel there."),
        N_("Each confirmed parcel makes Etsy write to the buyer."),
        N_("While Salur sets the stock of a listing, a sale of another variation of it may be overwritten."),
        N_("A listing with nothing left is switched off at Etsy, and on again when there is stock."),
    ),
    secret_fields=frozenset(
        {
            "shared_secret",
            "webhook_secret",
            "access_token",
            "refresh_token",
            "code",
            "code_verifier",
            "x-api-key",
            "name",
            "buyer_email",
            "seller_email",
            "payment_email",
            "first_line",
            "second_line",
            "formatted_address",
            "message_from_buyer",
            "gift_message",
            "gift_sender",
        }
    ),
)


class EtsyConnector:
    """One shop. Keeps its credentials and transport and no other state; safe to use from several threads."""

    capabilities = CAPABILITIES

    def __init__(self, credentials: Credentials, transport: Transport, clock: Callable[[], float] = time.time) -> None:
        self.wire = Wire(credentials, transport, clock)

    def verify(self) -> PartnerIdentity:
        """The shop of the user whose token it is."""
        shop = oauth.shop_of(self.wire)
        return mapping.identity(self.wire.get("getShop", f"/shops/{shop}"))

    # --- orders

    def orders(self, window: TimeWindow, cursor: str | None) -> Page[OrderHead]:
        """Receipts by update time, whole; see :mod:`paging`. A window over 30 days is a ValueError."""
        if window.until - window.since > timedelta(days=CAPABILITIES.max_window_days):
            raise ValueError("ask for at most 30 days at once")
        place = paging.read(cursor) if cursor else paging.first(window)
        size, ends = CAPABILITIES.page_size, paging.last_second(window)
        if place.since > ends:
            return Page([])

        def fetch(offset: int) -> Slice:
            params = [
                ("min_last_modified", str(place.since)),
                ("max_last_modified", str(place.since if place.alone else ends)),
                ("sort_on", "updated"),
                ("sort_order", "asc"),
                ("limit", str(size)),
                ("offset", str(offset)),
            ]
            document = self.wire.get("getShopReceipts", self.wire.shop_path("/receipts"), params)
            return Slice(as_objects(document.get("results"), "results"), whole(document, "count"))

        stretch = read_on(place.skip, place.matched, fetch)
        orders = [mapping.store_order(row) for row in stretch.rows]
        fresh = [order for order in orders if not paging.told_before(place, order)]
        heads = [OrderHead(order.external_id, order.version, order.raw_status, order) for order in fresh]
        if place.alone:
            return Page(heads, str(paging.after_second(place, stretch)))
        following = paging.after_time(place, size, orders)
        return Page(heads, str(following) if following else None)

    def order_details(self, ids: Sequence[str]) -> Sequence[StoreOrder]:
        """Receipts in full, one call each; those that Etsy does not know are left out."""
        rows = [self._receipt(external_id) for external_id in ids]
        return [mapping.store_order(row) for row in rows if row is not None]

    def _receipt(self, external_id: str) -> JsonObject | None:
        if not (external_id.isascii() and external_id.isdigit()):
            return None  # Etsy would refuse the question instead of saying that there is none
        path = self.wire.shop_path(f"/receipts/{in_path(external_id)}")
        try:
            return self.wire.get("getShopReceipt", path, subject=external_id)
        except NotFound:
            return None

    # --- tokens

    def authorize_url(self, redirect: str, state: str) -> str:
        """See :func:`oauth.authorize_url`."""
        return oauth.authorize_url(self.wire, redirect, state)

    def exchange(self, query: dict[str, str]) -> TokenSet:
        """See :func:`oauth.exchange`; the identity is the shop id."""
        return oauth.exchange(self.wire, query)

    def refresh(self) -> TokenSet:
        """See :func:`oauth.refresh`."""
        return oauth.refresh(self.wire)

    # --- shipping

    def confirm(self, external_id: str, tracking: str, courier: str) -> ConfirmResult:
        """Tell Etsy of a parcel and read back; the receipt is read first, because telling twice tells the buyer twice.

        Etsy knows no lines of a parcel: the first one marks the whole receipt as shipped, further ones are added.
        """
        sent = parcel(tracking, courier)
        receipt = self._receipt(external_id)
        if receipt is None:
            return ConfirmResult(False, "", detail="Etsy does not know the receipt")
        before = shipping.shown(receipt, sent)
        if before.confirmed:
            return before
        state = mapping.store_order(receipt).status
        if state is OrderStatus.CANCELLED:
            raise Rejected("order_cancelled", "the receipt is cancelled at Etsy", field="receipt_id")
        if state is OrderStatus.UNPAID:
            return ConfirmResult(False, before.raw_status, detail="Etsy counts the receipt as not paid")
        if not shipping.may_be_told(receipt):
            return ConfirmResult(False, before.raw_status, detail="Etsy counts it as shipped and shows no number")
        path = self.wire.shop_path(f"/receipts/{in_path(external_id)}/tracking")
        self.wire.post_form("createReceiptShipment", path, shipping.tracking_form(sent), external_id)
        after = self._receipt(external_id)
        return before if after is None else shipping.shown(after, sent)

    # --- products

    def listings(self, cursor: str | None) -> Page[StoreListing]:
        """Listings for sale, sold out and switched off, one entry per product; ``cursor`` is state and offset."""
        state, _, written = (cursor or LISTED_STATES[0]).partition(":")
        offset, size = int(written or 0), CAPABILITIES.page_size
        params = [("state", state), ("limit", str(size)), ("offset", str(offset)), ("includes", "Inventory")]
        document = self.wire.get("getListingsByShop", self.wire.shop_path("/listings"), params)
        shown = len(as_objects(document.get("results"), "results"))
        return Page(mapping.listings(document), _next_listings(state, offset, shown, size))

    def set_stock(self, batch: Sequence[StockTarget]) -> Sequence[ItemResult]:
        """Set what may be sold; the inventory of each listing is read, changed and sent back whole."""
        errors: dict[str, PartnerError] = {}
        for listing, targets in stock.by_listing(batch).items():
            try:
                errors |= self._set_listing(listing, targets)
            except Rejected as refusal:
                errors |= {target.key: refusal for target in targets}
        return [ItemResult(target.key, error=errors.get(target.key)) for target in batch]

    def _set_listing(self, listing: str, targets: Sequence[StockTarget]) -> dict[str, PartnerError]:
        """Etsy takes no inventory without a piece, so a listing with nothing left is switched off instead.

        The order of the calls leaves nothing on sale that is not there, whichever of them fails.
        """
        path = f"/listings/{in_path(listing)}/inventory"
        held = stock.inventory_of(self.wire.get("getListingInventory", path, subject=listing))
        products, refused = stock.changed(held, targets)
        if len(refused) == len(targets):
            return refused
        if stock.nothing_left(products):
            self._set_state(listing, "inactive")
            products = stock.marked(products)
        elif stock.is_marked(held):
            self._set_state(listing, "active")
        self.wire.change("PUT", "updateListingInventory", path, stock.body(held, products), listing)
        return refused

    def _set_state(self, listing: str, state: str) -> None:
        path = self.wire.shop_path(f"/listings/{in_path(listing)}")
        self.wire.change("PATCH", "updateListing", path, {"state": state}, listing)

    # --- messages

    def subscribe(self, url: str) -> datetime | None:
        """Not by call: the address is entered in Etsy's webhook portal, once for the app."""
        raise Rejected("console_only", "enter the callback address in Etsy's webhook portal", field="url")

    def parse_callback(self, request: RawRequest) -> Sequence[PartnerEvent]:
        """See :func:`webhooks.read_webhook`."""
        held = self.wire.credentials
        return webhooks.read_webhook(request, held.get("webhook_secret"), held.get("shop_id"), self.wire.clock())


def _next_listings(state: str, offset: int, shown: int, size: int) -> str | None:
    if shown >= size:
        return f"{state}:{offset + shown}"
    after = LISTED_STATES[LISTED_STATES.index(state) + 1 :] if state in LISTED_STATES else ()
    return f"{after[0]}:0" if after else None


PLUGIN = Plugin(
    kind="store",
    name="etsy",
    capabilities=CAPABILITIES,
    build=EtsyConnector,
    form=FORM,
    status_tables={"order": ORDER},
    settings_form=SETTINGS_FORM,
)
