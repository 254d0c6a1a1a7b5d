"""The Blibli connector: each method builds a request, sends it and reads the answer."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from datetime import timedelta
from urllib.parse import quote

from salur.connectors.base.capabilities import Plugin, RateLimit, StoreCapabilities
from salur.connectors.base.errors import Rejected, TooLate
from salur.connectors.base.listing import StockTarget, StoreListing
from salur.connectors.base.reading import JsonObject
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
    PartnerIdentity,
    ShippingOption,
    StoreOrder,
    TimeWindow,
)
from salur.connectors.profiles.marketplaces import RULES

from . import mapping, packing
from .errors import NotFound
from .form import FORM, SETTINGS_FORM
from .mapping import Item
from .statuses import ITEM, LABELLED, NEW, order_status
from .wire import Wire

DAY = 86_400
LIST = "/seller/v1/orders/packages/filter"
NUMBERS_AT_ONCE = 20  # 50 are allowed, but a filter shows FILTER_SHOWS records
FILTER_SHOWS = 100  # records in all, however many pages are asked (assumed)
MOST_PAGES = 50
PRODUCT_PAGE = 20
PRODUCT_STATES = ("ACTIVE", "OOS")  # in stock, out of stock: one after the other
SETTLED = frozenset({OrderStatus.READY, OrderStatus.SHIPPED, OrderStatus.COMPLETED})
PDF_MARK = b"%PDF"

CAPABILITIES = StoreCapabilities(
    name="blibli",
    title="Blibli",
    countries=("ID",),
    abilities=frozenset({"arrange", "confirm", "cancel", "listings", "stock"}),
    rules=RULES,
    detail_batch=20,
    page_size=50,
    max_window_days=30.0,
    # Orders are listed by the time at which they became ready, not by their last change.
    overlap_seconds=7 * DAY,
    poll_seconds=1800,
    rate=RateLimit(5.0, 60),
    cancel_reasons=(
        (mapping.BUYER_ASKED, N_("The buyer asked for it")),
        (mapping.OUT_OF_STOCK, N_("Out of stock (Blibli sets the product's stock to 0)")),
        (mapping.WRONG_PRICE, N_("Wrong price (Blibli sets the product's stock to 0)")),
        (mapping.WRONG_SHIPPING, N_("Wrong way of shipping (Blibli sets the product's stock to 0)")),
        (mapping.WRONG_WEIGHT, N_("Wrong weight (Blibli sets the product's stock to 0)")),
    ),
    stock_batch=1,
    notes=(
        N_(
            "Big products and orders that the buyer collects at the store are completed by hand in Blibli Seller "
            "Center. Orders of one buyer are packed one by one, not together."
        ),
        N_("Blibli allows 100 order lists in half an hour, so orders are fetched every 30 minutes."),
    ),
    secret_fields=frozenset(
        {
            *("client_key", "seller_key", "signature_key", "Api-Seller-Key", "username"),
            *("customerFullName", "recipient", "customer", "phoneNumber", "streetAddress", "name", "fullName"),
        }
    ),
)


class BlibliConnector:
    """One store. Keeps its credentials and transport and no other state; safe to use from several threads."""

    capabilities = CAPABILITIES

    def __init__(self, credentials: Credentials, transport: Transport, clock: Callable[[], float] = time.time) -> None:
        self.credentials = credentials
        self.wire = Wire(credentials, transport, clock)

    def verify(self) -> PartnerIdentity:
        """Prove the keys by listing; Blibli names no store there, so ``key`` is the typed store code."""
        until = int(self.wire.clock() * 1000)
        self.wire.ask("order.list", LIST, mapping.page_filter(until - DAY * 1000, until, 0, 1))
        code = self.credentials["store_code"].upper()
        return PartnerIdentity(key=code, name=code, country=mapping.COUNTRY, currency=mapping.CURRENCY)

    # --- orders

    def orders(self, window: TimeWindow, cursor: str | None) -> Page[OrderHead]:
        """Orders that became ready in the window. A window over 30 days is a ValueError.

        Blibli shows a filter's first records only, so the next page begins at the last time seen (``cursor`` is that
        time and a page): an order may be named twice, none is left out.
        """
        if window.until - window.since > timedelta(days=CAPABILITIES.max_window_days):
            raise ValueError("Blibli lists at most 30 days at once")
        begin, _, place = (cursor or f"{mapping.milliseconds(window.since)}:0").partition(":")
        since, page = int(begin), int(place or 0)
        question = mapping.page_filter(since, mapping.milliseconds(window.until) - 1, page, CAPABILITIES.page_size)
        document = self.wire.ask("order.list", LIST, question)
        packages = list(mapping.groups(document))
        numbers = dict.fromkeys(item.order for group in packages for item in group)
        return Page([OrderHead(number) for number in numbers], _following(document, packages, since, page))

    def order_details(self, ids: Sequence[str]) -> Sequence[StoreOrder]:
        """Orders in full: their items out of one list, address and shipment from the detail of one item each."""
        found: list[StoreOrder] = []
        for start in range(0, len(ids), NUMBERS_AT_ONCE):
            for own in self._orders(ids[start : start + NUMBERS_AT_ONCE]).values():
                detail = self._detail(_sample(own))
                if detail is not None:
                    found.append(mapping.store_order(own, detail))
        return found

    def _orders(self, numbers: Sequence[str]) -> dict[str, list[Item]]:
        """The items of some orders, by order number; unknown ones are left out.

        So is an order whose items fill all that a filter shows: some of them may be missing, and half an order must
        not be sent. Several orders that do so together are asked for by halves.
        """
        found, full = self._look_up(numbers)
        if full and len(numbers) > 1:
            half = len(numbers) // 2
            return self._orders(numbers[:half]) | self._orders(numbers[half:])
        return {} if full else {number: found[number] for number in numbers if number in found}

    def _look_up(self, numbers: Sequence[str]) -> tuple[dict[str, list[Item]], bool]:
        """Items by order number, and whether the filter was filled."""
        found: dict[str, Item] = {}
        subject = numbers[0] if len(numbers) == 1 else ""
        page, more, shown = 0, True, 0
        while more and page < MOST_PAGES:
            question = mapping.number_filter(numbers, page, CAPABILITIES.page_size)
            document = self.wire.ask("order.list", LIST, question, subject)
            found |= {item.number: item for item in mapping.items(document)}
            more, shown = mapping.has_more(document, page, CAPABILITIES.page_size), mapping.total(document)
            page += 1
        own: dict[str, list[Item]] = {}
        for item in sorted(found.values(), key=lambda one: one.number):
            own.setdefault(item.order, []).append(item)
        return own, more or shown == FILTER_SHOWS

    def _items(self, external_id: str) -> list[Item]:
        return self._orders([external_id]).get(external_id, [])

    def _detail(self, item: Item) -> JsonObject | None:
        path = f"/seller/v1/orders/items/{quote(item.number, safe='')}"
        try:
            return mapping.content(self.wire.get("order.detail", path, item.order))
        except NotFound:
            return None

    # --- shipping

    def shipping_options(self, external_id: str) -> Sequence[ShippingOption]:
        """Blibli's courier, or the seller's own AWB number; AlreadyExists when it was arranged before."""
        return packing.options(self._items(external_id))

    def arrange(self, external_id: str, option: ShippingOption) -> None:
        """Pack the order and hand it in; see :func:`packing.hand_in`."""
        packing.hand_in(self.wire, external_id, self._items, option.fields.get("tracking_number", ""))

    def awb(self, external_id: str) -> AwbResult:
        """The AWB number with package and courier; empty until Blibli's courier gave one."""
        own = self._items(external_id)
        if not own:
            raise Rejected("ERR-NF404001", "Blibli does not know this order")
        item = _sample(own)
        detail = self._detail(item) or {}
        number = mapping.awb(detail)
        return AwbResult(number, item.package, mapping.courier(detail), "" if number else f"status {item.raw}")

    def label(self, external_id: str, package: str, awb: str) -> LabelResult:
        """The label PDF of the package; pending while the order may yet get one."""
        known = package or next((item.package for item in self._items(external_id) if item.package), "")
        if not known:
            return LabelResult(pending=True)
        path = f"/seller/v1/orders/{quote(known, safe='')}/shippingLabel"
        try:
            content = mapping.label_file(self.wire.get("order.label", path, external_id))
        except Rejected as refusal:
            if any(item.raw in LABELLED for item in self._items(external_id)):
                return LabelResult(pending=True)
            return LabelResult(failure=refusal.message or refusal.code)
        if not content:
            return LabelResult(pending=True)
        if not content.startswith(PDF_MARK):
            return LabelResult(failure="what Blibli sent is not a PDF")
        return LabelResult(document=Document(f"{external_id}.pdf", "application/pdf", content))

    def confirm(self, external_id: str, tracking: str, courier: str) -> ConfirmResult:
        """Read back that Blibli shows our AWB number; where the seller brings it, tell it first.

        With Blibli's courier handing in was the confirmation, and its number is never overwritten.
        """
        own = self._items(external_id)
        if not own:
            return ConfirmResult(False, "", detail="the store does not know the order")
        item = _sample(own)
        shown = mapping.awb(self._detail(item) or {})
        if tracking and tracking != shown and item.dropship:
            if item.raw == NEW:
                packing.hand_in(self.wire, external_id, self._items, tracking)
            elif order_status([item.raw]) is OrderStatus.READY:
                path = f"/seller/v1/orders/dropship/{quote(item.package, safe='')}"
                self.wire.change("PUT", "order.dropship", path, {"awbNo": tracking}, external_id)
            own = self._items(external_id) or own
            item = _sample(own)
            shown = mapping.awb(self._detail(item) or {})
        raws = [one.raw for one in own]
        confirmed = bool(shown) and shown == tracking and order_status(raws) in SETTLED
        detail = "" if confirmed else f"Blibli shows status {item.raw} and AWB number {shown or 'none'}"
        return ConfirmResult(confirmed, item.raw, shown, detail)

    # --- cancelling

    def cancel_order(self, external_id: str, reason: str) -> CancelOutcome:
        """Cancel every item, while none is packed. What an earlier try has cancelled is passed over."""
        if reason not in mapping.LISTED_REASONS and reason not in mapping.OTHER_REASONS:
            raise Rejected("unknown_reason", f"Blibli knows no reason {reason}", field="reason")
        own = self._items(external_id)
        if not own:
            raise Rejected("ERR-NF404001", "Blibli does not know this order")
        live = [item for item in own if item.status is not OrderStatus.CANCELLED]
        if any(item.raw != NEW or item.package for item in live):
            raise TooLate(live[0].raw, "only orders that are not packed can be cancelled")
        for item in live:
            path = f"/seller/v1/orders/items/{quote(item.number, safe='')}/cancellations"
            self.wire.change("POST", "order.cancel", path, mapping.cancellation(item, reason), external_id)
        return CancelOutcome("accepted")

    # --- products

    def listings(self, cursor: str | None) -> Page[StoreListing]:
        """Products in stock, then those out of stock, one entry per variant; ``cursor`` is state and page."""
        state, _, place = (cursor or f"{PRODUCT_STATES[0]}:0").partition(":")
        page = int(place or 0)
        question = {
            "filter": {"state": state},
            "paging": {"page": page, "size": PRODUCT_PAGE},
            "sorting": {"by": "createdDate", "direction": "ASC"},
        }
        codes = mapping.product_codes(self.wire.ask("product.list", "/seller/v1/products/filter", question))
        found = [variant for code in codes for variant in self._variants(code)]
        if len(codes) >= PRODUCT_PAGE:
            return Page(found, f"{state}:{page + 1}")
        return Page(found, f"{PRODUCT_STATES[1]}:0" if state == PRODUCT_STATES[0] else None)

    def _variants(self, product: str) -> list[StoreListing]:
        path = f"/seller/v1/products/{quote(product, safe='')}/variants/filter"
        document = self.wire.ask("product.variants", path, {"paging": {"page": 0, "size": 50}}, product)
        return mapping.variants(product, document, self.credentials.get("pickup_point"))

    def set_stock(self, batch: Sequence[StockTarget]) -> Sequence[ItemResult]:
        """Set what may be sold, absolute, one call for each variant, at the chosen pickup point."""
        point = self.credentials.get("pickup_point")
        params = [("pickupPointCode", point)] if point else []
        results: list[ItemResult] = []
        for target in batch:
            path = f"/seller/v1/products/{quote(target.model_id or target.item_id, safe='')}/stock"
            body = {"availableStock": target.quantity}
            try:
                self.wire.change("PUT", "product.stock", path, body, target.sku, params)
                results.append(ItemResult(target.key))
            except Rejected as refusal:
                results.append(ItemResult(target.key, error=refusal))
        return results


def _following(document: JsonObject, packages: Sequence[Sequence[Item]], since: int, page: int) -> str | None:
    """Where the list goes on: at the last time seen; within one instant page by page, then a millisecond later."""
    more = mapping.has_more(document, page, CAPABILITIES.page_size)
    if not packages or not (more or mapping.total(document) >= FILTER_SHOWS):
        return None
    last = min((mapping.milliseconds(item.ready_at) for item in packages[-1] if item.ready_at), default=0)
    if last > since:
        return f"{last}:0"
    return f"{since}:{page + 1}" if more else f"{since + 1}:0"


def _sample(own: Sequence[Item]) -> Item:
    """The item that stands for its order: the first that is not cancelled."""
    return next((item for item in own if item.status is not OrderStatus.CANCELLED), own[0])


PLUGIN = Plugin(
    kind="store",
    name="blibli",
    capabilities=CAPABILITIES,
    build=BlibliConnector,
    form=FORM,
    status_tables={"item": ITEM},
    settings_form=SETTINGS_FORM,
)
