"""The JD connector: each method builds a request, sends it and reads the answer."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from salur.connectors.base.answers import one_by_one
from salur.connectors.base.capabilities import Plugin
from salur.connectors.base.errors import (
    AlreadyExists,
    ContractBroken,
    Rejected,
    TooLate,
    UnknownOutcome,
)
from salur.connectors.base.inbound import InboundReport, InboundRequest
from salur.connectors.base.reading import JsonObject, as_object, as_objects, text
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
    TokenSet,
)

from . import mapping
from .callbacks import read_callback
from .capabilities import CAPABILITIES
from .errors import BUSINESS, GATEWAY, NotFound, OtherDepartment
from .form import LOGIN, MODES, PLACES_FORM, ROUTER, SETTINGS_FORM
from .inbound import goods_in, inbound_report, purchase_params
from .oauth import exchange_code, login_address, renew
from .places import Place, places_of, read_code
from .statuses import CANCEL, INBOUND, OUTBOUND, PAST_CANCELLING
from .wire import Wire

PAGE = 100
MOST_GOODS = 50  # numbers in one goods.queryGoodsInfo
IN_USE = "2"
IDENTIFIERS = "2"


class JdConnector:
    """One PIN. Keeps no state but its credentials; safe to use from several threads."""

    capabilities = CAPABILITIES

    def __init__(self, credentials: Credentials, transport: Transport) -> None:
        self.credentials = credentials
        self.transport = transport
        self.login_url = credentials.get("login_url") or LOGIN
        self.wire = Wire(
            transport,
            url=credentials.get("base_url") or ROUTER,
            app_key=credentials.get("app_key"),
            app_secret=credentials.get("app_secret"),
            access_token=credentials.get("access_token"),
        )

    # --- login

    def authorize_url(self, redirect: str, state: str) -> str:
        """See :func:`oauth.login_address`."""
        return login_address(self.login_url, self.credentials["app_key"], redirect, state)

    def exchange(self, query: dict[str, str]) -> TokenSet:
        """The login's code for tokens."""
        return exchange_code(self.transport, self.login_url, self._app(), query)

    def refresh(self) -> TokenSet:
        """Newer tokens for the old ones."""
        return renew(self.transport, self.login_url, self._app(), self.credentials["refresh_token"])

    def _app(self) -> dict[str, str]:
        return {"app_key": self.credentials["app_key"], "app_secret": self.credentials["app_secret"]}

    # --- authorisation and warehouses

    def verify(self) -> PartnerIdentity:
        """The departments typed must be those of the PIN that logged in, and their warehouses must exist (R9).

        JD names no PIN, but the seller whose PIN logged in: that is who is claimed, so a PIN typed in another way opens
        no second claim (R31).
        """
        self.list_warehouses()
        body = self.wire.call("master.queryDept", {}, Effect.READ)
        sellers = sorted({text(row, "sellerNo") for row in mapping.rows_of(body, "querydept_result")} - {""})
        pin = self.credentials["pin"].strip()
        key = "+".join(sellers) or pin.casefold()
        return PartnerIdentity(key=key, name=pin, country=self.credentials.get("country"))

    def list_warehouses(self) -> Sequence[PartnerWarehouse]:
        """The warehouses typed in or added, each as JD knows it, named by R29."""
        places = places_of(self.credentials)
        if not places:
            raise Rejected("missing", "no warehouse and department number is given", field="warehouse_no")
        known = {department: self._warehouses_of(department) for department in {place.department for place in places}}
        return [self._warehouse(place, known[place.department]) for place in places]

    def _warehouses_of(self, department: str) -> dict[str, JsonObject]:
        try:
            body = self.wire.call("master.queryWarehouse", {"deptNo": department}, Effect.READ, department)
        except (OtherDepartment, NotFound) as refusal:
            raise Rejected(refusal.code, refusal.message, "department_no", refusal.exchange_id) from refusal
        return {text(row, "warehouseNo"): row for row in mapping.rows_of(body, "querywarehouse_result")}

    def _warehouse(self, place: Place, known: dict[str, JsonObject]) -> PartnerWarehouse:
        row = known.get(place.warehouse)
        if row is None:
            said = f"department {place.department} has no warehouse {place.warehouse}"
            raise Rejected("unknown_warehouse", said, field="warehouse_no")
        pin = self.credentials["pin"].strip()
        return PartnerWarehouse(
            code=place.code,
            name=f"{place.warehouse} - {place.department} - {pin}",
            country=(place.country or self.credentials.get("country")).upper(),
            usable=text(row, "status", IN_USE) == IN_USE,
            details={"name": text(row, "warehouseName"), "department": place.department, "pin": pin},
        )

    # --- outbound lists

    def push_outbound(self, order: OutboundRequest, label: Document | None) -> PartnerRef:
        """order.addOrder with the AWB number; JD has no place for a label.

        :class:`Rejected` with ``field`` before anything is sent when a value cannot go; :class:`AlreadyExists` when
        the reference is known; :class:`UnknownOutcome` when it may have arrived.
        """
        params = mapping.order_params(order, read_code(order.warehouse_code), self.credentials)
        body = self.wire.call("order.addOrder", params, Effect.CREATE, order.reference)
        return self._created(body, "eclpSoNo", order.reference)

    def _created(self, body: JsonObject, key: str, reference: str) -> PartnerRef:
        try:
            number = text(body, key)
        except ContractBroken as broken:
            raise UnknownOutcome(broken.code, broken.message, broken.field) from broken
        if not number:
            raise UnknownOutcome("missing", f"created, but the answer has no {key}", field=key)
        return PartnerRef(number, reference)

    def find_outbound(self, reference: str) -> OutboundReport | None:
        """The list with our reference, looked for in each department; None: none of them has it."""
        for department in dict.fromkeys(place.department for place in places_of(self.credentials)):
            params = {
                "deptNo": department,
                "shopNo": self.credentials.get("shop_no"),
                "salePlatformOrderNo": reference,
                "pageNo": 1,
                "pageSize": PAGE,
            }
            try:
                body = self.wire.call("order.queryOrderList", params, Effect.READ, reference)
            except NotFound:
                continue
            for row in mapping.rows_of(body, "queryordervmi_result"):
                if text(row, "isvUUID") == reference:
                    return mapping.outbound_report(row)
        return None

    def outbound_reports(self, refs: Sequence[PartnerRef]) -> Sequence[OutboundReport]:
        """State of each list; those that JD does not know are left out."""
        if len(refs) > CAPABILITIES.report_batch:
            raise ValueError(f"at most {CAPABILITIES.report_batch} lists at once")
        found = (self._report(ref) for ref in refs if ref.number)
        return [report for report in found if report is not None]

    def _report(self, ref: PartnerRef) -> OutboundReport | None:
        try:
            body = self.wire.call(
                "order.queryOrder", {"eclpSoNo": ref.number}, Effect.READ, ref.reference or ref.number
            )
        except NotFound:
            return None
        report = mapping.outbound_report(as_object(body.get("queryorder_result"), "queryorder_result"))
        if report.ref.number != ref.number:
            raise ContractBroken("other_order", "the answer is about another list", field="eclpSoNo")
        return report

    def cancel_outbound(self, ref: PartnerRef, reason: str) -> CancelOutcome:
        """order.cancelOrder: 1 is cancelled or merely accepted, so the list's own status decides (R118)."""
        subject = ref.reference or ref.number
        body = self.wire.call("order.cancelOrder", {"eclpSoNo": ref.number}, Effect.REPEATABLE, subject)
        said = as_object(body.get("cancelorder_result"), "cancelorder_result")
        verdict, message = CANCEL.get(text(said, "code")), text(said, "msg")
        if verdict is None:
            raise ContractBroken("unknown_status", text(said, "code"), field="cancelorder_result")
        report = self._report(ref)
        status = report.status if report else None
        if status is OutboundTask.CANCELLED:
            return CancelOutcome("accepted")
        if verdict == "accepted":
            return CancelOutcome("refused" if report and report.cancellation == "refused" else "pending", "")
        if status in PAST_CANCELLING:
            # JD's own words come in Chinese only.
            raise TooLate(text(said, "code"), f"the goods are off the shelf already ({message})")
        return CancelOutcome("refused", message)

    # --- inbound lists

    def push_inbound(self, request: InboundRequest) -> PartnerRef:
        """po.addPoOrder.

        JD can look for a purchase order by its own number only. Our number is unique there (A), so after a lost answer
        the list is sent again: JD answers the number it gave, or that it has the list and not which one, which a
        person must then look up.
        """
        params = purchase_params(request, read_code(request.warehouse_code), self.credentials)
        try:
            body = self.wire.call("po.addPoOrder", params, Effect.REPEATABLE, request.reference)
        except AlreadyExists as known:
            raise Rejected(known.code, known.message, "spPoOrderNo", known.exchange_id) from known
        return self._created(body, "poOrderNo", request.reference)

    def find_inbound(self, reference: str) -> InboundReport | None:
        """None, always: JD offers no look-up by our number, and sending the list again does no harm there (A)."""
        return None

    def inbound_reports(self, refs: Sequence[PartnerRef]) -> Sequence[InboundReport]:
        """State and received totals of up to 100 lists; those that JD does not know are left out."""
        if len(refs) > CAPABILITIES.inbound_report_batch:
            raise ValueError(f"at most {CAPABILITIES.inbound_report_batch} lists at once")
        asked = list(dict.fromkeys(ref.number for ref in refs if ref.number))
        if not asked:
            return []
        body = self.wire.call("po.queryPoOrder", {"poOrderNo": mapping.COMMA.join(asked)}, Effect.READ)
        rows = [row for row in mapping.rows_of(body, "queryPoModelList") if text(row, "poOrderNo") in asked]
        skus: dict[str, str] = {}
        for department in {text(row, "deptNo") for row in rows}:
            mine = [row for row in rows if text(row, "deptNo") == department]
            skus |= self._skus(department, sorted(goods_in(mine)))
        return [inbound_report(row, skus) for row in rows]

    def cancel_inbound(self, ref: PartnerRef, reason: str) -> CancelOutcome:
        """po.cancalPoOrder (JD's spelling)."""
        subject = ref.reference or ref.number
        body = self.wire.call("po.cancalPoOrder", {"poOrderNo": ref.number}, Effect.REPEATABLE, subject)
        said = as_object(body.get("poResult"), "poResult")
        found = self.inbound_reports([ref])
        raw = found[0].raw_status if found else ""
        if raw == "91":
            return CancelOutcome("accepted")
        if CANCEL.get(text(said, "code")) == "accepted":
            return CancelOutcome("pending")
        if raw in ("30", "50", "70"):
            raise TooLate(text(said, "code"), text(said, "msg"))
        return CancelOutcome("refused", text(said, "msg"))

    # --- products and stock

    def _skus(self, department: str, goods: Sequence[str]) -> dict[str, str]:
        """Our SKUs by JD's product numbers."""
        found: dict[str, str] = {}
        for start in range(0, len(goods), MOST_GOODS):
            rows = self._goods(department, "goodsNos", goods[start : start + MOST_GOODS])
            found |= {text(row, "goodsNo"): text(row, "isvGoodsNo") for row in rows}
        return found

    def _goods(self, department: str, key: str, numbers: Sequence[str]) -> Sequence[JsonObject]:
        params = {
            "deptNo": department,
            "queryType": IDENTIFIERS,
            key: mapping.COMMA.join(numbers),
            "pageNo": 1,
            "pageSize": PAGE,
        }
        try:
            body = self.wire.call("goods.queryGoodsInfo", params, Effect.READ, department)
        except NotFound:
            return []
        return as_objects(body.get("goodsInfoList"), "goodsInfoList")

    def push_products(self, batch: Sequence[ProductRequest]) -> Sequence[ItemResult]:
        """Create each product, or update it where it exists. A refused account or a full budget ends the batch."""
        return one_by_one(batch, lambda product: PartnerRef(self._push_product(product), product.sku))

    def _push_product(self, product: ProductRequest) -> str:
        place = read_code(product.warehouse_code)
        params = mapping.product_params(product, place, self.credentials.get("third_category_no") or "4159")
        try:
            body = self.wire.call("goods.transportGoodsInfo", params, Effect.REPEATABLE, product.sku)
            if not product.partner_number:
                return text(body, "goodsNo")
            number = product.partner_number
        except AlreadyExists:
            rows = self._goods(place.department, "isvGoodsNos", [product.sku])
            number = text(rows[0], "goodsNo") if rows else product.partner_number
            if not number:
                raise
        update = {**params, "goodsNo": number}
        update.pop("isvGoodsNo")
        self.wire.call("goods.updateGoodsInfo", update, Effect.REPEATABLE, product.sku)
        return number

    def stock(self, warehouse_code: str, skus: Sequence[str] | None, cursor: str | None) -> Page[StockLevel]:
        """A page of figures. Of a selection one SKU after the other: JD asks by one product number only."""
        place = read_code(warehouse_code)
        if skus is None:
            return self._stock_page(place, int(cursor or "1"))
        position = int(cursor or "0")
        if position >= len(skus):
            return Page([])
        following = str(position + 1) if position + 1 < len(skus) else None
        goods = self._goods(place.department, "isvGoodsNos", [skus[position]])
        rows = self._ask_stock(place, text(goods[0], "goodsNo"), 1) if goods else []
        return Page(mapping.stock_levels(rows, warehouse_code), following)

    def _stock_page(self, place: Place, page: int) -> Page[StockLevel]:
        rows = self._ask_stock(place, "", page)
        return Page(mapping.stock_levels(rows, place.code), str(page + 1) if len(rows) >= PAGE else None)

    def _ask_stock(self, place: Place, goods: str, page: int) -> list[JsonObject]:
        params = {
            "deptNo": place.department,
            "warehouseNo": place.warehouse,
            "stockStatus": mapping.GOOD,
            "stockType": mapping.SALEABLE,
            "goodsNo": goods,
            "currentPage": page,
            "pageSize": PAGE,
            "returnZeroStock": mapping.HIDE_ZERO,
        }
        try:
            body = self.wire.call("stock.queryStock", params, Effect.READ, place.code)
        except NotFound:
            return []
        return mapping.rows_of(body, "querystock_result")

    # --- messages

    def subscribe(self, url: str) -> datetime | None:
        """JD has no such call: the box at its login and the address that JD notes for the application decide."""
        raise Rejected("by_hand", f"ask JD to send this application's messages to {url}", field="url")

    def parse_callback(self, request: RawRequest) -> Sequence[PartnerEvent]:
        """See :func:`callbacks.read_callback`."""
        return read_callback(request, self.credentials)


PLUGIN = Plugin(
    kind="warehouse",
    name="jd",
    capabilities=CAPABILITIES,
    build=JdConnector,
    form=(),
    status_tables={
        "outbound": OUTBOUND,
        "inbound": INBOUND,
        "cancel": CANCEL,
        "gateway": GATEWAY,
        "business": BUSINESS,
    },
    settings_form=SETTINGS_FORM,
    modes=MODES,
    places_form=PLACES_FORM,
)
