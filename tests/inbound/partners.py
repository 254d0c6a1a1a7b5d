"""A small warehouse partner inside the process, which keeps its lists, for what the simulators do not show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from salur.connectors.base.capabilities import Plugin, WarehouseCapabilities
from salur.connectors.base.inbound import InboundReport, InboundRequest
from salur.connectors.base.transport import Transport
from salur.connectors.base.types import (
    CancelOutcome,
    Credentials,
    Document,
    OutboundReport,
    OutboundRequest,
    PartnerIdentity,
    PartnerRef,
    PartnerWarehouse,
)


class Partner:
    """Takes inbound lists into ``lists``; says of each what ``reports`` holds. One partner for all connectors."""

    lists: dict[str, InboundRequest] = {}
    reports: dict[str, InboundReport] = {}
    capabilities = WarehouseCapabilities("plain", "Plain", ("TH",), frozenset({"inbound"}), lookup_settles_after=0.0)

    def __init__(self, credentials: Credentials, transport: Transport) -> None:
        self.credentials, self.transport = credentials, transport

    def verify(self) -> PartnerIdentity:
        return PartnerIdentity("plain")

    def list_warehouses(self) -> Sequence[PartnerWarehouse]:
        return [PartnerWarehouse("TH01", "TH01", "TH")]

    def push_outbound(self, order: OutboundRequest, label: Document | None) -> PartnerRef:
        return PartnerRef("O" + order.reference, order.reference)

    def find_outbound(self, reference: str) -> OutboundReport | None:
        return None

    def outbound_reports(self, refs: Sequence[PartnerRef]) -> Sequence[OutboundReport]:
        return []

    def push_inbound(self, request: InboundRequest) -> PartnerRef:
        self.lists[request.reference] = request
        return PartnerRef("I" + request.reference, request.reference)

    def find_inbound(self, reference: str) -> InboundReport | None:
        return self.reports.get(reference)

    def inbound_reports(self, refs: Sequence[PartnerRef]) -> Sequence[InboundReport]:
        return [self.reports[ref.reference] for ref in refs if ref.reference in self.reports]

    def cancel_inbound(self, ref: PartnerRef, reason: str) -> CancelOutcome:
        return CancelOutcome("accepted")


class Costly(Partner):
    """One that needs the cost of every line."""

    capabilities = replace(Partner.capabilities, name="costly", title="Costly", inbound_cost_required=True)


def plugin_of(connector: type[Partner]) -> Plugin:
    """The connector as an entry point would name it."""
    return Plugin("warehouse", connector.capabilities.name, connector.capabilities, connector, ())
