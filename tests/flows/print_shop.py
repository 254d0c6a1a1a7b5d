"""A partner inside the process that prints on demand: no stock of ours, its own courier, and words of its own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar

from salur.connectors.base.capabilities import FormField, Plugin, WarehouseCapabilities
from salur.connectors.base.transport import Transport
from salur.connectors.base.types import (
    CancelOutcome,
    Credentials,
    Document,
    ItemResult,
    OutboundReport,
    OutboundRequest,
    OutboundTask,
    PartnerIdentity,
    PartnerRef,
    PartnerWarehouse,
    ProductRequest,
)
from salur.foundation.clock import now
from salur.integrations import registry
from salur.integrations.models import Credential, RateBudget, WarehouseAccount
from salur.integrations.sealing import seal
from tests.world import World

FIELDS = (
    FormField("design", "Address of the print file", "From your designer", max_length=100),
    FormField("place", "Where it is printed", "", choices=(("front", "Front"), ("back", "Back")), default="front"),
    FormField("remark", "Remark", "", required=False),
)
CAPABILITIES = WarehouseCapabilities(
    "print_shop",
    "Print Shop",
    (),
    frozenset({"cancel", "products"}),
    needs_awb=False,
    needs_label=False,
    keeps_stock=False,
    ships_abroad=True,
    cancel_until="picking",
    lookup_settles_after=0.0,
)


@dataclass
class Shop:
    """What the partner remembers, and what it is to answer."""

    capabilities: WarehouseCapabilities = CAPABILITIES
    orders: dict[str, OutboundRequest] = field(default_factory=dict)
    labels: dict[str, Document | None] = field(default_factory=dict)
    products: dict[str, ProductRequest] = field(default_factory=dict)
    states: dict[str, OutboundTask] = field(default_factory=dict)
    warning: str = ""
    tracking: str = ""  # a star stands for the list's reference
    cancel_answer: CancelOutcome = field(default_factory=lambda: CancelOutcome("refused", "it is being printed"))


class Connector:
    """Speaks with the shop of the test."""

    shop: ClassVar[Shop]
    capabilities = CAPABILITIES

    def __init__(self, credentials: Credentials, transport: Transport) -> None:
        self.credentials, self.transport = credentials, transport

    def verify(self) -> PartnerIdentity:
        return PartnerIdentity("print_shop")

    def list_warehouses(self) -> Sequence[PartnerWarehouse]:
        return [PartnerWarehouse("P1", "P1", "US")]

    def push_products(self, batch: Sequence[ProductRequest]) -> Sequence[ItemResult]:
        self.shop.products |= {one.sku: one for one in batch}
        return [ItemResult(one.sku, PartnerRef(f"V-{one.sku}")) for one in batch]

    def push_outbound(self, order: OutboundRequest, label: Document | None) -> PartnerRef:
        self.shop.orders[order.reference] = order
        self.shop.labels[order.reference] = label
        return PartnerRef(f"P-{order.reference}", order.reference, warning=self.shop.warning)

    def _report(self, reference: str) -> OutboundReport:
        state = self.shop.states.get(reference, OutboundTask.ACCEPTED)
        ref = PartnerRef(f"P-{reference}", reference)
        tracking = self.shop.tracking.replace("*", reference)
        return OutboundReport(ref, reference, state, str(state), now(), tracking=tracking)

    def find_outbound(self, reference: str) -> OutboundReport | None:
        return self._report(reference) if reference in self.shop.orders else None

    def outbound_reports(self, refs: Sequence[PartnerRef]) -> Sequence[OutboundReport]:
        return [self._report(ref.reference) for ref in refs if ref.reference in self.shop.orders]

    def cancel_outbound(self, ref: PartnerRef, reason: str) -> CancelOutcome:
        return self.shop.cancel_answer


@contextmanager
def open_print_shop(world: World, **capabilities: Any) -> Iterator[Shop]:
    """The world's account is one at this partner, with some capabilities changed."""
    can = replace(CAPABILITIES, **capabilities)
    shop = Shop(can)

    class Here(Connector):
        pass

    Here.shop, Here.capabilities = shop, can
    plugin = Plugin("warehouse", can.name, can, Here, ())
    registry.register(plugin)
    with world.scope():
        WarehouseAccount.objects.filter(pk=world.account_id).update(partner=can.name)
        Credential.objects.filter(account_id=world.account_id).delete()
        Credential(
            account_id=world.account_id,
            sealed=seal({"key": "k"}, world.merchant_id, "account", world.account_id),
            updated_at=now(),
        ).save()
        RateBudget.objects.get_or_create(
            account_id=world.account_id,
            defaults={"per_second": 1000, "burst": 1000, "tokens": 1000, "counted_at": now()},
        )
    try:
        yield shop
    finally:
        registry.unregister(plugin)
