"""Store connectors that are broken on purpose, each in one way that orders would pay for."""

from __future__ import annotations

import json
import secrets
from collections.abc import Sequence
from dataclasses import replace
from urllib.parse import quote

from salur.connectors.base.capabilities import Plugin
from salur.connectors.base.errors import ContractBroken, PartnerError, Rejected, TooLate
from salur.connectors.base.listing import StockTarget, StoreListing
from salur.connectors.base.transport import Effect
from salur.connectors.base.types import (
    CancelOutcome,
    ConfirmResult,
    Document,
    ItemResult,
    LabelResult,
    OrderStatus,
    Page,
    PartnerEvent,
    RawRequest,
    ShippedLine,
    StoreOrder,
)
from salur.connectors.stores.etsy.connector import PLUGIN as ETSY
from salur.connectors.stores.etsy.connector import EtsyConnector
from salur.connectors.stores.lazada.connector import PLUGIN as LAZADA
from salur.connectors.stores.lazada.connector import LazadaConnector
from salur.connectors.stores.shopbase.connector import PLUGIN as SHOPBASE
from salur.connectors.stores.shopbase.connector import ShopBaseConnector
from salur.connectors.stores.shopee.connector import PLUGIN as SHOPEE
from salur.connectors.stores.shopee.connector import ShopeeConnector
from salur.connectors.stores.shopify.connector import PLUGIN as SHOPIFY
from salur.connectors.stores.shopify.connector import ShopifyConnector
from salur.connectors.stores.tiktok.connector import PLUGIN as TIKTOK
from salur.connectors.stores.tiktok.connector import TikTokConnector
from salur.connectors.stores.woocommerce.connector import PLUGIN as WOOCOMMERCE
from salur.connectors.stores.woocommerce.connector import WooCommerceConnector

from .broken import Break


class ConfirmsByHope(ShopBaseConnector):
    """Told is as good as shown."""

    def confirm(
        self, external_id: str, tracking: str, courier: str, lines: Sequence[ShippedLine] = ()
    ) -> ConfirmResult:
        path = f"/orders/{quote(external_id, safe='')}/fulfillments.json"
        body = {"fulfillment": {"tracking_number": tracking, "tracking_company": courier, "notify_customer": True}}
        self.wire.call("POST", "order.fulfillments", path, body, Effect.CREATE, external_id)
        return ConfirmResult(True, "fulfilled", tracking)


class AlwaysConfirmed(WooCommerceConnector):
    """Asked, so it is done."""

    def confirm(self, external_id: str, tracking: str, courier: str) -> ConfirmResult:
        try:
            return replace(super().confirm(external_id, tracking, courier), confirmed=True)
        except Rejected:
            return ConfirmResult(True, "completed", tracking)


class SetsTheFirst(ShopifyConnector):
    """One call, one listing; the others will be the same."""

    def set_stock(self, batch: Sequence[StockTarget]) -> Sequence[ItemResult]:
        results = list(super().set_stock(batch[:1])) if batch else []
        return [*results, *(ItemResult(target.key) for target in batch[1:])]


class TakesForgedMessages(LazadaConnector):
    """It reads like one of Lazada's."""

    def parse_callback(self, request: RawRequest) -> Sequence[PartnerEvent]:
        try:
            return super().parse_callback(request)
        except PartnerError:
            try:
                data = json.loads(request.body)["data"]
                return [PartnerEvent("order", secrets.token_hex(8), str(data["trade_order_id"]))]
            except (ValueError, KeyError, TypeError, RecursionError):
                pass
            raise


class HearsOtherShops(LazadaConnector):
    """The application's key is right, so the message is for us."""

    def parse_callback(self, request: RawRequest) -> Sequence[PartnerEvent]:
        found = super().parse_callback(request)
        if found:
            return found
        theirs = self.wire.credentials.replaced(shop_id=str(json.loads(request.body)["seller_id"]))
        return LazadaConnector(theirs, self.wire.transport).parse_callback(request)


class NumbersItself(EtsyConnector):
    """A number of its own for each message that comes in."""

    def parse_callback(self, request: RawRequest) -> Sequence[PartnerEvent]:
        return [replace(one, delivery_id=secrets.token_hex(8)) for one in super().parse_callback(request)]


class TakesUnknownForPaid(ShopeeConnector):
    """A new word of the store: surely it wants to be sent."""

    def order_details(self, ids: Sequence[str]) -> Sequence[StoreOrder]:
        return [
            replace(one, status=OrderStatus.PAID) if one.status is OrderStatus.UNKNOWN else one
            for one in super().order_details(ids)
        ]


class PrintsNothing(ShopeeConnector):
    """No label yet: an empty sheet will do."""

    def label(self, external_id: str, package: str, awb: str) -> LabelResult:
        found = super().label(external_id, package, awb)
        return LabelResult(document=Document("label.pdf", "application/pdf", b"")) if found.pending else found


class ReadsOnePage(WooCommerceConnector):
    """Who has more than a page of products?"""

    def listings(self, cursor: str | None) -> Page[StoreListing]:
        return Page(super().listings(cursor).items)


class CancelsAnyway(ShopBaseConnector):
    """Too late is as good as cancelled."""

    def cancel_order(self, external_id: str, reason: str) -> CancelOutcome:
        try:
            return super().cancel_order(external_id, reason)
        except TooLate:
            return CancelOutcome("accepted")


class AlwaysGrants(TikTokConnector):
    """The buyer is always right."""

    def answer_cancellation(self, external_id: str, accept: bool, reason: str) -> None:
        super().answer_cancellation(external_id, True, reason)


class WantsThemAllGood(TikTokConnector):
    """An order without items is no order, and whoever stands beside it is suspicious too."""

    def order_details(self, ids: Sequence[str]) -> Sequence[StoreOrder]:
        found = super().order_details(ids)
        if not all(one.lines for one in found):
            raise ContractBroken("empty", "an order without items", field="line_items")
        return found


class WritesLatin(ShopifyConnector):
    """Names are letters from A to Z."""

    def order_details(self, ids: Sequence[str]) -> Sequence[StoreOrder]:
        return [replace(one, address=replace(one.address, name=one.address.name.encode("ascii", "ignore").decode()))
                for one in super().order_details(ids)]  # fmt: skip


def _break(plugin: Plugin, connector: type, *fails: str) -> Break:
    return Break(replace(plugin, build=connector), frozenset(fails))


STORE_BREAKS: tuple[Break, ...] = (
    _break(
        SHOPBASE,
        ConfirmsByHope,
        "store.confirm.shown",
        "store.confirm.twice",
        "store.confirm.lost",
        "store.confirm.lines",
    ),
    _break(WOOCOMMERCE, AlwaysConfirmed, "store.confirm.not_there"),
    _break(SHOPIFY, SetsTheFirst, "store.stock.set", "store.stock.unknown"),
    _break(LAZADA, TakesForgedMessages, "store.messages.forged"),
    _break(LAZADA, HearsOtherShops, "store.messages.foreign"),
    _break(ETSY, NumbersItself, "store.messages.tenfold", "store.messages.distinct"),
    _break(SHOPEE, TakesUnknownForPaid, "store.status.unknown"),
    _break(SHOPEE, PrintsNothing, "store.arrange.label", "store.arrange.empty"),
    _break(WOOCOMMERCE, ReadsOnePage, "store.listings.pages"),
    _break(SHOPBASE, CancelsAnyway, "store.cancel.late"),
    _break(TIKTOK, AlwaysGrants, "store.decide.no"),
    _break(TIKTOK, WantsThemAllGood, "store.odd.items", "store.odd.among"),
    _break(SHOPIFY, WritesLatin, "store.odd.names"),
)
