"""The Bukalapak connector: each method builds a request, sends it and reads the answer."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from urllib.parse import quote

from salur.connectors.base.capabilities import Plugin, RateLimit, StoreCapabilities
from salur.connectors.base.errors import Rejected, TooLate
from salur.connectors.base.listing import StockTarget, StoreListing
from salur.connectors.base.reading import JsonObject, as_objects, text
from salur.connectors.base.texts import N_
from salur.connectors.base.transport import Transport
from salur.connectors.base.types import (
    CancelOutcome,
    ConfirmResult,
    Credentials,
    ItemResult,
    OrderHead,
    OrderStatus,
    Page,
    PartnerIdentity,
    StoreOrder,
    TimeWindow,
    TokenSet,
)
from salur.connectors.profiles.marketplaces import RULES

from . import mapping
from .errors import NotFound
from .form import FORM, SETTINGS_FORM
from .statuses import ORDER, order_status
from .wire import Wire, message_of

DAY = 86_400
PRODUCT_PAGE = 50
SENT = frozenset({OrderStatus.SHIPPED, OrderStatus.COMPLETED})

CAPABILITIES = StoreCapabilities(
    name="bukalapak",
    title="Bukalapak",
    countries=("ID",),
    abilities=frozenset({"grant", "confirm", "cancel", "listings", "stock"}),
    rules=RULES,
    gives_label=False,
    detail_batch=1,
    page_size=50,
    # One pass over the list whatever the window: there is no filter by time.
    max_window_days=365.0,
    overlap_seconds=14 * DAY,
    poll_seconds=900,
    rate=RateLimit(4.0, 10),
    cancel_reasons=(
        (mapping.CANNOT_SERVE, N_("The buyer's wish cannot be met")),
        (mapping.OUT_OF_STOCK, N_("Out of stock")),
        (mapping.WRONG_PRICE, N_("Wrong price or shipping fee")),
        (mapping.BUSY, N_("No time at the moment")),
    ),
    stock_batch=1,
    notes=(
        N_("Bukalapak has sold no goods since February 2025. This connection is for its archive and for tests."),
        N_(
            "Bukalapak gives neither AWB numbers nor labels. The seller types in the courier's number, which is told "
            "to the buyer when the parcel is on its way."
        ),
    ),
    secret_fields=frozenset(
        {"username", "password", "token", "access_token", "consignee", "buyer", "address", "phone"}
    ),
)


class BukalapakConnector:
    """One seller's account. Keeps its credentials and transport and no other state."""

    capabilities = CAPABILITIES

    def __init__(self, credentials: Credentials, transport: Transport, clock: Callable[[], float] = time.time) -> None:
        self.wire = Wire(credentials, transport, clock)

    # --- tokens

    def grant(self) -> TokenSet:
        """A token for account and password; AuthRejected when they are wrong."""
        return self.wire.grant()

    def refresh(self) -> TokenSet:
        """Another token: there are no refresh tokens, the older one stays good."""
        return self.wire.grant()

    def verify(self) -> PartnerIdentity:
        """Prove the token by reading one order. Who we are was told with the token: ``key`` is the seller's number."""
        document = self._page(1, 1)
        return mapping.identity(self.wire.credentials.get("shop_id"), mapping.transactions(document))

    # --- orders

    def _page(self, page: int, size: int) -> JsonObject:
        params = [("page", str(page)), ("per_page", str(size))]
        return self.wire.get("transactions", "/transactions.json", params)

    def orders(self, window: TimeWindow, cursor: str | None) -> Page[OrderHead]:
        """Sales placed in the window, in full, newest first; ``cursor`` is the page.

        There is no filter by time, so pages are read until one holds nothing of the window or later.
        """
        page = int(cursor or "1")
        rows = mapping.transactions(self._page(page, CAPABILITIES.page_size))
        times = [mapping.ordered_at(row) for row in rows]
        mine = self.wire.credentials.get("shop_id")
        heads = [
            _head(mapping.store_order(row))
            for row, at in zip(rows, times, strict=True)
            if window.since <= at < window.until and mapping.is_sellers(row, mine)
        ]
        more = len(rows) >= CAPABILITIES.page_size and max(times) >= window.since
        return Page(heads, str(page + 1) if more else None)

    def order_details(self, ids: Sequence[str]) -> Sequence[StoreOrder]:
        """Orders in full, one call each; those that Bukalapak does not know, or that are no sales, are left out."""
        rows = [self._row(external_id) for external_id in ids]
        return [mapping.store_order(row) for row in rows if row is not None]

    def _row(self, external_id: str) -> JsonObject | None:
        path = f"/transactions/{quote(external_id, safe='')}.json"
        try:
            rows = mapping.transactions(self.wire.get("transaction", path, subject=external_id))
        except NotFound:
            return None
        if not rows or not mapping.is_sellers(rows[0], self.wire.credentials.get("shop_id")):
            return None
        return rows[0]

    # --- shipping and cancelling

    def confirm(self, external_id: str, tracking: str, courier: str) -> ConfirmResult:
        """Tell number and courier, and read back. Bukalapak shows no number, so the state alone proves it."""
        row = self._row(external_id)
        if row is None:
            return ConfirmResult(False, "", detail="the store does not know the order")
        refused = ""
        if tracking and order_status(text(row, "state")) is OrderStatus.PAID:
            body = mapping.shipping_request(external_id, tracking, courier)
            try:
                path = "/transactions/confirm_shipping.json"
                self.wire.send_json("POST", "confirm_shipping", path, body, external_id)
            except Rejected as refusal:
                refused = refusal.message  # perhaps confirmed by an earlier try: the state tells
            row = self._row(external_id) or row
        raw = text(row, "state")
        sent = order_status(raw) in SENT
        return ConfirmResult(sent, raw, tracking if sent else "", "" if sent else refused or f"the state is {raw}")

    def cancel_order(self, external_id: str, reason: str) -> CancelOutcome:
        """Reject a paid order. Bukalapak says OK even when it fails, so the order is read afterwards."""
        words = mapping.REASONS.get(reason)
        if words is None:
            raise Rejected("unknown_reason", f"Bukalapak knows no reason {reason}", field="payment_rejection")
        form = {"id": external_id, "payment_rejection[reason]": words}
        try:
            said = message_of(self.wire.send_form("PUT", "reject", "/transactions/reject.json", form, external_id))
        except NotFound:
            raise
        except Rejected as refusal:
            said = refusal.message
        row = self._row(external_id)
        raw = "" if row is None else text(row, "state")
        if order_status(raw) is OrderStatus.CANCELLED:
            return CancelOutcome("accepted")
        if order_status(raw) in SENT:
            raise TooLate(raw, said)
        return CancelOutcome("refused", said)

    # --- products

    def listings(self, cursor: str | None) -> Page[StoreListing]:
        """Products for sale; ``cursor`` is the page."""
        page = int(cursor or "1")
        params = [("page", str(page)), ("per_page", str(PRODUCT_PAGE))]
        document = self.wire.get("mylapak", "/products/mylapak.json", params)
        found = [mapping.listing(row) for row in as_objects(document.get("products"), "products")]
        return Page(found, str(page + 1) if len(found) >= PRODUCT_PAGE else None)

    def set_stock(self, batch: Sequence[StockTarget]) -> Sequence[ItemResult]:
        """Set what may be sold, absolute, one call for each product."""
        results: list[ItemResult] = []
        for target in batch:
            path = f"/products/{quote(target.item_id, safe='')}.json"
            try:
                self.wire.send_json("PUT", "product", path, {"product": {"stock": target.quantity}}, target.item_id)
                results.append(ItemResult(target.key))
            except Rejected as refusal:
                results.append(ItemResult(target.key, error=refusal))
        return results


def _head(order: StoreOrder) -> OrderHead:
    return OrderHead(order.external_id, order.version, order.raw_status, order)


PLUGIN = Plugin(
    kind="store",
    name="bukalapak",
    capabilities=CAPABILITIES,
    build=BukalapakConnector,
    form=FORM,
    status_tables={"order": ORDER},
    settings_form=SETTINGS_FORM,
)
