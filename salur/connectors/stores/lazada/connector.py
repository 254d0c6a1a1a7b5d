"""The Lazada connector: each method builds a request, sends it and reads the answer."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from datetime import datetime

from salur.connectors.base.capabilities import Plugin, RateLimit, StoreCapabilities
from salur.connectors.base.errors import Rejected
from salur.connectors.base.listing import StockTarget, StoreListing
from salur.connectors.base.reading import JsonObject, text
from salur.connectors.base.transport import Transport
from salur.connectors.base.types import (
    AwbResult,
    CancelOutcome,
    ConfirmResult,
    Credentials,
    ItemResult,
    LabelResult,
    OrderHead,
    Page,
    PartnerEvent,
    PartnerIdentity,
    RawRequest,
    ShippingOption,
    StoreOrder,
    TimeWindow,
    TokenSet,
)

from . import cancelling, labels, mapping, oauth, orders, packing, products, push
from .form import FORM, SETTINGS_FORM
from .rules import RULES
from .statuses import ITEM, REVERSE, TO_HAND_OVER, TO_PACK
from .wire import Wire

CAPABILITIES = StoreCapabilities(
    name="lazada",
    title="Lazada",
    countries=("ID", "MY", "PH", "SG", "TH", "VN"),
    abilities=frozenset({"oauth", "arrange", "confirm", "cancel", "decide", "listings", "stock", "callbacks"}),
    rules=RULES,
    detail_batch=20,
    page_size=orders.PAGE,
    max_window_days=30.0,
    rate=RateLimit(10.0, 20),
    cancel_reasons=cancelling.CANCEL_REASONS,
    stock_batch=products.TARGETS,
    messages_by="console",
    token_margin_seconds=86_400,
    secret_fields=frozenset(
        {
            "app_secret",
            "access_token",
            "refresh_token",
            "code",
            "sign",
            "account",
            "first_name",
            "last_name",
            "customer_first_name",
            "customer_last_name",
            "phone",
            "phone2",
            "address1",
            "address2",
            "identify_no",
            "passport_no",
            "detail_address",
            "national_registration_number",
        }
    ),
)


class LazadaConnector:
    """One seller in one country. Keeps its credentials and transport and no other state."""

    capabilities = CAPABILITIES

    def __init__(self, credentials: Credentials, transport: Transport, clock: Callable[[], float] = time.time) -> None:
        self.wire = Wire(credentials, transport, clock)

    def verify(self) -> PartnerIdentity:
        """The store that the tokens open; ``key`` is its country and seller id."""
        return mapping.identity(self.wire.get("/seller/get"), self.wire.venture)

    # --- orders

    def orders(self, window: TimeWindow, cursor: str | None) -> Page[OrderHead]:
        """Orders by update time, in full. See :class:`orders.Place` for what the cursor holds and why."""
        return orders.page(self.wire, window, cursor)

    def order_details(self, ids: Sequence[str]) -> Sequence[StoreOrder]:
        """Up to 20 orders in full; those that Lazada does not know or sends itself are left out."""
        if len(ids) > CAPABILITIES.detail_batch:
            raise ValueError(f"at most {CAPABILITIES.detail_batch} orders at once")
        return orders.details(self.wire, ids)

    # --- tokens

    def authorize_url(self, redirect: str, state: str) -> str:
        """See :func:`oauth.authorize_url`."""
        return oauth.authorize_url(self.wire, redirect, state)

    def exchange(self, query: dict[str, str]) -> TokenSet:
        """See :func:`oauth.exchange`; the identity is the seller id, the country is kept as ``venture``."""
        return oauth.exchange(self.wire, query)

    def refresh(self) -> TokenSet:
        """See :func:`oauth.refresh`."""
        return oauth.refresh(self.wire)

    # --- shipping

    def shipping_options(self, external_id: str) -> Sequence[ShippingOption]:
        """See :func:`packing.options`."""
        return packing.options(self.wire, external_id)

    def arrange(self, external_id: str, option: ShippingOption) -> None:
        """See :func:`packing.arrange`."""
        packing.arrange(self.wire, external_id, option)

    def awb(self, external_id: str) -> AwbResult:
        """See :func:`packing.number_of`."""
        return packing.number_of(self.wire, external_id)

    def label(self, external_id: str, package: str, awb: str) -> LabelResult:
        """See :func:`labels.fetch_label`."""
        return labels.fetch_label(self.wire, external_id, package)

    def confirm(self, external_id: str, tracking: str, courier: str) -> ConfirmResult:
        """Read back that the store shows our AWB number and that the parcel may be collected.

        Arranging was the confirmation; only a package that was packed by hand and not offered yet is offered now.
        """
        items = orders.items(self.wire, external_id)
        if any(text(item, "status") in TO_HAND_OVER for item in items) and _shows(items, tracking):
            packing.hand_over(self.wire, external_id, items)
            items = orders.items(self.wire, external_id)
        if not items:
            return ConfirmResult(False, "", detail="the store does not know the order")
        _, words = mapping.status_of({}, items)
        living = [item for item in items if not mapping.is_cancelled(item)]
        shown = next((number for item in living if (number := text(item, "tracking_code"))), "")
        waiting = {text(item, "status") for item in living} & (TO_PACK | TO_HAND_OVER | {"unpaid"})
        confirmed = bool(living) and not waiting and _shows(living, tracking)
        detail = "" if confirmed else f"the store shows {words}" + (f", AWB {shown}" if shown else "")
        return ConfirmResult(confirmed, words, shown, detail)

    # --- cancelling

    def cancel_order(self, external_id: str, reason: str) -> CancelOutcome:
        """See :func:`cancelling.cancel`."""
        return cancelling.cancel(self.wire, external_id, reason)

    def answer_cancellation(self, external_id: str, accept: bool, reason: str) -> None:
        """See :func:`cancelling.decide`."""
        cancelling.decide(self.wire, external_id, accept)

    # --- products

    def listings(self, cursor: str | None) -> Page[StoreListing]:
        """See :func:`products.page`."""
        return products.page(self.wire, cursor)

    def set_stock(self, batch: Sequence[StockTarget]) -> Sequence[ItemResult]:
        """See :func:`products.set_stock`."""
        return products.set_stock(self.wire, batch) if batch else []

    # --- push messages

    def subscribe(self, url: str) -> datetime | None:
        """Not by call: the address is entered in Lazada's console, once for the app."""
        raise Rejected("console_only", "enter the callback address in the Lazada Open Platform console", field="url")

    def parse_callback(self, request: RawRequest) -> Sequence[PartnerEvent]:
        """See :func:`push.read_push`."""
        return push.read_push(request, self.wire.credentials)


def _shows(items: Sequence[JsonObject], tracking: str) -> bool:
    """Whether each living piece goes under this AWB number."""
    numbers = {text(item, "tracking_code").strip() for item in items if not mapping.is_cancelled(item)}
    return bool(tracking) and numbers == {tracking}


PLUGIN = Plugin(
    kind="store",
    name="lazada",
    capabilities=CAPABILITIES,
    build=LazadaConnector,
    form=FORM,
    status_tables={"order": ITEM, "reverse": REVERSE},
    settings_form=SETTINGS_FORM,
)
