"""The Gearment connector: each method builds a request, sends it and reads the answer."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime

from salur.connectors.base.answers import one_by_one
from salur.connectors.base.capabilities import Plugin, RateLimit, WarehouseCapabilities
from salur.connectors.base.errors import (
    ContractBroken,
    Rejected,
    TooLate,
    UnknownOutcome,
)
from salur.connectors.base.reading import JsonObject, as_object, as_objects, text
from salur.connectors.base.texts import N_
from salur.connectors.base.transport import Effect, Transport
from salur.connectors.base.types import (
    CancelOutcome,
    Credentials,
    Document,
    ItemResult,
    OutboundReport,
    OutboundRequest,
    OutboundTask,
    PartnerEvent,
    PartnerIdentity,
    PartnerRef,
    PartnerWarehouse,
    ProductRequest,
    RawRequest,
)

from . import mapping
from .callbacks import TOPICS, read_callback
from .errors import NotFound
from .form import FORM, PRODUCT_FIELDS, PRODUCTION, SETTINGS_FORM
from .statuses import STATUS_TABLES, STOCK, TICKET
from .wire import Wire

PLACE, COUNTRY = "GEARMENT", "US"
CANCEL_CATEGORY = "CATEGORY_CANCEL_BY_BUYER"
PAST_CANCELLING = frozenset({OutboundTask.PACKED, OutboundTask.COMPLETED})

CAPABILITIES = WarehouseCapabilities(
    name="gearment",
    title="Gearment",
    countries=(),
    abilities=frozenset({"products", "cancel", "callbacks"}),
    needs_awb=False,
    needs_label=False,
    address_needs=frozenset({"name", "street", "city", "postal_code"}),
    cancel_until=OutboundTask.PICKING,  # before it is packed (A)
    reference_max_length=100,  # a filter takes no more
    report_batch=50,
    rate=RateLimit(9.0, 30),  # 100 calls in 10 seconds, then a minute's pause
    keeps_stock=False,
    ships_abroad=True,
    product_fields=PRODUCT_FIELDS,
    notes=(
        N_(
            "Gearment makes each product when it is ordered: there is no stock to receive or to count. Switch its own "
            "order sync off for the stores that are connected here, else orders are made twice."
        ),
        N_("Cancelling is a request to Gearment's support, which may refuse it. A refund goes to your wallet there."),
    ),
    secret_fields=frozenset(
        {
            *("client_key", "client_secret", "api_key", "X-Gearment-Client-Key", "X-Gearment-Client-Secret"),
            *("first_name", "last_name", "street_1", "street_2", "phone_no", "email", "company"),
        }
    ),
)


class GearmentConnector:
    """One team's keys. Keeps no state but these; safe to use from several threads."""

    capabilities = CAPABILITIES

    def __init__(self, credentials: Credentials, transport: Transport) -> None:
        self.credentials = credentials
        self.wire = Wire(
            transport,
            base_url=credentials.get("base_url") or PRODUCTION,
            client_key=credentials["client_key"],
            client_secret=credentials["client_secret"],
        )

    # --- authorisation and warehouses

    def verify(self) -> PartnerIdentity:
        """Prove the keys by reading one order. Gearment names no team there, so the key itself is who we are."""
        self.wire.get("orders", [("paging.page", "1"), ("paging.limit", "1")])
        key = hashlib.sha256(self.credentials["client_key"].encode("utf-8", "replace")).hexdigest()
        return PartnerIdentity(key=key, name=self.credentials.get("store_id"), country=COUNTRY)

    def list_warehouses(self) -> Sequence[PartnerWarehouse]:
        """One: Gearment decides itself where it prints."""
        store = self.credentials.get("store_id")
        return [PartnerWarehouse(PLACE, f"Gearment + {store}", COUNTRY, time_zone="America/Los_Angeles")]

    # --- orders

    def push_outbound(self, order: OutboundRequest, label: Document | None) -> PartnerRef:
        """A draft that approves itself. A store's own label is not sent: Gearment books its own courier.

        :class:`Rejected` with ``field`` before anything is sent when a value cannot go; AlreadyExists when the
        reference is known; :class:`UnknownOutcome` when it may have arrived.
        """
        method = self.credentials.get("shipping_method")
        body = mapping.draft_body(order, self.credentials.get("store_id"), method)
        document = self.wire.post("orders/draft", body, Effect.CREATE, order.reference)
        try:
            draft = as_object(document.get("data"), "data")
            number = text(draft, "origin_order_id") or text(draft, "order_id")
            report = mapping.draft_report(draft)
            warnings = [text(row, "message") for row in as_objects(document.get("warnings"), "warnings")]
        except ContractBroken as broken:
            raise UnknownOutcome(broken.code, broken.message, broken.field) from broken
        if not number:
            raise UnknownOutcome("missing", "created, but the answer has no order_id", field="order_id")
        said = (
            [*warnings, report.reason or "it waits as a draft"] if report.status == OutboundTask.EXCEPTION else warnings
        )
        return PartnerRef(number, order.reference, warning="; ".join(one for one in said if one))

    def find_outbound(self, reference: str) -> OutboundReport | None:
        """The order with our reference, else the draft; None: Gearment has neither."""
        found = self._by_reference([reference])
        return found.get(reference)

    def outbound_reports(self, refs: Sequence[PartnerRef]) -> Sequence[OutboundReport]:
        """State of up to 50 orders; those that Gearment does not know are left out.

        One that is asked for alone is read in full, because only that tells what became of a cancellation.
        """
        if len(refs) > CAPABILITIES.report_batch:
            raise ValueError(f"at most {CAPABILITIES.report_batch} orders at once")
        references = [ref.reference for ref in refs if ref.reference]
        found = self._by_reference(references)
        if len(references) == 1 and references[0] in found:
            return [self._in_full(found[references[0]])]
        return list(found.values())

    def _by_reference(self, references: Sequence[str]) -> dict[str, OutboundReport]:
        if not references:
            return {}
        found = {
            report.reference: report
            for report in map(mapping.order_report, self._rows("orders", references))
            if report.reference in references
        }
        missing = [reference for reference in references if reference not in found]
        if missing:
            drafts = map(mapping.draft_report, self._rows("orders/draft", missing))
            found |= {draft.reference: draft for draft in drafts if draft.reference in missing}
        return found

    def _rows(self, path: str, references: Sequence[str]) -> Sequence[JsonObject]:
        filters = [("filter.reference_ids", reference) for reference in references]
        document = self.wire.get(path, [*filters, ("paging.page", "1"), ("paging.limit", "100")], references[0])
        return as_objects(document.get("data"), "data")

    def _in_full(self, report: OutboundReport) -> OutboundReport:
        try:
            document = self.wire.get(f"orders/{report.ref.number}", (), report.reference)
        except NotFound:
            return report  # a draft: there is no order yet
        return mapping.order_report(as_object(document.get("data"), "data"))

    def cancel_outbound(self, ref: PartnerRef, reason: str) -> CancelOutcome:
        """Ask Gearment's support to cancel; the order's own cancel status decides how it ended."""
        report = next(iter(self.outbound_reports([ref])), None)
        if report is None:
            return CancelOutcome("refused", "Gearment does not know this order")
        if report.status == OutboundTask.CANCELLED:
            return CancelOutcome("accepted")
        if report.status in PAST_CANCELLING:
            raise TooLate(report.raw_status, "the order is packed or shipped")
        if report.cancellation == "pending":
            return CancelOutcome("pending")
        if not report.raw_status.startswith("VENDOR_ORDER_STATUS_"):
            return CancelOutcome("refused", "it is still a draft: archive it in Gearment's app")
        body = {
            "order_id": report.ref.number,
            "issue_category": CANCEL_CATEGORY,
            "issue_detail": reason or "the buyer cancelled",
        }
        document = self.wire.post("support/requests", body, Effect.REPEATABLE, ref.reference)
        ticket = as_object(document.get("support_request") or document.get("data"), "support_request")
        state = TICKET.get(text(ticket, "status"), "pending")
        return CancelOutcome(state, "Gearment's support refused it" if state == "refused" else "")

    # --- products

    def push_products(self, batch: Sequence[ProductRequest]) -> Sequence[ItemResult]:
        """Find the blank product of each in the catalogue: nothing is created there, and repeating is safe."""
        return one_by_one(batch, lambda product: PartnerRef(self._variant(product), product.sku))

    def _variant(self, product: ProductRequest) -> str:
        mapping.designs(product.details, product.sku)
        wanted = product.details.get("variant_sku") or product.sku
        params = [("filter.skus", wanted), ("paging.page", "1"), ("paging.limit", "20")]
        document = self.wire.get("catalog/variants", params, product.sku)
        # A filter that is not known there finds everything, so what was found is compared.
        rows = [row for row in as_objects(document.get("data"), "data") if text(row, "variant_sku") == wanted]
        if not rows:
            raise Rejected("no_variant", f"Gearment's catalogue has no product {wanted}", field="variant_sku")
        label = text(rows[0], "stock_label")
        if not STOCK.get(label, True):
            raise Rejected(label, f"Gearment makes {wanted} no more", field="variant_sku")
        return text(rows[0], "variant_id")

    # --- messages

    def subscribe(self, url: str) -> datetime | None:
        """Ask for messages to ``url``, one subscription for each topic; they do not end.

        One address is possible for each topic, so an older one of ours is replaced.
        """
        if not url.startswith("https://"):
            raise Rejected("not_https", f"Gearment sends messages to https addresses only, not to {url}", field="url")
        document = self.wire.get("webhooks", [("paging.page", "1"), ("paging.limit", "100")])
        known = {text(row, "topic"): row for row in as_objects(document.get("data"), "data")}
        for topic in TOPICS:
            row = known.get(topic)
            if row is not None and text(row, "delivery_url") == url:
                continue
            if row is not None:
                self.wire.delete(f"webhooks/{text(row, 'webhook_id')}", topic)
            body = {"topic": topic, "delivery_url": url, "name": "Salur", "version": "VERSION_V3"}
            self.wire.post("webhooks", body, Effect.REPEATABLE, topic)
        return None

    def parse_callback(self, request: RawRequest) -> Sequence[PartnerEvent]:
        """See :func:`callbacks.read_callback`."""
        key = self.credentials.get("signature_key") or self.credentials["client_secret"]
        return read_callback(request, self.credentials["client_key"], key)


PLUGIN = Plugin(
    kind="warehouse",
    name="gearment",
    capabilities=CAPABILITIES,
    build=GearmentConnector,
    form=FORM,
    status_tables=STATUS_TABLES,
    settings_form=SETTINGS_FORM,
)
