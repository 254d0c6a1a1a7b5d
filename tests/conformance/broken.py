"""Connectors that are broken on purpose, each in one way that a partner's own tests would not show."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from salur.connectors.base.capabilities import Plugin
from salur.connectors.base.errors import (
    AuthExpired,
    AuthRejected,
    PartnerError,
    RateLimited,
    Rejected,
    Retryable,
    TooLate,
    UnknownOutcome,
)
from salur.connectors.base.inbound import InboundReport
from salur.connectors.base.transport import Transport
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
    ProductRequest,
    RawRequest,
    StockLevel,
    Unmapped,
)
from salur.connectors.warehouses.eccang.connector import PLUGIN, EccangConnector
from salur.connectors.warehouses.jd.connector import PLUGIN as JD
from salur.connectors.warehouses.jd.connector import JdConnector


class SendsAgainBlindly(EccangConnector):
    """No answer in time: just once more, without looking."""

    def push_outbound(self, order: OutboundRequest, label: Document | None) -> PartnerRef:
        try:
            return super().push_outbound(order, label)
        except UnknownOutcome as error:
            if error.code != "timeout":
                raise
            return super().push_outbound(order, label)


class TakesUnknownForAccepted(EccangConnector):
    """A new status of the partner will surely be harmless."""

    def outbound_reports(self, refs: Sequence[PartnerRef]) -> Sequence[OutboundReport]:
        reports = super().outbound_reports(refs)
        return [
            replace(one, status=OutboundTask.ACCEPTED) if isinstance(one.status, Unmapped) else one for one in reports
        ]


class SwallowsSlowDown(EccangConnector):
    """Too many requests: some error or other."""

    def push_outbound(self, order: OutboundRequest, label: Document | None) -> PartnerRef:
        try:
            return super().push_outbound(order, label)
        except RateLimited as error:
            raise Retryable("busy", "the warehouse is busy", exchange_id=error.exchange_id) from error


class BelievesAnySignature(EccangConnector):
    """The key stands in the message, so it must be from the warehouse."""

    def parse_callback(self, request: RawRequest) -> Sequence[PartnerEvent]:
        try:
            return super().parse_callback(request)
        except PartnerError:
            if self.credentials["app_key"].encode() not in request.body:
                raise
            message = json.loads(request.body)
            body = json.loads(message["body"])
            return [PartnerEvent("outbound", str(message["msg_id"]), str(body.get("reference_no")))]


class DoublesPage(EccangConnector):
    """The second page begins with the first."""

    def stock(self, warehouse_code: str, skus: Sequence[str] | None, cursor: str | None) -> Page[StockLevel]:
        page = super().stock(warehouse_code, skus, cursor)
        if cursor != "2":
            return page
        return Page([*super().stock(warehouse_code, skus, None).items, *page.items], page.cursor)


class TellsIncrements(EccangConnector):
    """What has come since it was last asked."""

    told: ClassVar[dict[tuple[str, str], int]] = {}

    def inbound_reports(self, refs: Sequence[PartnerRef]) -> Sequence[InboundReport]:
        return [replace(one, lines=tuple(self._since(one))) for one in super().inbound_reports(refs)]

    def _since(self, report: InboundReport) -> list[Any]:
        lines = []
        for line in report.lines or ():
            key = (report.reference, line.sku)
            lines.append(replace(line, received=line.received - self.told.get(key, 0)))
            self.told[key] = line.received
        return lines


class LeaksSecret(EccangConnector):
    """The key in the address as well, for good measure."""

    def __init__(self, credentials: Credentials, transport: Transport) -> None:
        super().__init__(credentials, transport)
        self.wire.url += f"?t={credentials['app_token']}"


class KeepsState(EccangConnector):
    """Counts for itself what it was asked."""

    def __init__(self, credentials: Credentials, transport: Transport) -> None:
        super().__init__(credentials, transport)
        self.asked: list[str] = []

    def find_outbound(self, reference: str) -> OutboundReport | None:
        self.asked.append(reference)
        return super().find_outbound(reference)


class MixesThreads(EccangConnector):
    """The number of the last list, whoever pushed it."""

    last: ClassVar[str] = ""

    def push_outbound(self, order: OutboundRequest, label: Document | None) -> PartnerRef:
        ref = super().push_outbound(order, label)
        MixesThreads.last = ref.number
        if threading.current_thread() is not threading.main_thread():
            ends = time.monotonic() + 3
            while MixesThreads.last == ref.number and time.monotonic() < ends:
                time.sleep(0.001)  # until another thread has pushed, so that the fault shows each time
        return replace(ref, number=MixesThreads.last)


class CutsNames(EccangConnector):
    """Thirty characters of a name are enough for anybody."""

    def push_outbound(self, order: OutboundRequest, label: Document | None) -> PartnerRef:
        return super().push_outbound(
            replace(order, address=replace(order.address, name=order.address.name[:30])), label
        )


class TakesDoubtForNo(EccangConnector):
    """No connection: then the list is not there."""

    def find_outbound(self, reference: str) -> OutboundReport | None:
        try:
            return super().find_outbound(reference)
        except Retryable as error:
            if error.code != "connection_lost":
                raise
            return None


class CrashesOnPages(EccangConnector):
    """Only ever saw good answers while it was written."""

    def list_warehouses(self) -> Any:
        try:
            return super().list_warehouses()
        except PartnerError as error:
            if "syntax error" in error.message:
                raise KeyError("data") from error
            raise


class OneForAll(EccangConnector):
    """Every account of this partner is the same to it."""

    def verify(self) -> PartnerIdentity:
        return replace(super().verify(), key="eccang")


class ShowsSecret(EccangConnector):
    """The token is unique, so it makes a good key."""

    def verify(self) -> PartnerIdentity:
        return replace(super().verify(), key=self.credentials["app_token"])


class AlwaysStops(EccangConnector):
    """Too late is as good as stopped."""

    def cancel_outbound(self, ref: PartnerRef, reason: str) -> CancelOutcome:
        try:
            return super().cancel_outbound(ref, reason)
        except TooLate:
            return CancelOutcome("accepted")


class FailsAsOne(EccangConnector):
    """The first bad product ends the batch."""

    def push_products(self, batch: Sequence[ProductRequest]) -> Sequence[ItemResult]:
        results = super().push_products(batch)
        for result in results:
            if isinstance(result.error, Rejected) and len(results) > 1:
                raise result.error
        return results


class AnswersTwice(EccangConnector):
    """Of several lists the first is told twice."""

    def outbound_reports(self, refs: Sequence[PartnerRef]) -> Sequence[OutboundReport]:
        reports = list(super().outbound_reports(refs))
        return [*reports, reports[0]] if len(reports) > 1 else reports


class NeverAbsent(EccangConnector):
    """Not found is an error like any other."""

    def find_outbound(self, reference: str) -> OutboundReport | None:
        found = super().find_outbound(reference)
        if found is None:
            raise Rejected("absent", "no such list")
        return found


class TakesExpiredForRefused(JdConnector):
    """A token that is too old is a token that does not work."""

    def verify(self) -> PartnerIdentity:
        try:
            return super().verify()
        except AuthExpired as error:
            raise AuthRejected(error.code, error.message, exchange_id=error.exchange_id) from error


@dataclass(frozen=True)
class Break:
    """A broken connector and the checks that must fail, all of them and no others."""

    plugin: Plugin
    fails: frozenset[str]

    @property
    def name(self) -> str:
        """For the test's name."""
        return str(getattr(self.plugin.build, "__name__", "")) or self.plugin.name


def _break(connector: type[EccangConnector], *fails: str) -> Break:
    return Break(replace(PLUGIN, build=connector), frozenset(fails))


def _tables(**changes: Mapping[str, object]) -> Plugin:
    return replace(PLUGIN, status_tables={**PLUGIN.status_tables, **changes})


class ForgetsStatus(EccangConnector):
    """A listed status has no meaning."""


class HidesAbility(EccangConnector):
    """Can do what it does not name."""

    capabilities = replace(EccangConnector.capabilities, abilities=EccangConnector.capabilities.abilities - {"stock"})


BREAKS: tuple[Break, ...] = (
    _break(SendsAgainBlindly, "lost.timeout_after"),
    _break(TakesUnknownForAccepted, "status.unknown"),
    _break(SwallowsSlowDown, "lost.rate_limit"),
    _break(BelievesAnySignature, "messages.forged"),
    _break(DoublesPage, "stock.pages", "stock.changing"),
    _break(TellsIncrements, "inbound.partial"),
    _break(LeaksSecret, "secrets.record"),
    _break(KeepsState, "state.none"),
    _break(MixesThreads, "state.threads"),
    _break(CutsNames, "push.long"),
    _break(TakesDoubtForNo, "reading.cut_after"),
    _break(CrashesOnPages, "reading.html", "errors.partner"),
    _break(OneForAll, "auth.another"),
    _break(ShowsSecret, "auth.stable"),
    _break(AlwaysStops, "cancel.late", "cancel.states"),
    _break(FailsAsOne, "products.batch"),
    _break(AnswersTwice, "reports.asked"),
    _break(NeverAbsent, "push.not_there", "push.settles"),
    Break(replace(JD, build=TakesExpiredForRefused), frozenset({"tokens.expired", "tokens.together"})),
    Break(
        replace(
            _tables(order={code: state for code, state in PLUGIN.status_tables["order"].items() if code != "P"}),
            build=ForgetsStatus,
        ),
        frozenset({"status.total"}),
    ),
    Break(
        replace(PLUGIN, build=HidesAbility, capabilities=HidesAbility.capabilities),
        frozenset({"describes.abilities"}),
    ),
)
