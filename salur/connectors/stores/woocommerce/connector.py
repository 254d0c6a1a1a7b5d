"""The WooCommerce connector: each method asks one question of the REST API and reads the answer."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from salur.connectors.base.capabilities import Plugin, RateLimit, StoreCapabilities
from salur.connectors.base.errors import ContractBroken
from salur.connectors.base.listing import StockTarget, StoreListing
from salur.connectors.base.made_keys import MadeKeys
from salur.connectors.base.reading import JsonObject, as_object, needed_text, text
from salur.connectors.base.texts import N_
from salur.connectors.base.transport import Transport
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
    StoreOrder,
    TimeWindow,
)

from . import callbacks, keys_page, mapping, products, shipping
from .form import FORM, KEYS_FORM, SETTINGS_FORM
from .rules import RULES
from .statuses import DRAFT, ORDER, SHIPPED
from .wire import Wire

CAPABILITIES = StoreCapabilities(
    name="woocommerce",
    title="WooCommerce",
    countries=(),
    abilities=frozenset({"makes_keys", "confirm", "track", "cancel", "listings", "stock", "callbacks"}),
    rules=RULES,
    gives_label=False,
    detail_batch=50,
    page_size=100,
    max_window_days=60.0,
    rate=RateLimit(5.0, 20),
    call_deadline=60.0,  # shared hosts are slow
    cancel_reasons=(
        ("out_of_stock", N_("Out of stock")),
        ("customer_request", N_("The buyer asked for it")),
        ("other", N_("Another reason")),
    ),
    stock_batch=50,
    messages_by="call",
    notes=(N_("For WordPress sites with WooCommerce 3.5 or newer and permalinks other than plain."),),
    secret_fields=frozenset(
        {
            *("consumer_key", "consumer_secret", "oauth_consumer_key", "oauth_signature", "secret"),
            *("first_name", "last_name", "company", "address_1", "address_2", "phone", "email"),
            *("customer_note", "customer_ip_address", "order_key"),
        }
    ),
)


class WooCommerceConnector:
    """One site. Keeps its credentials and transport and no other state; safe to use from several threads."""

    capabilities = CAPABILITIES

    def __init__(self, credentials: Credentials, transport: Transport, clock: Callable[[], float] = time.time) -> None:
        self.wire = Wire(credentials, transport, clock)

    def verify(self) -> PartnerIdentity:
        """The site that the keys open: orders can be read. The site's address is what one merchant may claim (R12)."""
        mapping.as_list(self.wire.get("/orders", (("per_page", "1"),)).document, "orders")
        site = as_object(self.wire.index().document, "index")
        country = products.setting(self.wire, "general/woocommerce_default_country")
        return PartnerIdentity(
            key=self.wire.site,
            name=text(site, "name"),
            country=country.partition(":")[0].upper(),
            currency=products.setting(self.wire, "general/woocommerce_currency").upper(),
            details={"time_zone": text(site, "timezone_string")},
        )

    # --- keys by the site's own page

    def keys_page(self, redirect: str, callback: str, handle: str) -> str:
        """See :func:`keys_page.address`."""
        return keys_page.address(self.wire.base_url, redirect, callback, handle)

    def read_keys(self, body: bytes) -> MadeKeys:
        """See :func:`keys_page.read_keys`."""
        return keys_page.read_keys(body)

    def was_granted(self, query: Mapping[str, str]) -> bool:
        """``success`` is 1 where the user approved."""
        return query.get("success") == "1"

    # --- orders

    def orders(self, window: TimeWindow, cursor: str | None) -> Page[OrderHead]:
        """Orders by the time they were last modified, in full.

        Pages go by number, and an order that changes meanwhile leaves the window, so that all behind it move up by
        one. The pages are therefore read from the last to the first: what moves up is met twice, never missed. The
        first page is read twice, for the number of pages and in its turn.
        """
        page = int(cursor) if cursor and cursor.isdigit() else 1
        params = (
            ("status", "any"),
            *mapping.changed_in(window),
            ("orderby", "id"),
            ("order", "asc"),
            ("per_page", str(CAPABILITIES.page_size)),
            ("page", str(page)),
        )
        reply = self.wire.get("/orders", params)
        rows = mapping.as_list(reply.document, "orders")
        if cursor is None and not reply.pages and len(rows) >= CAPABILITIES.page_size:
            raise ContractBroken("missing", "the answer does not say how many pages there are", field="X-WP-TotalPages")
        following = reply.pages if cursor is None else page - 1
        heads = [self._head(row) for row in rows if text(row, "status") != DRAFT]
        last = following < 1 or (cursor is None and following == 1)
        return Page(heads, None if last else str(following))

    def _head(self, row: JsonObject) -> OrderHead:
        """An order that cannot be read stands without its content: it is told of by itself and spoils no other."""
        number, raw = needed_text(row, "id"), text(row, "status")
        try:
            order = self._order(row)
        except ContractBroken:
            return OrderHead(number, raw_status=raw)
        return OrderHead(number, order.version, raw, order)

    def order_details(self, ids: Sequence[str]) -> Sequence[StoreOrder]:
        """Orders in full, those in the trash as well; what is not known or cannot be read is left out."""
        if len(ids) > CAPABILITIES.detail_batch:
            raise ValueError(f"at most {CAPABILITIES.detail_batch} orders at once")
        numbers = [number for number in ids if number.isascii() and number.isdigit()]
        if not numbers:
            return []
        params = (("status", "any"), ("include", ",".join(numbers)), ("per_page", str(CAPABILITIES.page_size)))
        rows = {needed_text(row, "id"): row for row in self._list(params)}
        for number in numbers:  # the list leaves out the trash
            if number not in rows and (row := shipping.find(self.wire, number)) is not None:
                rows[number] = row
        heads = (self._head(row) for number, row in rows.items() if number in numbers and not _draft(row))
        return [head.order for head in heads if head.order is not None]

    def _list(self, params: tuple[tuple[str, str], ...]) -> Sequence[JsonObject]:
        return mapping.as_list(self.wire.get("/orders", params).document, "orders")

    def _order(self, row: JsonObject) -> StoreOrder:
        return mapping.store_order(row, self.wire.credentials.get("shipped_status") or SHIPPED)

    # --- shipping and cancelling

    def confirm(self, external_id: str, tracking: str, courier: str) -> ConfirmResult:
        """See :func:`shipping.confirm`."""
        return shipping.confirm(self.wire, external_id, tracking, courier)

    def track(self, external_id: str, tracking: str, courier: str) -> ConfirmResult:
        """See :func:`shipping.track`."""
        return shipping.track(self.wire, external_id, tracking, courier)

    def cancel_order(self, external_id: str, reason: str) -> CancelOutcome:
        """See :func:`shipping.cancel`."""
        return shipping.cancel(self.wire, external_id, reason)

    # --- products

    def listings(self, cursor: str | None) -> Page[StoreListing]:
        """See :func:`products.listings`."""
        return products.listings(self.wire, cursor)

    def set_stock(self, batch: Sequence[StockTarget]) -> Sequence[ItemResult]:
        """See :func:`products.set_stock`."""
        return products.set_stock(self.wire, batch)

    # --- messages

    def subscribe(self, url: str) -> datetime | None:
        """See :func:`callbacks.subscribe`; webhooks do not end."""
        callbacks.subscribe(self.wire, url)
        return None

    def parse_callback(self, request: RawRequest) -> Sequence[PartnerEvent]:
        """See :func:`callbacks.read_callback`."""
        return callbacks.read_callback(request, self.wire)


def _draft(row: JsonObject) -> bool:
    """A checkout that nobody has finished is no order yet."""
    return text(row, "status") == DRAFT


PLUGIN = Plugin(
    kind="store",
    name="woocommerce",
    capabilities=CAPABILITIES,
    build=WooCommerceConnector,
    form=FORM,
    status_tables={"order": ORDER},
    settings_form=SETTINGS_FORM,
    keys_form=KEYS_FORM,
)
