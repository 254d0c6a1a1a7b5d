"""The ShopBase connector: each method builds a request, sends it and reads the answer."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from urllib.parse import quote, urlencode

from salur.connectors.base.capabilities import Plugin, RateLimit, StoreCapabilities
from salur.connectors.base.errors import AuthRejected, Rejected, TooLate
from salur.connectors.base.listing import StockTarget, StoreListing
from salur.connectors.base.reading import JsonObject, as_objects, needed_text, text, whole
from salur.connectors.base.texts import N_
from salur.connectors.base.transport import Effect, Transport
from salur.connectors.base.types import (
    CancelOutcome,
    ConfirmResult,
    Credentials,
    ItemResult,
    OrderHead,
    Page,
    PartnerEvent,
    PartnerIdentity,
    RawRequest,
    ShippedLine,
    StoreOrder,
    TimeWindow,
    TokenSet,
)

from . import mapping, shipping
from .errors import NotFound
from .form import FORM, SETTINGS_FORM
from .messages import TOPICS, read_message
from .rules import RULES
from .statuses import FINANCIAL, FULFILLMENT, Goods
from .wire import Wire

SCOPE = "read_orders,write_orders,read_products,write_products,read_fulfillments,write_fulfillments"
TOKEN_YEARS = 20  # a token has no end (assumed): this only says that nobody need renew it
PRODUCT_PAGE = 250

CAPABILITIES = StoreCapabilities(
    name="shopbase",
    title="ShopBase",
    countries=(),
    abilities=frozenset({"oauth", "confirm", "track", "cancel", "listings", "stock", "callbacks"}),
    rules=RULES,
    gives_label=False,
    detail_batch=1,
    page_size=250,
    max_window_days=90.0,
    poll_seconds=600,  # messages bring orders at once; this is the net beneath
    rate=RateLimit(2.0, 30),
    confirms_lines=True,
    cancel_reasons=(
        ("customer", N_("The buyer asked for it")),
        ("inventory", N_("Out of stock")),
        ("declined", N_("The payment was declined")),
        ("fraud", N_("Suspected fraud")),
        ("other", N_("Another reason")),
    ),
    stock_batch=1,
    messages_by="call",
    notes=(
        N_(
            "ShopBase documents little of its API; most of this connection rests on its likeness to Shopify's older "
            "one and has not been tried at ShopBase. Try it with a test store first."
        ),
    ),
    secret_fields=frozenset(
        {
            *("client_secret", "access_token", "code", "X-ShopBase-Access-Token", "email", "phone"),
            *("first_name", "last_name", "name", "address1", "address2", "shipping_address", "billing_address"),
        }
    ),
)


class ShopBaseConnector:
    """One store. Keeps its credentials and transport and no other state; safe to use from several threads."""

    capabilities = CAPABILITIES

    def __init__(self, credentials: Credentials, transport: Transport, clock: Callable[[], float] = time.time) -> None:
        self.credentials = credentials
        self.clock = clock
        self.wire = Wire(credentials, transport)

    # --- login

    def authorize_url(self, redirect: str, state: str) -> str:
        """The store's own page where its owner agrees."""
        known = self.credentials
        query = {"client_id": known["client_id"], "redirect_uri": redirect, "state": state, "scope": SCOPE}
        return f"{self.wire.base_url}/oauth/authorize?{urlencode(query)}"

    def exchange(self, query: dict[str, str]) -> TokenSet:
        """The redirect's code for a token. The code works once: a lost answer means logging in again."""
        shop, code = query.get("shop", "").strip().lower(), query.get("code", "")
        if shop and shop != self.wire.domain:
            raise Rejected("other_store", f"the login was at {shop}, not at {self.wire.domain}", field="store")
        if not code:
            raise Rejected("no_code", "the redirect carries no code", field="code")
        body = {
            "client_id": self.credentials["client_id"],
            "client_secret": self.credentials["client_secret"],
            "code": code,
        }
        path = "/oauth/access_token"
        try:
            document = self.wire.call("POST", "oauth.access_token", path, body, Effect.CREATE, with_token=False)
        except Rejected as refusal:
            raise AuthRejected(refusal.code, refusal.message, exchange_id=refusal.exchange_id) from refusal
        ends = datetime.fromtimestamp(self.clock(), UTC) + timedelta(days=365 * TOKEN_YEARS)
        return TokenSet(needed_text(document, "access_token"), "", ends, identity=self.wire.domain)

    def refresh(self) -> TokenSet:
        """There is nothing to renew: a token that is refused has been revoked, so the owner logs in again."""
        raise AuthRejected("no_refresh", "ShopBase's tokens do not end; log in again", field="access_token")

    def verify(self) -> PartnerIdentity:
        """The store that the token opens; ``key`` is its address."""
        document = self.wire.get("shop", "/shop.json")
        there = mapping.domain_of(document)
        if there and there != self.wire.domain:
            raise AuthRejected("other_store", f"the token opens {there}, not {self.wire.domain}", field="store")
        return mapping.identity(document, self.wire.domain)

    # --- orders

    def _order(self, row: JsonObject) -> StoreOrder:
        return mapping.store_order(row, self.credentials.get("ship_authorized") == "yes")

    def orders(self, window: TimeWindow, cursor: str | None) -> Page[OrderHead]:
        """Orders changed in the window, in full, by rising id; ``cursor`` is the last id seen.

        By id and not by page, because an order that changes while it is read would push another off its page.
        """
        since = int(cursor or "0")
        params = [
            ("status", "any"),
            ("limit", str(CAPABILITIES.page_size)),
            ("since_id", str(since)),
            ("updated_at_min", mapping.written(window.since)),
            ("updated_at_max", mapping.written(window.until)),
        ]
        rows = as_objects(self.wire.get("orders", "/orders.json", params).get("orders"), "orders")
        heads = [_head(self._order(row)) for row in rows]
        more = len(rows) >= CAPABILITIES.page_size
        return Page(heads, str(mapping.highest_id(rows, since)) if more else None)

    def order_details(self, ids: Sequence[str]) -> Sequence[StoreOrder]:
        """Orders in full, one call each; those that ShopBase does not know are left out."""
        rows = [self._row(external_id) for external_id in ids]
        return [self._order(row) for row in rows if row is not None]

    def _row(self, external_id: str) -> JsonObject | None:
        return shipping.find(self.wire, external_id)

    # --- shipping and cancelling

    def confirm(
        self, external_id: str, tracking: str, courier: str, lines: Sequence[ShippedLine] = ()
    ) -> ConfirmResult:
        """See :func:`shipping.confirm`."""
        return shipping.confirm(self.wire, external_id, tracking, courier, lines)

    def track(self, external_id: str, tracking: str, courier: str) -> ConfirmResult:
        """See :func:`shipping.track`."""
        return shipping.track(self.wire, external_id, tracking, courier)

    def cancel_order(self, external_id: str, reason: str) -> CancelOutcome:
        """Cancel the whole order, before anything of it is sent. Refunding stays with the merchant."""
        path = f"/orders/{quote(external_id, safe='')}/cancel.json"
        try:
            self.wire.call("POST", "order.cancel", path, {"reason": reason}, Effect.REPEATABLE, external_id)
        except NotFound:
            raise
        except Rejected as refusal:
            row = self._row(external_id) or {}
            if text(row, "cancelled_at"):
                return CancelOutcome("accepted")
            if FULFILLMENT.get(mapping.goods_word(row)) in (Goods.PARTLY, Goods.SHIPPED):
                raise TooLate(refusal.code, refusal.message, exchange_id=refusal.exchange_id) from refusal
            raise
        return CancelOutcome("accepted")

    # --- products

    def listings(self, cursor: str | None) -> Page[StoreListing]:
        """Products, one entry per variant, by rising id; ``cursor`` is the last id seen."""
        since = int(cursor or "0")
        params = [("limit", str(PRODUCT_PAGE)), ("since_id", str(since))]
        rows = as_objects(self.wire.get("products", "/products.json", params).get("products"), "products")
        found = [variant for row in rows for variant in mapping.listings(row)]
        return Page(found, str(mapping.highest_id(rows, since)) if len(rows) >= PRODUCT_PAGE else None)

    def set_stock(self, batch: Sequence[StockTarget]) -> Sequence[ItemResult]:
        """Set what may be sold, absolute, one call for each variant."""
        results: list[ItemResult] = []
        for target in batch:
            variant = {"id": whole({"id": target.model_id}, "id"), "inventory_quantity": target.quantity}
            path = f"/variants/{quote(target.model_id, safe='')}.json"
            try:
                self.wire.call("PUT", "variant", path, {"variant": variant}, Effect.REPEATABLE, target.sku)
                results.append(ItemResult(target.key))
            except Rejected as refusal:
                results.append(ItemResult(target.key, error=refusal))
        return results

    # --- messages

    def subscribe(self, url: str) -> datetime | None:
        """Ask for messages to ``url``, one subscription for each topic; they do not end. Repeating makes no second.

        ShopBase takes public https addresses only; what it refuses is Rejected in its words.
        """
        rows = as_objects(self.wire.get("webhooks", "/webhooks.json").get("webhooks"), "webhooks")
        known = {text(row, "topic") for row in rows if text(row, "address") == url}
        for topic in TOPICS:
            if topic not in known:
                body = {"webhook": {"topic": topic, "address": url, "format": "json"}}
                self.wire.call("POST", "webhooks.create", "/webhooks.json", body, Effect.REPEATABLE, topic)
        return None

    def parse_callback(self, request: RawRequest) -> Sequence[PartnerEvent]:
        """See :func:`messages.read_message`."""
        return read_message(request, self.wire)


def _head(order: StoreOrder) -> OrderHead:
    return OrderHead(order.external_id, order.version, order.raw_status, order)


PLUGIN = Plugin(
    kind="store",
    name="shopbase",
    capabilities=CAPABILITIES,
    build=ShopBaseConnector,
    form=FORM,
    status_tables={"financial": FINANCIAL, "fulfillment": FULFILLMENT},
    settings_form=SETTINGS_FORM,
)
