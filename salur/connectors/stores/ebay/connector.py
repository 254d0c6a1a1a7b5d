"""The eBay connector: each method builds a request, sends it and reads the answer."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from salur.connectors.base.capabilities import Plugin, RateLimit, StoreCapabilities
from salur.connectors.base.carriers import parcel
from salur.connectors.base.errors import ContractBroken, PartnerError, Rejected, Retryable
from salur.connectors.base.listing import StockTarget, StoreListing
from salur.connectors.base.places import Slice, read_on
from salur.connectors.base.reading import JsonObject, as_objects, text, whole
from salur.connectors.base.store_rules import WITHOUT_LABEL
from salur.connectors.base.texts import N_
from salur.connectors.base.transport import Effect, Transport
from salur.connectors.base.types import (
    CancelOutcome,
    ConfirmResult,
    Credentials,
    ItemResult,
    OrderHead,
    OrderStatus,
    Page,
    PartnerEvent,
    PartnerIdentity,
    RawRequest,
    ShippedLine,
    StoreOrder,
    TimeWindow,
    TokenSet,
)

from . import callbacks, cancelling, mapping, oauth, paging, shipping
from .errors import NotFound
from .form import FORM, POLL_SECONDS, SETTINGS_FORM
from .statuses import CANCEL, FULFILLMENT, PAYMENT
from .wire import Wire, in_path, moment_text

ORDER = "/sell/fulfillment/v1/order"
INVENTORY = "/sell/inventory/v1"

MESSAGES = ("callbacks", "challenge", "message_keys")

CAPABILITIES = StoreCapabilities(
    name="ebay",
    title="eBay",
    countries=(),
    abilities=frozenset({"oauth", "confirm", "cancel", "decide", "listings", "stock", *MESSAGES}),
    rules=WITHOUT_LABEL,
    gives_label=False,
    detail_batch=50,
    page_size=200,
    max_window_days=30.0,
    poll_seconds=POLL_SECONDS,
    return_by="console",
    messages_by="call",
    rate=RateLimit(5.0, 20),
    confirms_lines=True,
    stock_batch=25,
    cancel_reasons=(
        ("BUYER_ASKED_CANCEL", N_("The buyer asked for it")),
        ("OUT_OF_STOCK_OR_CANNOT_FULFILL", N_("Out of stock")),
        ("ADDRESS_ISSUES", N_("The address cannot be delivered to")),
    ),
    notes=(
        N_("Only listings made through eBay's Inventory API are shown, and only their stock can be set."),
        N_("eBay's messages tell of paid and sent orders; a cancellation comes with the regular fetch."),
        N_("Sellers of the EU and the United Kingdom cancel on eBay: its API wants signed calls of them."),
    ),
    secret_fields=frozenset(
        {
            "client_secret",
            "verificationToken",
            "verification_token",
            "alertEmail",
            "access_token",
            "refresh_token",
            "code",
            "username",
            "fullName",
            "companyName",
            "phoneNumber",
            "email",
            "addressLine1",
            "addressLine2",
            "buyerCheckoutNotes",
        }
    ),
)


class EbayConnector:
    """One seller. Keeps its credentials and transport and no other state; safe to use from several threads."""

    capabilities = CAPABILITIES

    def __init__(self, credentials: Credentials, transport: Transport, clock: Callable[[], float] = time.time) -> None:
        self.wire = Wire(credentials, transport, clock)

    def verify(self) -> PartnerIdentity:
        """The seller whose token it is."""
        return mapping.identity(self.wire.get("getUser", f"{self.wire.hosts.identity}/commerce/identity/v1/user/"))

    # --- orders

    def orders(self, window: TimeWindow, cursor: str | None) -> Page[OrderHead]:
        """Orders by time of change, whole. Those that change meanwhile leave the range: see :mod:`places`.

        A window over 30 days is a ValueError: whoever asks splits it.
        """
        if window.until - window.since > timedelta(days=CAPABILITIES.max_window_days):
            raise ValueError("ask for at most 30 days at once")
        place = paging.read(cursor)
        # Both ends belong to eBay's range, the end of ours does not.
        ends = (window.until - timedelta(milliseconds=1)).timestamp()
        params = [
            ("filter", f"lastmodifieddate:[{moment_text(window.since.timestamp())}..{moment_text(ends)}]"),
            ("limit", str(CAPABILITIES.page_size)),
        ]

        def fetch(offset: int) -> Slice:
            asked = [*params, ("offset", str(offset))]
            document = self.wire.get("getOrders", self.wire.hosts.api + ORDER, asked)
            return Slice(mapping.order_rows(document), whole(document, "total"))

        stretch = read_on(place.offset, place.total, fetch)
        heads = [mapping.order_head(row) for row in stretch.rows]
        return Page(heads, None if stretch.last else str(paging.Place(stretch.ends, stretch.total)))

    def order_details(self, ids: Sequence[str]) -> Sequence[StoreOrder]:
        """Up to 50 orders in full; those that eBay does not know are left out."""
        return [mapping.store_order(row) for row in self._rows(ids)]

    def _rows(self, ids: Sequence[str]) -> list[JsonObject]:
        if len(ids) > CAPABILITIES.detail_batch:
            raise ValueError(f"at most {CAPABILITIES.detail_batch} orders at once")
        if len(ids) == 1:
            row = self._row(ids[0])
            return [] if row is None else [row]
        if not ids:
            return []
        try:
            document = self.wire.get("getOrders", self.wire.hosts.api + ORDER, [("orderIds", ",".join(ids))])
            return list(mapping.order_rows(document))
        except Rejected:
            half = len(ids) // 2  # one number that eBay does not take spoils the answer for all: search it by halves
            return self._rows(ids[:half]) + self._rows(ids[half:])

    def _order_url(self, external_id: str) -> str:
        return f"{self.wire.hosts.api}{ORDER}/{in_path(external_id)}"

    def _row(self, external_id: str) -> JsonObject | None:
        try:
            return self.wire.get("getOrder", self._order_url(external_id), subject=external_id) or None
        except NotFound:
            return None

    def _known(self, external_id: str) -> JsonObject:
        row = self._row(external_id)
        if row is None:
            raise Rejected("order_unknown", "eBay does not know the order", field="orderId")
        return row

    # --- tokens

    def authorize_url(self, redirect: str, state: str) -> str:
        """See :func:`oauth.authorize_url`: eBay sends the seller back to the address that belongs to the RuName."""
        return oauth.authorize_url(self.wire, state)

    def exchange(self, query: dict[str, str]) -> TokenSet:
        """See :func:`oauth.exchange`."""
        return oauth.exchange(self.wire, query)

    def refresh(self) -> TokenSet:
        """See :func:`oauth.refresh`."""
        return oauth.refresh(self.wire)

    # --- shipping

    def confirm(
        self, external_id: str, tracking: str, courier: str, lines: Sequence[ShippedLine] = ()
    ) -> ConfirmResult:
        """Tell eBay of a parcel and read back; the parcels are read first, because telling twice makes two."""
        sent = parcel(tracking, courier)
        order = self._row(external_id)
        if order is None:
            return ConfirmResult(False, "", detail="eBay does not know the order")
        parcels = self._parcels(external_id)
        before = shipping.shown(order, parcels, sent)
        if before.confirmed:
            return before
        state = mapping.store_order(order).status
        if state is OrderStatus.CANCELLED:
            raise Rejected("order_cancelled", "the order is cancelled at eBay", field="orderId")
        if state is OrderStatus.UNPAID:
            return ConfirmResult(False, before.raw_status, detail="eBay counts the order as not paid")
        left = shipping.left_to_send(order, parcels)
        body = shipping.shipment(left, sent, lines, moment_text(self.wire.clock()))
        url = f"{self._order_url(external_id)}/shipping_fulfillment"
        self.wire.post("createShippingFulfillment", url, body, Effect.CREATE, external_id)
        return shipping.shown(self._known(external_id), self._parcels(external_id), sent)

    def _parcels(self, external_id: str) -> Sequence[JsonObject]:
        url = f"{self._order_url(external_id)}/shipping_fulfillment"
        document = self.wire.get("getShippingFulfillments", url, subject=external_id)
        return as_objects(document.get("fulfillments"), "fulfillments")

    # --- cancelling

    def cancel_order(self, external_id: str, reason: str) -> CancelOutcome:
        """See :func:`cancelling.cancel`."""
        return cancelling.cancel(self.wire, self._known(external_id), reason)

    def answer_cancellation(self, external_id: str, accept: bool, reason: str) -> None:
        """Answer the buyer's wish to cancel (R121). eBay takes no reason; the list does not show the wish's number."""
        cancelling.answer(self.wire, self._known(external_id), accept)

    # --- products

    def listings(self, cursor: str | None) -> Page[StoreListing]:
        """Inventory items; ``cursor`` is the offset."""
        offset, size = int(cursor or 0), CAPABILITIES.page_size
        params = [("limit", str(size)), ("offset", str(offset))]
        document = self.wire.get("inventory.items", f"{self.wire.hosts.api}{INVENTORY}/inventory_item", params)
        rows = as_objects(document.get("inventoryItems"), "inventoryItems")
        ends = offset + len(rows)
        more = rows and ends < whole(document, "total")
        return Page([mapping.listing(row) for row in rows], str(ends) if more else None)

    def set_stock(self, batch: Sequence[StockTarget]) -> Sequence[ItemResult]:
        """Set what may be sold, by SKU, up to 25 at once; two targets of one SKU count as the smaller figure."""
        if not batch:
            return []
        figures: dict[str, int] = {}
        for target in batch:
            sku = target.sku or target.item_id
            figures[sku] = min(target.quantity, figures.get(sku, target.quantity))
        body = {
            "requests": [
                {"sku": sku, "shipToLocationAvailability": {"quantity": figure}} for sku, figure in figures.items()
            ]
        }
        url = f"{self.wire.hosts.api}{INVENTORY}/bulk_update_price_quantity"
        document = self.wire.post("inventory.quantities", url, body, Effect.REPEATABLE)
        said = {text(row, "sku"): row for row in as_objects(document.get("responses"), "responses")}
        return [ItemResult(one.key, error=_stock_error(said.get(one.sku or one.item_id))) for one in batch]

    # --- messages

    def subscribe(self, url: str) -> datetime | None:
        """See :func:`callbacks.subscribe`; subscriptions do not end."""
        callbacks.subscribe(self.wire, url)
        return None

    def answer_challenge(self, request: RawRequest) -> str:
        """See :func:`callbacks.answer_challenge`."""
        return callbacks.answer_challenge(request, self.wire.credentials)

    def message_key(self, name: str) -> str:
        """See :func:`callbacks.message_key`."""
        return callbacks.message_key(self.wire, name)

    def parse_callback(self, request: RawRequest) -> Sequence[PartnerEvent]:
        """See :func:`callbacks.read_callback`."""
        return callbacks.read_callback(request)


def _stock_error(row: JsonObject | None) -> PartnerError | None:
    """What became of one SKU of a batch."""
    if row is None:
        return ContractBroken("no_answer", "eBay says nothing of this SKU", field="responses")
    status = whole(row, "statusCode")
    if 200 <= status < 300:
        return None
    errors = as_objects(row.get("errors"), "errors")
    first: JsonObject = errors[0] if errors else {}
    kind = Retryable if status >= 500 else Rejected
    return kind(text(first, "errorId") or str(status), text(first, "longMessage") or text(first, "message"))


PLUGIN = Plugin(
    kind="store",
    name="ebay",
    capabilities=CAPABILITIES,
    build=EbayConnector,
    form=FORM,
    status_tables={"fulfillment": FULFILLMENT, "payment": PAYMENT, "cancel": CANCEL},
    settings_form=SETTINGS_FORM,
)
