"""The connector for Tokopedia's older API: each method builds a request, sends it and reads the answer."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from urllib.parse import quote

from salur.connectors.base.capabilities import Plugin, RateLimit, StoreCapabilities
from salur.connectors.base.errors import AlreadyExists, AuthRejected, ContractBroken, Rejected, TooLate
from salur.connectors.base.listing import StockTarget, StoreListing
from salur.connectors.base.reading import JsonObject, as_object, text
from salur.connectors.base.texts import N_
from salur.connectors.base.transport import Transport
from salur.connectors.base.types import (
    AwbResult,
    CancelOutcome,
    ConfirmResult,
    Credentials,
    Document,
    ItemResult,
    LabelResult,
    OrderHead,
    OrderStatus,
    Page,
    PartnerEvent,
    PartnerIdentity,
    RawRequest,
    ShippingOption,
    StoreOrder,
    TimeWindow,
    TokenSet,
)
from salur.connectors.profiles.marketplaces import RULES

from . import mapping
from .errors import NotFound, WrongStatus
from .form import FORM, SETTINGS_FORM
from .messages import read_message
from .statuses import BEFORE_ACCEPTING, NEW, ORDER, STAGES, order_status
from .wire import Wire

DAY = 86_400
PRODUCT_PAGE = 50
PICKUP, OWN_AWB = "pickup", "own_awb"
SETTLED = frozenset({OrderStatus.READY, OrderStatus.SHIPPED, OrderStatus.COMPLETED})
PDF_MARK = b"%PDF"
PAGE_NOT_PDF = (
    "Tokopedia gives its label as a web page, not as a PDF: open the order in Tokopedia's seller page, print the label "
    "to a PDF file and upload it here"
)
NO_REFUSAL = (
    "the API has no call that refuses a buyer's wish once the order is accepted: answer it in Tokopedia's seller page"
)

CAPABILITIES = StoreCapabilities(
    name="tokopedia_legacy",
    title="Tokopedia (older API)",
    countries=("ID",),
    abilities=frozenset(
        {"grant", "accept", "arrange", "confirm", "cancel", "decide", "listings", "stock", "callbacks"}
    ),
    rules=RULES,
    detail_batch=1,
    page_size=100,
    max_window_days=3.0,
    # Orders are listed by their date, not by their last change: every poll looks at the last week's again.
    overlap_seconds=7 * DAY,
    poll_seconds=900,
    rate=RateLimit(5.0, 10),
    cancel_reasons=(
        (mapping.BUYER_ASKED, N_("The buyer asked for it")),
        (mapping.OUT_OF_STOCK, N_("Out of stock")),
        (mapping.WRONG_PRICE, N_("Wrong price or weight")),
        (mapping.COURIER, N_("Trouble with the courier")),
    ),
    stock_batch=100,
    messages_by="call",
    notes=(
        N_(
            "Tokopedia has moved its shops to TikTok Shop and retired this API. Connect a shop that has moved as "
            "Tokopedia, through TikTok Shop."
        ),
        N_(
            "Labels come as web pages, not as PDF. For a warehouse that needs the label, save it as PDF in Tokopedia's "
            "seller page and upload it."
        ),
    ),
    token_margin_seconds=600,
    secret_fields=frozenset(
        {
            *("client_secret", "webhook_secret", "access_token", "Name", "phone", "email", "address_full", "geo"),
            *("buyer_fullname", "buyer_email", "buyer_phone", "receiver_name", "receiver_phone", "address_street"),
        }
    ),
)


class TokopediaLegacyConnector:
    """One shop of an application. Keeps its credentials and transport and no other state."""

    capabilities = CAPABILITIES

    def __init__(self, credentials: Credentials, transport: Transport, clock: Callable[[], float] = time.time) -> None:
        self.wire = Wire(credentials, transport, clock)

    # --- tokens

    def grant(self) -> TokenSet:
        """A token for the typed keys; AuthRejected when they are wrong."""
        return self.wire.grant()

    def refresh(self) -> TokenSet:
        """Another token: there are no refresh tokens."""
        return self.wire.grant()

    def verify(self) -> PartnerIdentity:
        """The shop, which must be one of the application's; ``key`` is its shop id."""
        shop = self.wire.shop_id
        params = [("shop_id", shop), ("page", "1"), ("per_page", "10")]
        data = self.wire.get("shop.info", f"/v1/shop/fs/{self.wire.fs_id}/shop-info", params)
        found = mapping.identity(data, shop)
        if found is None:
            raise AuthRejected("shop_not_linked", "this shop is not linked to the application", field="shop_id")
        return found

    # --- orders

    def orders(self, window: TimeWindow, cursor: str | None) -> Page[OrderHead]:
        """Orders placed in the window, in full; ``cursor`` is the page. A window over 3 days is a ValueError."""
        if window.until - window.since > timedelta(days=CAPABILITIES.max_window_days):
            raise ValueError("Tokopedia lists at most 3 days at once")
        page = int(cursor or "1")
        params = [
            ("fs_id", self.wire.fs_id),
            ("shop_id", self.wire.shop_id),
            ("from_date", mapping.seconds(window.since)),
            ("to_date", mapping.seconds(window.until)),
            ("page", str(page)),
            ("per_page", str(CAPABILITIES.page_size)),
        ]
        rows = mapping.objects(self.wire.get("order.list", "/v2/order/list", params), "data")
        heads = [_head(mapping.listed_order(row)) for row in rows]
        return Page(heads, str(page + 1) if len(rows) >= CAPABILITIES.page_size else None)

    def order_details(self, ids: Sequence[str]) -> Sequence[StoreOrder]:
        """Orders in full, one call each; those that Tokopedia does not know are left out."""
        rows = [self._row(external_id) for external_id in ids]
        return [mapping.detailed_order(row) for row in rows if row is not None]

    def _row(self, external_id: str) -> JsonObject | None:
        """The order's detail; None when Tokopedia does not know it, or it is another shop's."""
        if not (external_id.isascii() and external_id.isdigit()):
            return None
        path = f"/v2/fs/{self.wire.fs_id}/order"
        try:
            row = as_object(self.wire.get("order.detail", path, [("order_id", external_id)], external_id), "data")
        except NotFound:
            return None
        shop = text(as_object(row.get("shop_info") or {}, "shop_info"), "shop_id")
        return row if not shop or shop == self.wire.shop_id else None

    def _known_row(self, external_id: str) -> JsonObject:
        row = self._row(external_id)
        if row is None:
            raise Rejected("ORD_API_008", "Tokopedia does not know this order")
        return row

    def _order_call(self, external_id: str, name: str, body: object = None) -> None:
        path = f"/v1/order/{quote(external_id, safe='')}/fs/{self.wire.fs_id}/{name}"
        self.wire.post(f"order.{name}", path, body, subject=external_id)

    # --- shipping

    def accept(self, external_id: str) -> None:
        """Accept a paid order (220 to 400); AlreadyExists when it was accepted before."""
        try:
            self._order_call(external_id, "ack")
        except WrongStatus as refusal:
            row = self._known_row(external_id)
            if text(row, "order_status") in BEFORE_ACCEPTING or _cancelled(row):
                raise
            raise AlreadyExists(refusal.code, refusal.message, exchange_id=refusal.exchange_id) from refusal

    def shipping_options(self, external_id: str) -> Sequence[ShippingOption]:
        """The courier's pickup; or, with a courier that does not fetch, the seller's own AWB number."""
        row = self._known_row(external_id)
        if _cancelled(row):
            raise Rejected(text(row, "order_status"), "the order is cancelled")
        if mapping.stage(row) >= STAGES["450"]:
            raise AlreadyExists(text(row, "order_status"), "the shipment is arranged")
        if mapping.has_pickup(row):
            return [ShippingOption(PICKUP)]
        return [ShippingOption(OWN_AWB, {"tracking_number": ""})]

    def arrange(self, external_id: str, option: ShippingOption) -> None:
        """Ask for the pickup, or set the seller's AWB number; a new order is accepted first."""
        row = self._known_row(external_id)
        if mapping.stage(row) >= STAGES["450"] and not _cancelled(row):
            raise AlreadyExists(text(row, "order_status"), "the shipment is arranged")
        self._accept_new(row, external_id)
        if option.kind == OWN_AWB:
            self._set_awb(external_id, option.fields.get("tracking_number", ""))
            return
        body = {"order_id": int(external_id), "shop_id": _number(self.wire.shop_id)}
        try:
            self.wire.post("order.pickup", f"/inventory/v1/fs/{self.wire.fs_id}/pick-up", body, subject=external_id)
        except WrongStatus as refusal:
            row = self._known_row(external_id)
            if mapping.stage(row) < STAGES["450"] or _cancelled(row):
                raise
            raise AlreadyExists(refusal.code, refusal.message, exchange_id=refusal.exchange_id) from refusal

    def _accept_new(self, row: JsonObject, external_id: str) -> None:
        if text(row, "order_status") == NEW:
            try:
                self.accept(external_id)
            except AlreadyExists:
                return  # somebody else has accepted it since it was read

    def _set_awb(self, external_id: str, number: str) -> None:
        if not number:
            raise Rejected("awb_missing", "the AWB number is missing", field="shipping_ref_num")
        self._order_call(external_id, "status", {"order_status": 500, "shipping_ref_num": number})

    def awb(self, external_id: str) -> AwbResult:
        """The AWB number; until the courier gave one it is empty."""
        row = self._known_row(external_id)
        shipping = mapping.shipping_info(row)
        name = mapping.courier(text(shipping, "logistic_name"), text(shipping, "logistic_service"))
        number = mapping.awb_of(row)
        return AwbResult(number, courier=name, hint="" if number else f"status {text(row, 'order_status')}")

    def label(self, external_id: str, package: str, awb: str) -> LabelResult:
        """Tokopedia's label is a web page; only should it ever send a PDF is that handed on."""
        path = f"/v1/order/{quote(external_id, safe='')}/fs/{self.wire.fs_id}/shipping-label"
        try:
            answer = self.wire.page("order.label", path, [("printed", "0")], external_id)
        except WrongStatus:
            return LabelResult(pending=True)  # not accepted yet
        except Rejected as refusal:
            return LabelResult(failure=refusal.message or refusal.code)
        if not answer.content:
            return LabelResult(pending=True)  # answered well with nothing in it
        if not answer.content.startswith(PDF_MARK):
            return LabelResult(failure=PAGE_NOT_PDF)
        return LabelResult(document=Document(f"{external_id}.pdf", "application/pdf", answer.content))

    def confirm(self, external_id: str, tracking: str, courier: str) -> ConfirmResult:
        """Set our AWB number where the seller brings it, and read back what Tokopedia shows.

        With the marketplace's courier asking for the pickup was the confirmation; its number is never overwritten.
        """
        row = self._row(external_id)
        if row is None:
            return ConfirmResult(False, "", detail="the store does not know the order")
        may_set = tracking and not mapping.awb_of(row) and order_status(text(row, "order_status")) is OrderStatus.PAID
        if may_set and not mapping.cancel_asked(row):
            self._accept_new(row, external_id)
            self._set_awb(external_id, tracking)
            row = self._known_row(external_id)
        raw, shown = text(row, "order_status"), mapping.awb_of(row)
        confirmed = bool(shown) and shown == tracking and order_status(raw) in SETTLED
        detail = "" if confirmed else f"Tokopedia shows status {raw} and AWB number {shown or 'none'}"
        return ConfirmResult(confirmed, raw, shown, detail)

    # --- cancelling

    def cancel_order(self, external_id: str, reason: str) -> CancelOutcome:
        """Reject the order as the seller, until the pickup is asked for. "Out of stock" names the products."""
        if reason not in mapping.REASONS:
            raise Rejected("unknown_reason", f"Tokopedia knows no reason {reason}", field="reason_code")
        row = self._known_row(external_id)
        if _cancelled(row):
            return CancelOutcome("accepted")
        self._reject(external_id, mapping.rejection(reason, row))
        return CancelOutcome("accepted")

    def _reject(self, external_id: str, body: dict[str, object]) -> None:
        try:
            self._order_call(external_id, "nack", body)
        except WrongStatus as refusal:
            row = self._known_row(external_id)
            if _cancelled(row):
                return
            if mapping.stage(row) >= STAGES["450"]:
                raise TooLate(refusal.code, refusal.message, exchange_id=refusal.exchange_id) from refusal
            raise

    def answer_cancellation(self, external_id: str, accept: bool, reason: str) -> None:
        """Accept by rejecting the order; refuse by going on with it, which is all that the API offers (R121)."""
        row = self._known_row(external_id)
        if _cancelled(row) or not mapping.cancel_asked(row):
            raise AlreadyExists("not_asked", "the buyer does not wait for an answer")
        if accept:
            self._reject(external_id, mapping.rejection(mapping.BUYER_ASKED, row))
        elif text(row, "order_status") == NEW:
            self._order_call(external_id, "ack")
        else:
            raise Rejected("no_call", NO_REFUSAL)

    # --- products

    def listings(self, cursor: str | None) -> Page[StoreListing]:
        """Products, one entry per variant; ``cursor`` is the page."""
        page = int(cursor or "1")
        params = [
            ("shop_id", self.wire.shop_id),
            ("page", str(page)),
            ("per_page", str(PRODUCT_PAGE)),
            ("sort", "1"),
        ]
        path = f"/inventory/v1/fs/{self.wire.fs_id}/product/info"
        rows = mapping.objects(self.wire.get("product.info", path, params), "data")
        found = [one for one in map(mapping.listing, rows) if one is not None]
        return Page(found, str(page + 1) if len(rows) >= PRODUCT_PAGE else None)

    def set_stock(self, batch: Sequence[StockTarget]) -> Sequence[ItemResult]:
        """Set what may be sold, absolute; up to 100 products in one call, each with its own outcome."""
        if len(batch) > CAPABILITIES.stock_batch:
            raise ValueError(f"at most {CAPABILITIES.stock_batch} products at once")
        if not batch:
            return []
        path = f"/inventory/v1/fs/{self.wire.fs_id}/stock/update"
        data = self.wire.post("stock.update", path, mapping.stock_rows(batch), [("shop_id", self.wire.shop_id)])
        refused = mapping.refused_rows(data)
        results = []
        for target in batch:
            words = refused.get(str(mapping.product_number(target)))
            error = Rejected("stock_refused", words, field="new_stock") if words else None
            results.append(ItemResult(target.key, error=error))
        return results

    # --- messages

    def subscribe(self, url: str) -> datetime | None:
        """Have messages sent to ``url``. The addresses are the application's: a later call replaces them."""
        secret = self.wire.credentials.get("webhook_secret")
        if not secret:
            raise Rejected("no_secret", "a webhook secret is needed to receive messages", field="webhook_secret")
        names = ("order_notification", "order_cancellation", "order_status", "order_request_cancellation")
        addresses = {f"{name}_url": url for name in names}
        body = {"fs_id": _number(self.wire.fs_id), **addresses, "webhook_secret": secret}
        self.wire.post("webhook.register", f"/v1/fs/{self.wire.fs_id}/register", body)
        return None

    def parse_callback(self, request: RawRequest) -> Sequence[PartnerEvent]:
        """See :func:`messages.read_message`."""
        return read_message(request, self.wire.credentials)


def _head(order: StoreOrder) -> OrderHead:
    return OrderHead(order.external_id, order.version, order.raw_status, order)


def _cancelled(row: JsonObject) -> bool:
    return order_status(text(row, "order_status")) is OrderStatus.CANCELLED


def _number(value: str) -> int:
    if value.isascii() and value.isdigit() and len(value) <= 18:
        return int(value)
    raise ContractBroken("bad_number", "the number of shop or application is no number", field="shop_id")


PLUGIN = Plugin(
    kind="store",
    name="tokopedia_legacy",
    capabilities=CAPABILITIES,
    build=TokopediaLegacyConnector,
    form=FORM,
    status_tables={"order": ORDER},
    settings_form=SETTINGS_FORM,
)
