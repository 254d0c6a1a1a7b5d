"""The Shopee connector: each method builds a request, sends it and reads the answer."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from salur.connectors.base.capabilities import Plugin, RateLimit, StoreCapabilities
from salur.connectors.base.errors import AlreadyExists, Rejected, Retryable, TooLate
from salur.connectors.base.listing import StockTarget, StoreListing
from salur.connectors.base.reading import JsonObject, as_objects, flag, text, whole
from salur.connectors.base.texts import N_
from salur.connectors.base.transport import Effect, Transport
from salur.connectors.base.types import (
    AwbResult,
    CancelOutcome,
    ConfirmResult,
    Credentials,
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

from . import labels, mapping, oauth, push, shipping
from .errors import BEING_ALLOCATED, NOT_FOUND, bare
from .form import FORM, SETTINGS_FORM
from .rules import RULES
from .statuses import DOCUMENT, ORDER, PACKAGE, order_status
from .wire import Wire

CAPABILITIES = StoreCapabilities(
    name="shopee",
    title="Shopee",
    countries=("ID", "MY", "PH", "SG", "TH", "TW", "VN", "BR", "MX"),
    abilities=frozenset({"oauth", "arrange", "confirm", "cancel", "decide", "listings", "stock", "callbacks"}),
    rules=RULES,
    detail_batch=50,
    page_size=100,
    max_window_days=15.0,
    rate=RateLimit(10.0, 20),
    cancel_reasons=(
        ("CUSTOMER_REQUEST", N_("The buyer asked for it")),
        ("OUT_OF_STOCK", N_("Out of stock")),
        ("UNDELIVERABLE_AREA", N_("The address cannot be delivered to")),
        ("COD_NOT_SUPPORTED", N_("Cash on delivery is not offered")),
    ),
    secret_fields=frozenset(
        {
            "partner_key",
            "push_key",
            "access_token",
            "refresh_token",
            "code",
            "sign",
            "name",
            "phone",
            "full_address",
            "buyer_username",
            "dropshipper",
            "dropshipper_phone",
        }
    ),
)

SPLIT_ORDER = "package_number_not_exist"  # asked without a package number for an order of several packages
LISTING_PAGE = 50  # the item list gives up to 100, the details take up to 50
AFTER_ARRANGING = frozenset({OrderStatus.READY, OrderStatus.SHIPPED, OrderStatus.COMPLETED})


class ShopeeConnector:
    """One shop. Keeps its credentials and transport and no other state; safe to use from several threads."""

    capabilities = CAPABILITIES

    def __init__(self, credentials: Credentials, transport: Transport, clock: Callable[[], float] = time.time) -> None:
        self.wire = Wire(credentials, transport, clock)

    def verify(self) -> PartnerIdentity:
        """The shop that the tokens open; ``key`` is its shop id."""
        return mapping.identity(self.wire.get("shop/get_shop_info"), self.wire.credentials["shop_id"])

    # --- orders

    def orders(self, window: TimeWindow, cursor: str | None) -> Page[OrderHead]:
        """Orders by update time. A window over 15 days is a ValueError: whoever asks splits it."""
        if window.until - window.since > timedelta(days=CAPABILITIES.max_window_days):
            raise ValueError("Shopee lists at most 15 days at once")
        params = [
            ("time_range_field", "update_time"),
            ("time_from", str(int(window.since.timestamp()))),
            ("time_to", str(int(window.until.timestamp()))),
            ("page_size", str(CAPABILITIES.page_size)),
            ("cursor", cursor or ""),
            ("response_optional_fields", "order_status"),
            ("request_order_status_pending", "true"),
        ]
        heads, following = mapping.order_heads(self.wire.get("order/get_order_list", params))
        return Page(heads, following)

    def order_details(self, ids: Sequence[str]) -> Sequence[StoreOrder]:
        """Up to 50 orders in full; those that Shopee does not know are left out."""
        return [mapping.store_order(row) for row in self._rows(ids)]

    def _rows(self, ids: Sequence[str]) -> list[JsonObject]:
        if len(ids) > CAPABILITIES.detail_batch:
            raise ValueError(f"at most {CAPABILITIES.detail_batch} orders at once")
        if not ids:
            return []
        params = [
            ("order_sn_list", ",".join(ids)),
            ("response_optional_fields", mapping.DETAIL_FIELDS),
            ("request_order_status_pending", "true"),
        ]
        try:
            subject = ids[0] if len(ids) == 1 else ""
            return list(mapping.order_rows(self.wire.get("order/get_order_detail", params, subject)))
        except Rejected as refusal:
            if bare(refusal.code) not in NOT_FOUND:
                raise
        if len(ids) == 1:
            return []
        half = len(ids) // 2  # one unknown order spoils the answer for all: search it by halves
        return self._rows(ids[:half]) + self._rows(ids[half:])

    def _row(self, external_id: str) -> JsonObject | None:
        rows = self._rows([external_id])
        return rows[0] if rows else None

    # --- tokens

    def authorize_url(self, redirect: str, state: str) -> str:
        """See :func:`oauth.authorize_url`."""
        return oauth.authorize_url(self.wire, redirect, state)

    def exchange(self, query: dict[str, str]) -> TokenSet:
        """See :func:`oauth.exchange`; the identity is the shop id, to be kept with the tokens as ``shop_id``."""
        return oauth.exchange(self.wire, query)

    def refresh(self) -> TokenSet:
        """See :func:`oauth.refresh`."""
        return oauth.refresh(self.wire)

    # --- shipping

    def shipping_options(self, external_id: str) -> Sequence[ShippingOption]:
        """Ways of handing over, those that need nothing more from a person first.

        :class:`AlreadyExists` when the shipment was arranged before: Shopee gives no options then.
        """
        try:
            return shipping.options(self._shipping_parameter(external_id))
        except Rejected as refusal:
            known = self._arranged_before(external_id, refusal)
            if known is None:
                raise
            raise known from refusal

    def _shipping_parameter(self, external_id: str) -> JsonObject:
        return self.wire.get("logistics/get_shipping_parameter", [("order_sn", external_id)], external_id)

    def arrange(self, external_id: str, option: ShippingOption) -> None:
        """Arrange the shipment. Shopee arranges an order once, so repeating the call is safe."""
        try:
            self._ship(external_id, option)
        except Rejected as refusal:
            known = self._arranged_before(external_id, refusal)
            if known is None:
                raise
            raise known from refusal

    def _arranged_before(self, external_id: str, refusal: Rejected) -> AlreadyExists | None:
        """Shopee words "arranged before" in several ways, so after a refusal the order itself is asked."""
        order = self._row(external_id)
        if order is None or not mapping.is_arranged(order):
            return None
        return AlreadyExists(refusal.code, refusal.message, exchange_id=refusal.exchange_id)

    def _ship(self, external_id: str, option: ShippingOption) -> None:
        self.wire.post(
            "logistics/ship_order", shipping.ship_request(external_id, option), Effect.REPEATABLE, external_id
        )

    def awb(self, external_id: str) -> AwbResult:
        """The AWB number; until the carrier gave one it is empty, with Shopee's hint."""
        package = ""
        try:
            answer = self._tracking(external_id, package)
        except Rejected as refusal:
            if bare(refusal.code) != SPLIT_ORDER:
                raise
            package = self._only_package(external_id, refusal)
            answer = self._tracking(external_id, package)
        except Retryable as later:
            if not any(word in later.message.lower() for word in BEING_ALLOCATED):
                raise
            return AwbResult("", hint=later.message)
        return AwbResult(text(answer, "tracking_number").strip(), package=package, hint=text(answer, "hint"))

    def _tracking(self, external_id: str, package: str) -> JsonObject:
        params = [("order_sn", external_id), *([("package_number", package)] if package else [])]
        return mapping.response(self.wire.get("logistics/get_tracking_number", params, external_id))

    def _only_package(self, external_id: str, refusal: Rejected) -> str:
        """The number of the order's package, as long as there is one only."""
        order = self._row(external_id) or {}
        numbers = [text(row, "package_number") for row in as_objects(order.get("package_list"), "package_list")]
        if len(numbers) == 1 and numbers[0]:
            return numbers[0]
        raise Rejected(
            "split_order", refusal.message or "the order goes in several packages", exchange_id=refusal.exchange_id
        ) from refusal

    def label(self, external_id: str, package: str, awb: str) -> LabelResult:
        """See :func:`labels.fetch_label`."""
        return labels.fetch_label(self.wire, external_id, package, awb)

    def confirm(self, external_id: str, tracking: str, courier: str) -> ConfirmResult:
        """Read back that the store shows our AWB number.

        Arranging was the confirmation for Shopee's own carriers. Only where the seller brings the carrier is the
        number sent, and read back afterwards.
        """
        order = self._row(external_id)
        if order is None:
            return ConfirmResult(False, "", detail="the store does not know the order")
        if (
            tracking
            and not mapping.is_arranged(order)
            and order_status(text(order, "order_status"))
            in (
                OrderStatus.PAID,
                OrderStatus.READY,
            )
        ):
            if "non_integrated" not in shipping.needed_inputs(self._shipping_parameter(external_id)):
                return ConfirmResult(False, text(order, "order_status"), detail="the shipment is not arranged")
            self._ship(external_id, ShippingOption("non_integrated", {"tracking_number": tracking}))
            order = self._row(external_id) or order
        raw = text(order, "order_status")
        shown = self.awb(external_id)
        confirmed = bool(shown.number) and shown.number == tracking and order_status(raw) in AFTER_ARRANGING
        return ConfirmResult(confirmed, raw, shown.number, "" if confirmed else shown.hint)

    # --- cancelling

    def cancel_order(self, external_id: str, reason: str) -> CancelOutcome:
        """Cancel as the seller, only before shipping. OUT_OF_STOCK must name the items, so the order is read first."""
        body: dict[str, object] = {"order_sn": external_id, "cancel_reason": reason}
        if reason == "OUT_OF_STOCK":
            rows = as_objects((self._row(external_id) or {}).get("item_list"), "item_list")
            body["item_list"] = [
                {"item_id": whole(row, "item_id"), "model_id": whole(row, "model_id", 0)} for row in rows
            ]
        self.wire.post("order/cancel_order", body, Effect.REPEATABLE, external_id)
        return CancelOutcome("accepted")

    def answer_cancellation(self, external_id: str, accept: bool, reason: str) -> None:
        """Answer the buyer's wish to cancel (R121). Shopee takes no reason."""
        body = {"order_sn": external_id, "operation": "ACCEPT" if accept else "REJECT"}
        self.wire.post("order/handle_buyer_cancellation", body, Effect.REPEATABLE, external_id)

    # --- products

    def listings(self, cursor: str | None) -> Page[StoreListing]:
        """Products for sale or delisted, one entry per variation; ``cursor`` is Shopee's offset."""
        params = [
            ("offset", cursor or "0"),
            ("page_size", str(LISTING_PAGE)),
            ("item_status", "NORMAL"),
            ("item_status", "UNLIST"),
        ]
        page = mapping.response(self.wire.get("product/get_item_list", params))
        ids = [text(row, "item_id") for row in as_objects(page.get("item"), "item")]
        found: list[StoreListing] = []
        for item in self._items(ids):
            found.extend(self._variations(item))
        return Page(found, str(whole(page, "next_offset")) if flag(page, "has_next_page") else None)

    def _items(self, ids: Sequence[str]) -> Sequence[JsonObject]:
        if not ids:
            return []
        document = self.wire.get("product/get_item_base_info", [("item_id_list", ",".join(ids))])
        return as_objects(mapping.response(document).get("item_list"), "item_list")

    def _variations(self, item: JsonObject) -> list[StoreListing]:
        if not flag(item, "has_model"):
            return [mapping.item_listing(item)]
        document = self.wire.get("product/get_model_list", [("item_id", text(item, "item_id"))])
        return mapping.model_listings(item, document)

    def set_stock(self, batch: Sequence[StockTarget]) -> Sequence[ItemResult]:
        """Set what the store may sell, in pieces; one call per item. Shopee refuses less than it has reserved."""
        results: list[ItemResult] = []
        for target in batch:
            try:
                self._set_one(target)
                results.append(ItemResult(target.key))
            except (Rejected, TooLate) as refusal:
                results.append(ItemResult(target.key, error=refusal))
        return results

    def _set_one(self, target: StockTarget) -> None:
        entry = {"model_id": int(target.model_id or 0), "seller_stock": [{"stock": target.quantity}]}
        body = {"item_id": int(target.item_id), "stock_list": [entry]}
        document = self.wire.post("product/update_stock", body, Effect.REPEATABLE, target.item_id)
        failures = as_objects(mapping.response(document).get("failure_list"), "failure_list")
        if failures:
            raise Rejected("stock_refused", text(failures[0], "failed_reason"), field="seller_stock")

    # --- push messages

    def subscribe(self, url: str) -> datetime | None:
        """Not by call: the address is entered in Shopee's console, once for the app."""
        raise Rejected("console_only", "enter the callback address in the Shopee Open Platform Console", field="url")

    def parse_callback(self, request: RawRequest) -> Sequence[PartnerEvent]:
        """See :func:`push.read_push`."""
        return push.read_push(request, self.wire.credentials)


PLUGIN = Plugin(
    kind="store",
    name="shopee",
    capabilities=CAPABILITIES,
    build=ShopeeConnector,
    form=FORM,
    status_tables={"order": ORDER, "package": PACKAGE, "document": DOCUMENT},
    settings_form=SETTINGS_FORM,
)
