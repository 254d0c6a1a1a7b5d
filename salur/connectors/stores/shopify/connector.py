"""The Shopify connector: each method asks one question of the GraphQL Admin API and reads the answer."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from datetime import datetime

from salur.connectors.base.capabilities import Plugin, RateLimit, StoreCapabilities
from salur.connectors.base.errors import AuthRejected, ContractBroken, Rejected, TooLate
from salur.connectors.base.listing import StockTarget, StoreListing
from salur.connectors.base.reading import JsonObject, as_object, flag, needed_text, text
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

from . import callbacks, mapping, oauth, queries, shipping, stock
from .errors import refuse_user_errors
from .form import FORM, SETTINGS_FORM
from .rules import RULES
from .statuses import FINANCIAL, FULFILLMENT, FULFILLMENT_ORDER, Goods
from .wire import Wire, gid

CAPABILITIES = StoreCapabilities(
    name="shopify",
    title="Shopify",
    countries=(),
    abilities=frozenset({"oauth", "confirm", "track", "cancel", "listings", "stock", "callbacks"}),
    rules=RULES,
    gives_label=False,
    detail_batch=queries.ORDERS_PAGE,
    page_size=queries.ORDERS_PAGE,
    max_window_days=60.0,  # without read_all_orders Shopify shows no older orders anyway
    rate=RateLimit(4.0, 20),
    confirms_lines=True,
    cancel_reasons=(
        ("INVENTORY", N_("Out of stock")),
        ("CUSTOMER", N_("The buyer asked for it")),
        ("DECLINED", N_("The payment was declined")),
        ("FRAUD", N_("Suspected fraud")),
        ("STAFF", N_("A mistake of ours")),
        ("OTHER", N_("Another reason")),
    ),
    stock_batch=queries.STOCK_PAGE,
    messages_by="call",
    secret_fields=frozenset(
        {
            *("client_secret", "access_token", "refresh_token", "code"),
            *("name", "company", "phone", "email", "address1", "address2", "note"),
        }
    ),
)


class ShopifyConnector:
    """One shop. Keeps its credentials and transport and no other state; safe to use from several threads."""

    capabilities = CAPABILITIES

    def __init__(self, credentials: Credentials, transport: Transport, clock: Callable[[], float] = time.time) -> None:
        self.wire = Wire(credentials, transport, clock)

    def verify(self) -> PartnerIdentity:
        """The shop that the token opens. AuthRejected when it is another shop or a right is missing."""
        data = self.wire.ask("shop", queries.SHOP, {}, Effect.READ)
        shop = mapping.identity(data)
        if shop.key != self.wire.domain:
            raise AuthRejected("other_shop", f"the token belongs to {shop.key}", field="shop_domain")
        missing = oauth.missing_scopes(mapping.scopes(data))
        if missing:
            raise AuthRejected("missing_scopes", f"the app was not given {', '.join(missing)}", field="scope")
        return shop

    # --- orders

    def orders(self, window: TimeWindow, cursor: str | None) -> Page[OrderHead]:
        """Orders by update time, in full: an order that changes meanwhile moves on and is met again there."""
        variables = {"first": queries.ORDERS_PAGE, "after": cursor, "query": mapping.changed_in(window)}
        rows, following = mapping.page_of(self.wire.ask("orders", queries.ORDERS, variables, Effect.READ), "orders")
        return Page([self._head(row) for row in rows], following)

    def _head(self, row: JsonObject) -> OrderHead:
        """An order that cannot be read stands without its content: it is told of by itself and spoils no other."""
        try:
            order = self._order(row)
        except ContractBroken:
            return OrderHead(needed_text(row, "legacyResourceId"))
        return OrderHead(order.external_id, order.version, order.raw_status, order)

    def order_details(self, ids: Sequence[str]) -> Sequence[StoreOrder]:
        """Orders in full; what Shopify does not know or what cannot be read is left out."""
        if len(ids) > CAPABILITIES.detail_batch:
            raise ValueError(f"at most {CAPABILITIES.detail_batch} orders at once")
        if not ids:
            return []
        variables = {"ids": [gid("Order", number) for number in ids]}
        subject = ids[0] if len(ids) == 1 else ""
        data = self.wire.ask("ordersById", queries.ORDERS_BY_ID, variables, Effect.READ, subject)
        heads = [self._head(row) for row in mapping.known_nodes(data)]
        return [head.order for head in heads if head.order is not None]

    def _order(self, row: JsonObject) -> StoreOrder:
        trusts = self.wire.credentials.get("trust_authorized") == "yes"
        return mapping.store_order(row, self._more_lines(row), trusts=trusts)

    def _more_lines(self, row: JsonObject) -> list[JsonObject]:
        """The lines after the first page of an order that has many."""
        _, cursor = mapping.page_of(row, "lineItems")
        found: list[JsonObject] = []
        number = text(row, "legacyResourceId")
        while cursor is not None:
            variables = {"id": gid("Order", number), "first": queries.MORE_LINES_PAGE, "after": cursor}
            data = self.wire.ask("order.lineItems", queries.ORDER_LINES, variables, Effect.READ, number)
            lines, cursor = mapping.following_page(as_object(data.get("order"), "order"), "lineItems", cursor)
            found.extend(lines)
        return found

    # --- tokens

    def authorize_url(self, redirect: str, state: str) -> str:
        """See :func:`oauth.authorize_url`."""
        return oauth.authorize_url(self.wire, redirect, state)

    def exchange(self, query: dict[str, str]) -> TokenSet:
        """See :func:`oauth.exchange`; the identity is the shop's address at Shopify."""
        return oauth.exchange(self.wire, query)

    def refresh(self) -> TokenSet:
        """See :func:`oauth.refresh`."""
        return oauth.refresh(self.wire)

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
        """Cancel the whole order. Shopify works on it in the background: pending until ``cancelledAt`` shows it."""
        notify = self.wire.credentials.get("notify_customer", "yes") == "yes"
        refund = self.wire.credentials.get("refund_on_cancel") == "yes"
        variables = {
            "id": gid("Order", external_id),
            "reason": reason,
            "restock": True,
            "refund": {"originalPaymentMethodsRefund": refund},
            "notify": notify,
        }
        data = self.wire.ask("orderCancel", queries.CANCEL, variables, Effect.REPEATABLE, external_id)
        payload = as_object(data.get("orderCancel"), "orderCancel")
        try:
            refuse_user_errors(payload, "orderCancelUserErrors")
        except Rejected as refusal:
            return self._after_refusal(external_id, refusal)
        cancelled, _ = self._cancelled(external_id)
        job = as_object(payload.get("job") or {}, "job")
        return CancelOutcome("accepted" if cancelled and flag(job, "done", True) else "pending")

    def _after_refusal(self, external_id: str, refusal: Rejected) -> CancelOutcome:
        """Shopify says INVALID both for what is cancelled and for what has left: the order itself tells which."""
        if refusal.code == "NOT_FOUND":
            raise refusal
        cancelled, goods = self._cancelled(external_id)
        if cancelled:
            return CancelOutcome("accepted")
        if FULFILLMENT.get(goods) in (Goods.SHIPPED, Goods.PARTLY):
            raise TooLate(refusal.code, refusal.message, refusal.field) from refusal
        raise refusal

    def _cancelled(self, external_id: str) -> tuple[bool, str]:
        variables = {"id": gid("Order", external_id)}
        data = self.wire.ask("order.cancelled", queries.CANCELLED, variables, Effect.READ, external_id)
        order = as_object(data.get("order") or {}, "order")
        return bool(text(order, "cancelledAt")), text(order, "displayFulfillmentStatus")

    # --- products

    def listings(self, cursor: str | None) -> Page[StoreListing]:
        """The shop's products, one entry for each variant."""
        variables = {"first": queries.VARIANTS_PAGE, "after": cursor}
        data = self.wire.ask("productVariants", queries.VARIANTS, variables, Effect.READ)
        rows, following = mapping.page_of(data, "productVariants")
        return Page([mapping.listing(row) for row in rows], following)

    def set_stock(self, batch: Sequence[StockTarget]) -> Sequence[ItemResult]:
        """See :func:`stock.set_stock`."""
        return stock.set_stock(self.wire, batch)

    # --- messages

    def subscribe(self, url: str) -> datetime | None:
        """See :func:`callbacks.subscribe`; subscriptions do not end."""
        callbacks.subscribe(self.wire, url)
        return None

    def parse_callback(self, request: RawRequest) -> Sequence[PartnerEvent]:
        """See :func:`callbacks.read_callback`."""
        return callbacks.read_callback(request, self.wire)


PLUGIN = Plugin(
    kind="store",
    name="shopify",
    capabilities=CAPABILITIES,
    build=ShopifyConnector,
    form=FORM,
    status_tables={"financial": FINANCIAL, "fulfillment": FULFILLMENT, "fulfillment_order": FULFILLMENT_ORDER},
    settings_form=SETTINGS_FORM,
)
