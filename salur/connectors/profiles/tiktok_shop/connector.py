"""The TikTok Shop connector of a channel: each method builds a request, sends it and reads the answer."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from datetime import datetime

from salur.connectors.base.capabilities import RateLimit, StoreCapabilities
from salur.connectors.base.errors import AuthRejected
from salur.connectors.base.listing import StockTarget, StoreListing
from salur.connectors.base.reading import text
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

from . import cancelling, labels, mapping, oauth, orders, products, push, shipping
from .profile import Profile
from .rules import RULES
from .wire import Wire

SECRETS = frozenset(
    {
        "app_secret",
        "access_token",
        "refresh_token",
        "auth_code",
        "shop_cipher",
        "cipher",
        "sign",
        "name",
        "first_name",
        "last_name",
        "phone_number",
        "full_address",
        "address_detail",
        "address_line1",
        "address_line2",
        "address_line3",
        "address_line4",
        "buyer_email",
        "cpf",
    }
)


def capabilities(name: str, title: str, countries: tuple[str, ...], notes: tuple[str, ...]) -> StoreCapabilities:
    """What a channel of TikTok Shop can do."""
    return StoreCapabilities(
        name=name,
        title=title,
        countries=countries,
        abilities=frozenset({"oauth", "arrange", "confirm", "cancel", "decide", "listings", "stock", "callbacks"}),
        rules=RULES,
        detail_batch=orders.DETAILS,
        page_size=orders.PAGE,
        max_window_days=30.0,
        rate=RateLimit(20.0, 40),  # of the 50 for each call, so that people and other programs keep some
        cancel_reasons=cancelling.CANCEL_REASONS,
        stock_batch=products.TARGETS,
        return_by="console",
        messages_by="call",
        notes=notes,
        token_margin_seconds=86_400,
        secret_fields=SECRETS,
    )


class TikTokShopConnector:
    """One channel of one shop. Keeps its credentials and transport and no other state."""

    capabilities: StoreCapabilities
    profile = Profile()

    def __init__(self, credentials: Credentials, transport: Transport, clock: Callable[[], float] = time.time) -> None:
        self.wire = Wire(credentials, transport, clock)

    def verify(self) -> PartnerIdentity:
        """The shop that the tokens open; ``key`` is its id."""
        wanted = self.wire.credentials["shop_id"]
        for shop in oauth.shops(self.wire):
            if text(shop, "id") == wanted:
                return mapping.identity(shop)
        raise AuthRejected("shop_not_opened", "the permission does not cover this shop any more")

    # --- orders

    def orders(self, window: TimeWindow, cursor: str | None) -> Page[OrderHead]:
        """See :func:`orders.page`."""
        return orders.page(self.wire, self.profile, window, cursor)

    def order_details(self, ids: Sequence[str]) -> Sequence[StoreOrder]:
        """Up to 50 orders in full; unknown ones, and those of the shop's other channel, are left out."""
        if len(ids) > orders.DETAILS:
            raise ValueError(f"at most {orders.DETAILS} orders at once")
        return orders.details(self.wire, self.profile, ids)

    # --- tokens

    def authorize_url(self, redirect: str, state: str) -> str:
        """See :func:`oauth.authorize_url`; ``redirect`` must be the address that Partner Center knows."""
        return oauth.authorize_url(self.wire, state)

    def exchange(self, query: dict[str, str]) -> TokenSet:
        """See :func:`oauth.exchange`; the identity is the shop id, its cipher is kept as ``shop_cipher``."""
        return oauth.exchange(self.wire, query)

    def refresh(self) -> TokenSet:
        """See :func:`oauth.refresh`."""
        return oauth.refresh(self.wire)

    # --- shipping

    def shipping_options(self, external_id: str) -> Sequence[ShippingOption]:
        """See :func:`shipping.options`."""
        return shipping.options(self.wire, self.profile, external_id)

    def arrange(self, external_id: str, option: ShippingOption) -> None:
        """See :func:`shipping.arrange`."""
        shipping.arrange(self.wire, self.profile, external_id, option)

    def awb(self, external_id: str) -> AwbResult:
        """See :func:`shipping.number_of`."""
        return shipping.number_of(self.wire, self.profile, external_id)

    def label(self, external_id: str, package: str, awb: str) -> LabelResult:
        """See :func:`labels.fetch_label`."""
        return labels.fetch_label(self.wire, self.profile, external_id, package)

    def confirm(self, external_id: str, tracking: str, courier: str) -> ConfirmResult:
        """See :func:`shipping.confirm`."""
        return shipping.confirm(self.wire, self.profile, external_id, tracking, courier)

    # --- cancelling

    def cancel_order(self, external_id: str, reason: str) -> CancelOutcome:
        """See :func:`cancelling.cancel`."""
        return cancelling.cancel(self.wire, self.profile, external_id, reason)

    def answer_cancellation(self, external_id: str, accept: bool, reason: str) -> None:
        """See :func:`cancelling.decide`."""
        cancelling.decide(self.wire, self.profile, external_id, accept, reason)

    # --- products

    def listings(self, cursor: str | None) -> Page[StoreListing]:
        """See :func:`products.page`."""
        return products.page(self.wire, self.profile, cursor)

    def set_stock(self, batch: Sequence[StockTarget]) -> Sequence[ItemResult]:
        """See :func:`products.set_stock`."""
        return products.set_stock(self.wire, batch) if batch else []

    # --- webhooks

    def subscribe(self, url: str) -> datetime | None:
        """See :func:`push.subscribe`; a subscription does not end."""
        push.subscribe(self.wire, url)
        return None

    def parse_callback(self, request: RawRequest) -> Sequence[PartnerEvent]:
        """See :func:`push.read_push`."""
        return push.read_push(request, self.wire.credentials)
