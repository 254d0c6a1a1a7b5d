"""The Amazon connector: each method builds a request, sends it and reads the answer."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta

from salur.connectors.base.capabilities import Plugin, RateLimit, StoreCapabilities
from salur.connectors.base.carriers import Parcel, parcel
from salur.connectors.base.errors import Rejected
from salur.connectors.base.listing import StockTarget, StoreListing
from salur.connectors.base.reading import JsonObject, as_objects, text
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
    PartnerIdentity,
    ShippedLine,
    StoreOrder,
    TimeWindow,
    TokenSet,
)

from . import mapping, oauth, shipping
from .errors import NotFound
from .form import FORM, POLL_SECONDS, SETTINGS_FORM
from .markets import MARKETS
from .statuses import ORDER, PACKAGE, order_status
from .wire import Wire, in_path, moment_text

ORDERS = "/orders/2026-01-01/orders"
LISTING_PAGE = 20
BEFORE_MARGIN = 150.0  # seconds; a before-time must lie two minutes in the past, and clocks differ
NO_BEFORE = "-"

CAPABILITIES = StoreCapabilities(
    name="amazon",
    title="Amazon",
    countries=tuple(MARKETS),
    abilities=frozenset({"oauth", "confirm", "listings", "stock"}),
    rules=WITHOUT_LABEL,
    gives_label=False,
    detail_batch=5,
    page_size=100,
    max_window_days=30.0,
    overlap_seconds=900,  # Amazon may hold back the last two minutes
    poll_seconds=POLL_SECONDS,
    rate=RateLimit(0.5, 30),
    confirms_lines=True,
    stock_batch=5,
    wish_binds=False,
    notes=(
        N_("Orders that Amazon itself ships (FBA) are left out."),
        N_("Amazon takes no cancellation by API: cancel in Seller Central, and answer a buyer's wish to cancel there."),
        N_("Amazon lists orders at most once in three minutes after twenty pages, so a great sync may take its time."),
    ),
    secret_fields=frozenset(
        {
            "client_secret",
            "access_token",
            "refresh_token",
            "code",
            "x-amz-access-token",
            "buyerName",
            "buyerEmail",
            "buyerCompanyName",
            "name",
            "companyName",
            "phone",
            "addressLine1",
            "addressLine2",
            "addressLine3",
            "addressInstruction",
        }
    ),
)


class AmazonConnector:
    """One seller in one marketplace. Keeps its credentials and transport and no other state."""

    capabilities = CAPABILITIES

    def __init__(self, credentials: Credentials, transport: Transport, clock: Callable[[], float] = time.time) -> None:
        self.wire = Wire(credentials, transport, clock)

    def verify(self) -> PartnerIdentity:
        """The seller that the tokens open, who must sell in the marketplace that was chosen."""
        document = self.wire.get("getMarketplaceParticipations", "/sellers/v1/marketplaceParticipations")
        return mapping.identity(document, self.wire.credentials.get("shop_id"), self.wire.market)

    # --- orders

    def orders(self, window: TimeWindow, cursor: str | None) -> Page[OrderHead]:
        """Orders by update time, whole. A window over 30 days is a ValueError: whoever asks splits it.

        A before-time must lie two minutes in the past, so a window that ends later has none. That is decided on the
        first page and kept in the cursor: all pages must be asked for alike, and they may be minutes apart. A window of
        the last two minutes alone has nothing that Amazon would show yet; the overlap of the next one covers it.
        """
        if window.until - window.since > timedelta(days=CAPABILITIES.max_window_days):
            raise ValueError("ask for at most 30 days at once")
        if window.since.timestamp() > self.wire.clock() - BEFORE_MARGIN:
            return Page([])
        before, _, token = (cursor or f"{self._before(window)} ").partition(" ")
        params = [("lastUpdatedAfter", moment_text(window.since.timestamp()))]
        if before != NO_BEFORE:
            params.append(("lastUpdatedBefore", before))
        params += [
            ("marketplaceIds", self.wire.market.id),
            ("fulfilledBy", "MERCHANT"),
            ("maxResultsPerPage", str(CAPABILITIES.page_size)),
            ("includedData", mapping.INCLUDED),
        ]
        if token:
            params.append(("paginationToken", token))
        document = self.wire.get("searchOrders", ORDERS, params)
        following = mapping.next_token(document)
        heads = mapping.order_heads(document, self.wire.market)
        return Page(heads, f"{before} {following}" if following else None)

    def _before(self, window: TimeWindow) -> str:
        ends = window.until.timestamp()
        return moment_text(ends) if ends <= self.wire.clock() - BEFORE_MARGIN else NO_BEFORE

    def order_details(self, ids: Sequence[str]) -> Sequence[StoreOrder]:
        """Orders in full, one call each; those that Amazon does not know, or sends itself, are left out."""
        rows = [self._row(external_id) for external_id in ids]
        return [
            mapping.store_order(row, self.wire.market)
            for row in rows
            if row is not None and not mapping.fulfilled_by_amazon(row)
        ]

    def _row(self, external_id: str) -> JsonObject | None:
        try:
            document = self.wire.get(
                "getOrder", f"{ORDERS}/{in_path(external_id)}", [("includedData", mapping.INCLUDED)], external_id
            )
        except NotFound:
            return None
        return mapping.part(document, "order") or None

    # --- tokens

    def authorize_url(self, redirect: str, state: str) -> str:
        """See :func:`oauth.authorize_url`."""
        return oauth.authorize_url(self.wire, redirect, state)

    def exchange(self, query: dict[str, str]) -> TokenSet:
        """See :func:`oauth.exchange`; the identity is the selling partner id."""
        return oauth.exchange(self.wire, query)

    def refresh(self) -> TokenSet:
        """See :func:`oauth.refresh`."""
        return oauth.refresh(self.wire)

    # --- shipping

    def confirm(
        self, external_id: str, tracking: str, courier: str, lines: Sequence[ShippedLine] = ()
    ) -> ConfirmResult:
        """Tell Amazon of a parcel and read back; it counts only once the order shows it.

        The order is read first: it names the items, and a confirmation that Amazon shows by now is not sent again.
        """
        sent = parcel(tracking, courier)
        order = self._row(external_id)
        if order is None:
            return ConfirmResult(False, "", detail="Amazon does not know the order")
        before = shipping.shown(order, sent)
        if before.confirmed:
            return before
        state = order_status(before.raw_status)
        if state is OrderStatus.CANCELLED:
            raise Rejected("order_cancelled", "the order is cancelled at Amazon", field="orderId")
        if state is OrderStatus.UNPAID:
            return ConfirmResult(False, before.raw_status, detail="Amazon has not released the order for shipping")
        self._tell(order, sent, shipping.pieces_of(order, lines))
        after = self._row(external_id)
        return before if after is None else shipping.shown(after, sent)

    def _tell(self, order: JsonObject, sent: Parcel, pieces: Mapping[str, int]) -> None:
        """Confirm the parcel. A carrier code that Amazon does not take goes as Other with the carrier's name."""
        external_id, at = text(order, "orderId"), moment_text(self.wire.clock())
        path = f"/orders/v0/orders/{in_path(external_id)}/shipmentConfirmation"
        body = shipping.confirmation(order, sent, pieces, self.wire.market.id, at)
        try:
            self.wire.send("POST", "confirmShipment", path, body, subject=external_id)
        except Rejected as refusal:
            if not shipping.is_about_carrier(refusal, body):
                raise
            body = shipping.confirmation(order, shipping.unlisted(sent), pieces, self.wire.market.id, at)
            self.wire.send("POST", "confirmShipment", path, body, subject=external_id)

    # --- products

    def listings(self, cursor: str | None) -> Page[StoreListing]:
        """The seller's listings in this marketplace; ``cursor`` is Amazon's page token."""
        params = [
            ("marketplaceIds", self.wire.market.id),
            ("includedData", "summaries,fulfillmentAvailability"),
            ("pageSize", str(LISTING_PAGE)),
        ]
        if cursor:
            params.append(("pageToken", cursor))
        document = self.wire.get("searchListingsItems", self._listings_path(), params)
        return Page(mapping.listings(document, self.wire.market), mapping.next_token(document) or None)

    def _listings_path(self) -> str:
        return f"/listings/2021-08-01/items/{in_path(self.wire.credentials.get('shop_id'))}"

    def set_stock(self, batch: Sequence[StockTarget]) -> Sequence[ItemResult]:
        """Set what the seller's own stock may sell; one call per SKU."""
        results: list[ItemResult] = []
        for target in batch:
            try:
                self._set_one(target)
                results.append(ItemResult(target.key))
            except Rejected as refusal:
                results.append(ItemResult(target.key, error=refusal))
        return results

    def _set_one(self, target: StockTarget) -> None:
        sku = target.sku or target.item_id
        value = [{"fulfillment_channel_code": mapping.OWN_STOCK, "quantity": target.quantity}]
        body = {
            "productType": "PRODUCT",
            "patches": [{"op": "replace", "path": "/attributes/fulfillment_availability", "value": value}],
        }
        document = self.wire.send(
            "PATCH",
            "patchListingsItem",
            f"{self._listings_path()}/{in_path(sku)}",
            body,
            [("marketplaceIds", self.wire.market.id)],
            sku,
        )
        if text(document, "status") == "INVALID":
            issues = as_objects(document.get("issues"), "issues")
            first: JsonObject = issues[0] if issues else {}
            raise Rejected(text(first, "code") or "INVALID", text(first, "message"), field="fulfillment_availability")


PLUGIN = Plugin(
    kind="store",
    name="amazon",
    capabilities=CAPABILITIES,
    build=AmazonConnector,
    form=FORM,
    status_tables={"order": ORDER, "package": PACKAGE},
    settings_form=SETTINGS_FORM,
)
