"""The ECCANG connector: each method builds a request, sends it and reads the answer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, time, timedelta

from salur.connectors.base.answers import one_by_one
from salur.connectors.base.capabilities import Plugin, RateLimit, WarehouseCapabilities
from salur.connectors.base.errors import (
    AlreadyExists,
    ContractBroken,
    Rejected,
    TooLate,
    UnknownOutcome,
)
from salur.connectors.base.inbound import InboundReport, InboundRequest, InboundTask
from salur.connectors.base.reading import JsonObject, as_objects, text
from salur.connectors.base.transport import Effect, Transport
from salur.connectors.base.types import (
    CancelOutcome,
    Credentials,
    Document,
    ItemResult,
    OutboundReport,
    OutboundRequest,
    OutboundTask,
    Page,
    PartnerEvent,
    PartnerIdentity,
    PartnerRef,
    PartnerWarehouse,
    ProductRequest,
    RawRequest,
    StockLevel,
)

from . import mapping
from .callbacks import answer_challenge, read_callback
from .errors import NotFound, speaks_of_the_list
from .form import FORM, SETTINGS_FORM
from .inbound import asn_params, inbound_report
from .paging import has_next
from .statuses import CANCEL, CANCELLED_BUT_CHARGED, OUTBOUND, RECEIVING, WAREHOUSE
from .wire import Wire, failure

CAPABILITIES = WarehouseCapabilities(
    name="eccang",
    title="ECCANG WMS",
    countries=("TH", "ID", "PH"),
    abilities=frozenset({"products", "inbound", "cancel", "stock", "callbacks", "challenge"}),
    needs_awb=True,
    needs_label=True,
    address_needs=frozenset({"name", "phone", "street", "postal_code"}),
    unsupported_channels=frozenset({"shopify", "woocommerce", "manual"}),
    cancel_until=OutboundTask.PICKING,  # the last state that allows it (R117: not once picking is finished)
    reference_max_length=64,
    report_batch=100,
    rate=RateLimit(20.0, 40),
    secret_fields=frozenset(
        {
            "app_token",
            "app_key",
            "appToken",
            "appKey",
            "sign",
            "file_data",
            "name",
            "phone",
            "cell_phone",
            "email",
            "address1",
            "address2",
            "address3",
            "doorplate",
        }
    ),
)

PAGE = 100
MOST_PAGES = 500  # of a list read at one go; a partner that ignores the page number must not hold us for ever
SUBSCRIPTIONS = ("order", "receiving", "stock")
SUBSCRIBED_DAYS = 365
OWN_SYSTEM = "erp"  # erp_platform for a system of one's own


class EccangConnector:
    """One token and key pair at one warehouse company. Keeps no state but these; safe to use from several threads."""

    capabilities = CAPABILITIES

    def __init__(self, credentials: Credentials, transport: Transport) -> None:
        self.credentials = credentials
        self.wire = Wire(credentials, transport)

    def verify(self) -> PartnerIdentity:
        """Prove the keys by listing warehouses. A row that names another customer code than ours is refused."""
        ours = self.credentials["customer_code"]
        for row in self._warehouse_rows():
            theirs = text(row, "customer_code")
            if theirs and theirs != ours:
                raise Rejected("customer_code", f"the warehouse knows these keys as {theirs}", field="customer_code")
        key = mapping.identity_key(self.credentials["app_token"], self.credentials["app_key"])
        return PartnerIdentity(key=key, name=ours)

    def list_warehouses(self) -> Sequence[PartnerWarehouse]:
        """All warehouses of the account (R34), each with the shipping methods to choose from."""
        rows = list(self._warehouse_rows())
        methods = self._shipping_methods() if rows else {}
        customer = self.credentials["customer_code"]
        return [mapping.warehouse(row, customer, methods.get(text(row, "warehouse_code"), ())) for row in rows]

    def _shipping_methods(self) -> dict[str, list[str]]:
        """Codes by warehouse; none where the operator keeps this service shut."""
        try:
            document = self.wire.call("getShippingMethod", {}, Effect.READ)
        except Rejected:
            return {}  # only a help for the settings form: it can be typed as well
        methods: dict[str, list[str]] = {}
        for row in as_objects(document.get("data"), "data"):
            methods.setdefault(text(row, "warehouse_code"), []).append(text(row, "code"))
        return methods

    def _warehouse_rows(self) -> Iterator[JsonObject]:
        seen: set[str] = set()
        for page in range(1, MOST_PAGES + 1):
            document = self.wire.call("getWarehouse", {"pageSize": PAGE, "page": page}, Effect.READ)
            rows = as_objects(document.get("data"), "data")
            fresh = [row for row in rows if text(row, "warehouse_code") not in seen]
            seen.update(text(row, "warehouse_code") for row in fresh)
            yield from fresh
            if not fresh or not has_next(document, page, PAGE, len(rows)):
                return

    # --- outbound lists

    def push_outbound(self, order: OutboundRequest, label: Document | None) -> PartnerRef:
        """createOrder, approved at once, with AWB number and label.

        :class:`Rejected` with ``field`` before anything is sent when a value cannot go; :class:`AlreadyExists` when
        the reference is known; :class:`UnknownOutcome` when it may have arrived.
        """
        params = mapping.order_params(order, label, self.credentials.get("shipping_method"))
        try:
            document = self.wire.call("createOrder", params, Effect.CREATE, order.reference)
        except AlreadyExists as error:
            if speaks_of_the_list(error.message):
                raise
            raise Rejected(error.code, error.message, exchange_id=error.exchange_id) from error
        return self._created(document, order.reference)

    def _created(self, document: JsonObject, reference: str) -> PartnerRef:
        try:
            number = text(document, "order_code")
            if not number:
                rows = as_objects(document.get("data"), "data")
                number = text(rows[0], "order_code") if rows else ""
            refused = text(document, "f_ask").lower() == "failure"
        except ContractBroken as broken:
            raise UnknownOutcome(broken.code, broken.message, broken.field) from broken
        if not number:
            raise UnknownOutcome("missing", "created, but the answer has no order_code", field="order_code")
        return PartnerRef(number, reference, warning=label_warning(document) if refused else "")

    def find_outbound(self, reference: str) -> OutboundReport | None:
        """The list with our reference; None only when the warehouse says that it has none."""
        try:
            document = self.wire.call("getOrderByRefCode", {"reference_no": reference}, Effect.READ, reference)
        except NotFound as absent:
            if speaks_of_the_list(absent.message):
                return None
            raise
        reports = [mapping.outbound_report(row) for row in as_objects(document.get("data"), "data")]
        if not reports:
            return None
        ours = [report for report in reports if report.reference == reference]
        if not ours:
            raise ContractBroken("other_order", "the answer is about another reference", field="reference_no")
        return max(ours, key=lambda report: report.raw_status != "X")  # a voided twin does not hide the living list

    def outbound_reports(self, refs: Sequence[PartnerRef]) -> Sequence[OutboundReport]:
        """State of up to 100 lists; those the warehouse does not know are left out."""
        if len(refs) > CAPABILITIES.report_batch:
            raise ValueError(f"at most {CAPABILITIES.report_batch} lists at once")
        codes = [ref.number for ref in refs if ref.number]
        if not codes:
            return []
        asked = set(codes)
        try:
            params = {"pageSize": CAPABILITIES.report_batch, "page": 1, "order_code_arr": codes}
            document = self.wire.call("getOrderList", params, Effect.READ)
        except NotFound:
            return []
        reports = [mapping.outbound_report(row) for row in as_objects(document.get("data"), "data")]
        return [report for report in reports if report.ref.number in asked]

    def cancel_outbound(self, ref: PartnerRef, reason: str) -> CancelOutcome:
        """Ask for interception. Success means asked, not cancelled: ``cancel_status`` decides.

        A refusal is judged by the list's own status, not by the words of the message.
        """
        params = {"order_code": ref.number, "reason": reason}
        try:
            document = self.wire.call("cancelOrder", params, Effect.REPEATABLE, ref.reference or ref.number)
        except (Rejected, TooLate, AlreadyExists) as refusal:
            return self._refused(ref, refusal)
        rows = as_objects(document.get("data"), "data")
        raw = text(document, "cancel_status") or (text(rows[0], "cancel_status") if rows else "")
        if raw and raw not in CANCEL:
            raise ContractBroken("unknown_status", raw, field="cancel_status")
        state = CANCEL[raw] if raw else "pending"
        return CancelOutcome(state, text(document, "message") if raw in ("3", CANCELLED_BUT_CHARGED) else "")

    def _refused(self, ref: PartnerRef, refusal: Rejected | TooLate | AlreadyExists) -> CancelOutcome:
        reports = self.outbound_reports([ref])
        status = reports[0].status if reports else None
        if status is OutboundTask.CANCELLED:
            return CancelOutcome("accepted", refusal.message)
        if status is OutboundTask.COMPLETED or isinstance(refusal, TooLate):
            raise TooLate(refusal.code, refusal.message, exchange_id=refusal.exchange_id) from refusal
        return CancelOutcome("refused", refusal.message or refusal.code)

    # --- inbound lists

    def push_inbound(self, request: InboundRequest) -> PartnerRef:
        """createAsn, approved at once; errors as :meth:`push_outbound`."""
        try:
            document = self.wire.call("createAsn", asn_params(request), Effect.CREATE, request.reference)
        except AlreadyExists as error:
            if speaks_of_the_list(error.message):
                raise
            raise Rejected(error.code, error.message, exchange_id=error.exchange_id) from error
        try:
            rows = as_objects(document.get("data"), "data")
            number = text(document, "receiving_code") or (text(rows[0], "receiving_code") if rows else "")
        except ContractBroken as broken:
            raise UnknownOutcome(broken.code, broken.message, broken.field) from broken
        if not number:
            raise UnknownOutcome("missing", "created, but the answer has no receiving_code", field="receiving_code")
        return PartnerRef(number, request.reference)

    def find_inbound(self, reference: str) -> InboundReport | None:
        """The list with our reference; a cancelled one does not hide a living one."""
        found = [one for one in self._asns("reference_no", [reference]) if one.reference == reference]
        return max(found, key=lambda one: one.status is not InboundTask.CANCELLED) if found else None

    def inbound_reports(self, refs: Sequence[PartnerRef]) -> Sequence[InboundReport]:
        """State and received totals of up to 20 lists; those the warehouse does not know are left out."""
        if len(refs) > CAPABILITIES.inbound_report_batch:
            raise ValueError(f"at most {CAPABILITIES.inbound_report_batch} lists at once")
        asked = {ref.number for ref in refs if ref.number}
        return [one for one in self._asns("receiving_code", sorted(asked)) if one.ref.number in asked]

    def _asns(self, key: str, wanted: Sequence[str]) -> list[InboundReport]:
        if not wanted:
            return []
        params = {"pageSize": CAPABILITIES.inbound_report_batch, "page": 1, f"{key}_arr": list(wanted)}
        try:
            document = self.wire.call("getAsnList", params, Effect.READ)
        except NotFound:
            return []
        return [inbound_report(row) for row in as_objects(document.get("data"), "data")]

    def cancel_inbound(self, ref: PartnerRef, reason: str) -> CancelOutcome:
        """cancelAsn; a refusal is judged by the list's own status. The service takes no reason."""
        try:
            self.wire.call("cancelAsn", {"receiving_code": ref.number}, Effect.REPEATABLE, ref.reference or ref.number)
        except (Rejected, TooLate, AlreadyExists) as refusal:
            found = self.inbound_reports([ref])
            status = found[0].status if found else None
            if status is InboundTask.CANCELLED:
                return CancelOutcome("accepted", refusal.message)
            if status in (InboundTask.RECEIVING, InboundTask.COMPLETED) or isinstance(refusal, TooLate):
                raise TooLate(refusal.code, refusal.message, exchange_id=refusal.exchange_id) from refusal
            return CancelOutcome("refused", refusal.message or refusal.code)
        return CancelOutcome("accepted")

    # --- products and stock

    def push_products(self, batch: Sequence[ProductRequest]) -> Sequence[ItemResult]:
        """Create each product, or update it where it exists. A refused account or a full budget ends the batch."""
        return one_by_one(batch, self._push_product)

    def _push_product(self, product: ProductRequest) -> PartnerRef:
        params = mapping.product_params(product)
        try:
            self.wire.call("createProduct", params, Effect.REPEATABLE, product.sku)
        except AlreadyExists:
            self.wire.call("modifyProduct", params, Effect.REPEATABLE, product.sku)
        return PartnerRef(product.sku, product.sku)

    def stock(self, warehouse_code: str, skus: Sequence[str] | None, cursor: str | None) -> Page[StockLevel]:
        """A page of figures. A SKU may come again on the next page (another batch): figures of one run add up."""
        if skus is not None and not skus:
            return Page([])
        page = int(cursor or "1")
        params: dict[str, object] = {"page": page, "pageSize": PAGE, "warehouse_code": warehouse_code}
        if skus is not None:
            params["product_sku_arr"] = list(skus)
        document = self.wire.call("getProductInventory", params, Effect.READ, warehouse_code)
        rows = as_objects(document.get("data"), "data")
        following = str(page + 1) if has_next(document, page, PAGE, len(rows)) else None
        return Page(mapping.stock_levels(rows, warehouse_code), following)

    # --- messages

    def subscribe(self, url: str) -> datetime | None:
        """Ask for messages to ``url`` for a year.

        The warehouse first calls ``url?random=N`` and expects ``{"random": "N"}``, before this returns.
        """
        last_day = datetime.now(mapping.PARTNER_ZONE).date() + timedelta(days=SUBSCRIBED_DAYS)
        for kind in SUBSCRIPTIONS:
            params = {
                "subscript_type": kind,
                "callback": url,
                "erp_platform": OWN_SYSTEM,
                "expire_date": last_day.isoformat(),
            }
            self.wire.call("messageSubscript", params, Effect.REPEATABLE, kind)
        return datetime.combine(last_day, time.min, mapping.PARTNER_ZONE).astimezone(UTC)

    def answer_challenge(self, request: RawRequest) -> str:
        """See :func:`callbacks.answer_challenge`."""
        return answer_challenge(request)

    def parse_callback(self, request: RawRequest) -> Sequence[PartnerEvent]:
        """See :func:`callbacks.read_callback`."""
        return read_callback(request, self.credentials)


def label_warning(document: JsonObject) -> str:
    """The list was created, but the label was not taken: in the warehouse's words."""
    return failure(document)[1] or "the warehouse did not take the label"


PLUGIN = Plugin(
    kind="warehouse",
    name="eccang",
    capabilities=CAPABILITIES,
    build=EccangConnector,
    form=FORM,
    status_tables={"order": OUTBOUND, "cancel": CANCEL, "receiving": RECEIVING, "warehouse": WAREHOUSE},
    settings_form=SETTINGS_FORM,
)
