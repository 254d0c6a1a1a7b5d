"""A warehouse that speaks Qimen: each method builds a request, sends it and reads the answer."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from salur.connectors.base.answers import one_by_one
from salur.connectors.base.capabilities import WarehouseCapabilities
from salur.connectors.base.errors import (
    AlreadyExists,
    ContractBroken,
    Rejected,
    TooLate,
    UnknownOutcome,
)
from salur.connectors.base.inbound import InboundReport, InboundRequest, InboundTask
from salur.connectors.base.reading import JsonObject, text
from salur.connectors.base.reading import whole as read_whole
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
from .callbacks import read_callback
from .errors import NoSuchItem, NotFound, UnknownPlace
from .inbound import PURCHASE, entry_request, inbound_report
from .profile import Account, Profile, read_account
from .statuses import PAST_CANCELLING, STAGES
from .wire import Wire

NO_SUCH_ITEM = "SALUR-CONNECTION-CHECK"
PAGE = 100
MOST_PAGES = 100  # of one document; a partner that ignores the page number must not hold us for ever


class QimenConnector:
    """One account at one warehouse company. Keeps no state but these; safe to use from several threads.

    A partner's own connector names its ``capabilities`` and ``profile``, how its account is identified and how its
    warehouses are named.
    """

    capabilities: WarehouseCapabilities
    profile = Profile()

    def __init__(self, credentials: Credentials, transport: Transport) -> None:
        self.credentials = credentials
        self.account: Account = read_account(self.profile, credentials)
        self.wire = Wire(
            transport,
            url=self.account.url,
            app_key=self.account.app_key,
            secret=self.account.secret,
            customer_id=self.account.customer_id,
            prefix=self.account.prefix,
        )

    # --- what each partner decides

    def identity_key(self) -> str:
        """What one merchant may claim (R12)."""
        raise NotImplementedError

    def warehouse_name(self, code: str) -> str:
        """The partner's naming rule (P1)."""
        return f"{code} + {self.account.owner_code}"

    # --- authorisation and warehouses

    def verify(self) -> PartnerIdentity:
        """Ask every warehouse for the stock of an item that does not exist: a wrong key, owner or number shows (A)."""
        if not self.account.warehouse_codes:
            raise Rejected("missing", "no warehouse number is given", field=self.profile.warehouses)
        for code in self.account.warehouse_codes:
            self._check_place(code)
        return PartnerIdentity(self.identity_key(), name=self.account.customer_id, country=self.account.country)

    def _check_place(self, code: str) -> None:
        try:
            self._stock_rows(code, [NO_SUCH_ITEM], 1)
        except UnknownPlace as error:
            raise Rejected(
                error.code, f"{code}: {error.message}", field=self.profile.warehouses, exchange_id=error.exchange_id
            ) from error

    def list_warehouses(self) -> Sequence[PartnerWarehouse]:
        """The warehouses typed in, each verified; the interface lists none by itself (R18)."""
        for code in self.account.warehouse_codes:
            self._check_place(code)
        return [
            PartnerWarehouse(code=code, name=self.warehouse_name(code), country=self.account.country)
            for code in self.account.warehouse_codes
        ]

    # --- outbound lists

    def push_outbound(self, order: OutboundRequest, label: Document | None) -> PartnerRef:
        """deliveryorder.create with AWB and label.

        :class:`Rejected` with ``field`` before anything is sent when a value cannot go; :class:`AlreadyExists` when
        the code is known; :class:`UnknownOutcome` when it may have arrived.
        """
        request = mapping.delivery_request(order, label, self.account, self.wire.now())
        response = self.wire.call("deliveryorder.create", request, Effect.CREATE, order.reference)
        return self._created(response, "deliveryOrderId", order.reference)

    def _created(self, response: JsonObject, key: str, reference: str) -> PartnerRef:
        """Our reference is the document's code in every later call; a number of theirs is kept beside it."""
        try:
            return PartnerRef(text(response, key) or reference, reference)
        except ContractBroken as broken:
            raise UnknownOutcome(broken.code, broken.message, broken.field) from broken

    def find_outbound(self, reference: str) -> OutboundReport | None:
        """The list with our reference; None only when the warehouse says that it has none."""
        response = self._query("deliveryorder.query", reference)
        if response is None:
            return None
        report = mapping.outbound_report(response)
        if report.reference != reference:
            raise ContractBroken("other_order", "the answer is about another code", field="deliveryOrderCode")
        return self._with_process(report) if report.status is OutboundTask.ACCEPTED else report

    def _with_process(self, report: OutboundReport) -> OutboundReport:
        """The document says accepted for as long as the warehouse works on it; its processes say how far it is."""
        request = {"orderCode": report.reference}
        try:
            response = self.wire.call("orderprocess.query", request, Effect.READ, report.reference)
        except Rejected:
            return report  # not every warehouse tells its processes
        furthest = mapping.furthest(response)
        if furthest is None or STAGES.index(furthest[0]) <= STAGES.index(OutboundTask.ACCEPTED):
            return report
        task, raw, at = furthest
        versions = [moment for moment in (report.version, at) if moment is not None]
        return OutboundReport(
            ref=report.ref,
            reference=report.reference,
            status=task,
            raw_status=raw,
            version=max(versions) if versions else None,
            tracking=report.tracking,
            reason=report.reason,
            lines=report.lines,
            cancellation=report.cancellation,
        )

    def outbound_reports(self, refs: Sequence[PartnerRef]) -> Sequence[OutboundReport]:
        """State of each list; those the warehouse does not know are left out."""
        if len(refs) > self.capabilities.report_batch:
            raise ValueError(f"at most {self.capabilities.report_batch} lists at once")
        found = (self.find_outbound(ref.reference) for ref in refs)
        return [report for report in found if report is not None]

    def cancel_outbound(self, ref: PartnerRef, reason: str) -> CancelOutcome:
        """order.cancel. A refusal is judged by how far the list is, not by the words of the message."""
        try:
            self._cancel(ref, mapping.NORMAL_DELIVERY, reason)
        except (Rejected, TooLate, AlreadyExists) as refusal:
            report = self.find_outbound(ref.reference)
            status = report.status if report else None
            if status is OutboundTask.CANCELLED:
                return CancelOutcome("accepted", refusal.message)
            if status in PAST_CANCELLING or isinstance(refusal, TooLate):
                raise TooLate(refusal.code, refusal.message, exchange_id=refusal.exchange_id) from refusal
            return CancelOutcome("refused", refusal.message or refusal.code)
        report = self.find_outbound(ref.reference)
        # Some say yes and try: the document's own status tells what became of it.
        done = report is None or report.status is OutboundTask.CANCELLED
        return CancelOutcome("accepted" if done else "pending")

    def _cancel(self, ref: PartnerRef, kind: str, reason: str) -> None:
        request = {
            "warehouseCode": mapping.ANY_WAREHOUSE,
            "ownerCode": self.account.owner_code,
            "orderCode": ref.reference,
            "orderId": ref.number if ref.number != ref.reference else None,
            "orderType": kind,
            "cancelReason": reason[:200] or None,
        }
        self.wire.call("order.cancel", request, Effect.REPEATABLE, ref.reference)

    def _query(self, method: str, reference: str) -> JsonObject | None:
        """A document with all of its lines, which come by pages; None: the warehouse says that it has none."""
        whole: dict[str, object] = {}
        lines: list[JsonObject] = []
        for page in range(1, MOST_PAGES + 1):
            request = {"orderCode": reference, "ownerCode": self.account.owner_code, "page": page, "pageSize": PAGE}
            try:
                response = self.wire.call(method, request, Effect.READ, reference)
            except NotFound:
                return None
            found = mapping.inner(response, "orderLines", "orderLine")
            whole, lines = whole or dict(response), [*lines, *found]
            if len(found) < PAGE or len(lines) >= read_whole(response, "totalLines"):
                break
        if "orderLines" in whole:
            whole["orderLines"] = {"orderLine": lines}
        return whole

    # --- inbound lists

    def push_inbound(self, request: InboundRequest) -> PartnerRef:
        """entryorder.create; errors as :meth:`push_outbound`."""
        body = entry_request(request, self.account, self.wire.now())
        response = self.wire.call("entryorder.create", body, Effect.CREATE, request.reference)
        return self._created(response, "entryOrderId", request.reference)

    def find_inbound(self, reference: str) -> InboundReport | None:
        """The list with our reference; None only when the warehouse says that it has none."""
        response = self._query("entryorder.query", reference)
        if response is None:
            return None
        report = inbound_report(response)
        if report.reference != reference:
            raise ContractBroken("other_order", "the answer is about another code", field="entryOrderCode")
        return report

    def inbound_reports(self, refs: Sequence[PartnerRef]) -> Sequence[InboundReport]:
        """State and received totals of each list; those the warehouse does not know are left out."""
        if len(refs) > self.capabilities.inbound_report_batch:
            raise ValueError(f"at most {self.capabilities.inbound_report_batch} lists at once")
        found = (self.find_inbound(ref.reference) for ref in refs)
        return [report for report in found if report is not None]

    def cancel_inbound(self, ref: PartnerRef, reason: str) -> CancelOutcome:
        """order.cancel of an entry order; a refusal is judged by the list's own status."""
        try:
            self._cancel(ref, PURCHASE, reason)
        except (Rejected, TooLate, AlreadyExists) as refusal:
            report = self.find_inbound(ref.reference)
            status = report.status if report else None
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
        first, second = ("update", "add") if product.partner_number else ("add", "update")
        try:
            response = self._synchronize(product, first)
        except (AlreadyExists, NoSuchItem):
            response = self._synchronize(product, second)
        return PartnerRef(text(response, "itemId") or product.partner_number or product.sku, product.sku)

    def _synchronize(self, product: ProductRequest, action: str) -> JsonObject:
        request = mapping.product_request(product, self.account, action)
        return self.wire.call("singleitem.synchronize", request, Effect.REPEATABLE, product.sku)

    def stock(self, warehouse_code: str, skus: Sequence[str] | None, cursor: str | None) -> Page[StockLevel]:
        """A page of figures. A SKU may come again on the next page (a batch): figures of one run add up."""
        if skus is not None and not skus:
            return Page([])
        page = int(cursor or "1")
        rows = self._stock_rows(warehouse_code, skus, page)
        # A selection is answered at one go; a whole warehouse by pages (A), until one is not full.
        more = skus is None and len(rows) >= PAGE
        return Page(mapping.stock_levels(rows, warehouse_code), str(page + 1) if more else None)

    def _stock_rows(self, warehouse_code: str, skus: Sequence[str] | None, page: int) -> Sequence[JsonObject]:
        common = {"warehouseCode": warehouse_code, "ownerCode": self.account.owner_code}
        criteria = [common] if skus is None else [{**common, "itemCode": sku} for sku in skus]
        request: dict[str, object] = {"criteriaList": {"criteria": criteria}}
        if skus is None:
            request |= {"page": page, "pageSize": PAGE}
        try:
            response = self.wire.call("inventory.query", request, Effect.READ, warehouse_code)
        except NotFound:
            return []
        return mapping.inner(response, "items", "item")

    # --- messages

    def subscribe(self, url: str) -> datetime | None:
        """The standard has no such call: the warehouse's staff enter our address in their system."""
        raise Rejected("by_hand", f"ask the warehouse to enter {url} as the address of its reports", field="url")

    def parse_callback(self, request: RawRequest) -> Sequence[PartnerEvent]:
        """See :func:`callbacks.read_callback`."""
        return read_callback(request, self.account, self.profile)
