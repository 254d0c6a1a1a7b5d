"""The two small interfaces that partners implement, and the optional abilities beside them (design 4).

A connector is built from credentials and a transport and keeps no other state. Every method may raise any
class of :mod:`salur.connectors.base.errors`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol, runtime_checkable

from .capabilities import StoreCapabilities, WarehouseCapabilities
from .inbound import InboundReport, InboundRequest
from .listing import StockTarget, StoreListing
from .made_keys import MadeKeys
from .types import (
    AwbResult,
    CancelOutcome,
    ConfirmResult,
    Document,
    ItemResult,
    LabelResult,
    OrderHead,
    OutboundReport,
    OutboundRequest,
    Page,
    PartnerEvent,
    PartnerIdentity,
    PartnerRef,
    PartnerWarehouse,
    ProductRequest,
    RawRequest,
    ShippingOption,
    StockLevel,
    StoreOrder,
    TimeWindow,
    TokenSet,
)


@runtime_checkable
class WarehouseConnector(Protocol):
    """What every warehouse partner can do."""

    capabilities: WarehouseCapabilities

    def verify(self) -> PartnerIdentity:
        """Prove the credentials; the identity's key is claimed for one merchant (R9, R12)."""

    def list_warehouses(self) -> Sequence[PartnerWarehouse]:
        """All warehouses of the account, named by the partner's rule."""

    def push_outbound(self, order: OutboundRequest, label: Document | None) -> PartnerRef:
        """Create and approve the outbound list. CREATE effect: UnknownOutcome means look up first."""

    def find_outbound(self, reference: str) -> OutboundReport | None:
        """Did it arrive? None means certainly not there (at this moment)."""

    def outbound_reports(self, refs: Sequence[PartnerRef]) -> Sequence[OutboundReport]:
        """State of several outbound lists; unknown ones are left out."""


@runtime_checkable
class PushesProducts(Protocol):
    """Ability ``products``."""

    def push_products(self, batch: Sequence[ProductRequest]) -> Sequence[ItemResult]:
        """Create or update products; repeating is safe (R49)."""


@runtime_checkable
class Cancels(Protocol):
    """Ability ``cancel``."""

    def cancel_outbound(self, ref: PartnerRef, reason: str) -> CancelOutcome:
        """Ask the warehouse to stop; Success is not always cancelled."""


@runtime_checkable
class TakesInbound(Protocol):
    """Ability ``inbound``."""

    def push_inbound(self, request: InboundRequest) -> PartnerRef:
        """Announce an inbound list. CREATE effect: UnknownOutcome means look up first; AlreadyExists names the list."""

    def find_inbound(self, reference: str) -> InboundReport | None:
        """Did it arrive? None means certainly not there (at this moment)."""

    def inbound_reports(self, refs: Sequence[PartnerRef]) -> Sequence[InboundReport]:
        """State and received totals of several inbound lists; unknown ones are left out."""

    def cancel_inbound(self, ref: PartnerRef, reason: str) -> CancelOutcome:
        """Ask the warehouse to expect it no more; TooLate once it receives."""


@runtime_checkable
class ReportsStock(Protocol):
    """Ability ``stock``."""

    def stock(self, warehouse_code: str, skus: Sequence[str] | None, cursor: str | None) -> Page[StockLevel]:
        """A page of stock figures; rows of one SKU are already summed within the page."""


@runtime_checkable
class CallsBack(Protocol):
    """Ability ``callbacks``."""

    def subscribe(self, url: str) -> datetime | None:
        """Ask for messages to ``url``; answers when the subscription ends, None if never."""

    def parse_callback(self, request: RawRequest) -> Sequence[PartnerEvent]:
        """Verify the signature first (AuthRejected when forged), then read."""


@runtime_checkable
class AnswersChallenge(Protocol):
    """Ability ``challenge``: the partner calls the address with a question (GET) before it sends anything there."""

    def answer_challenge(self, request: RawRequest) -> str:
        """The JSON to answer, without calling anybody. Rejected when it is no question of this partner."""


@runtime_checkable
class GivesMessageKeys(Protocol):
    """Ability ``message_keys``: messages are signed with keys that the partner hands out by name.

    ``parse_callback`` looks them up in ``RawRequest.keys`` and raises KeyNeeded for one that is not there; whoever
    calls it asks here, keeps the key for a while, and has the message read again.
    """

    def message_key(self, name: str) -> str:
        """The key of that name, as ``parse_callback`` wants it. Rejected when the partner knows none."""


@runtime_checkable
class StoreConnector(Protocol):
    """What every store can do."""

    capabilities: StoreCapabilities

    def verify(self) -> PartnerIdentity:
        """Prove the credentials and say which shop they open."""

    def orders(self, window: TimeWindow, cursor: str | None) -> Page[OrderHead]:
        """Orders changed in the window (by update time)."""

    def order_details(self, ids: Sequence[str]) -> Sequence[StoreOrder]:
        """Orders in full; those the store does not know are left out."""


@runtime_checkable
class OAuth(Protocol):
    """Ability ``oauth``, of stores and of warehouse accounts.

    During a login the credentials carry two more values, which are never saved: ``redirect_uri``, our address that the
    partner sends the user back to, and ``code_verifier``, a fresh random one for partners with PKCE. For the exchange
    they carry ``state`` as well, for partners that sign the whole redirect.
    """

    def authorize_url(self, redirect: str, state: str) -> str:
        """Where to send the seller; ``state`` comes back with the redirect."""

    def exchange(self, query: dict[str, str]) -> TokenSet:
        """Turn the redirect's query into tokens."""

    def refresh(self) -> TokenSet:
        """New tokens; the old refresh token is used up by this."""


@runtime_checkable
class GrantsTokens(Protocol):
    """Ability ``grant``, of stores whose typed keys are turned into tokens without a login page."""

    def grant(self) -> TokenSet:
        """Tokens for the typed keys. AuthRejected when they are wrong."""

    def refresh(self) -> TokenSet:
        """New tokens when the old ones end."""


@runtime_checkable
class MakesKeys(Protocol):
    """Ability ``makes_keys``, of stores that make keys on a page of their own and send them to us, beside typed keys.

    The credentials hold no more than the fields of ``Plugin.keys_form`` then. ``handle`` is a fresh random word of
    letters, digits, ``-`` and ``_``, which comes back with the keys.
    """

    def keys_page(self, redirect: str, callback: str, handle: str) -> str:
        """Where to send the user; the keys go to ``callback``, the user then comes back to ``redirect``."""

    def read_keys(self, body: bytes) -> MadeKeys:
        """What was sent to ``callback``. ContractBroken when it is not as documented, Rejected when it is no use."""

    def was_granted(self, query: Mapping[str, str]) -> bool:
        """Whether the user who came back to ``redirect`` with this query said yes."""


@runtime_checkable
class AcceptsOrders(Protocol):
    """Ability ``accept`` (R101)."""

    def accept(self, external_id: str) -> None:
        """Accept a paid order; some stores give the AWB number by that alone. AlreadyExists when accepted before."""


@runtime_checkable
class ArrangesShipment(Protocol):
    """Ability ``arrange``."""

    def shipping_options(self, external_id: str) -> Sequence[ShippingOption]:
        """Ways of handing over, the store's preferred first. AlreadyExists when it was arranged before."""

    def arrange(self, external_id: str, option: ShippingOption) -> None:
        """Arrange the shipment. AlreadyExists when it was arranged before."""

    def awb(self, external_id: str) -> AwbResult:
        """The AWB number, or empty with a hint."""

    def label(self, external_id: str, package: str, awb: str) -> LabelResult:
        """The label PDF; asks the store to make it when it has not yet."""


@runtime_checkable
class ConfirmsShipment(Protocol):
    """Ability ``confirm``."""

    def confirm(self, external_id: str, tracking: str, courier: str) -> ConfirmResult:
        """Tell the store that the parcel is under way, and read back what it shows.

        Where ``confirms_lines`` is declared a fourth argument follows, ``lines: Sequence[ShippedLine]``: what is in
        this parcel; empty means all that is left of the order.
        """


@runtime_checkable
class TellsTracking(Protocol):
    """Ability ``track``: confirming and writing the number can be had apart (R143).

    Such a store takes ``confirm`` with an empty ``tracking`` as well: shipped, and no number shown.
    """

    def track(self, external_id: str, tracking: str, courier: str) -> ConfirmResult:
        """Write the number without marking the order as shipped, and read back: confirmed means that it shows."""


@runtime_checkable
class ListsProducts(Protocol):
    """Ability ``listings``."""

    def listings(self, cursor: str | None) -> Page[StoreListing]:
        """The store's products, one entry per sellable variation."""


@runtime_checkable
class CancelsOrders(Protocol):
    """Ability ``cancel`` of stores: the seller cancels."""

    def cancel_order(self, external_id: str, reason: str) -> CancelOutcome:
        """Cancel the whole order; ``reason`` is a code of ``cancel_reasons``. TooLate once shipped."""


@runtime_checkable
class DecidesCancellation(Protocol):
    """Ability ``decide``: the buyer has asked to cancel, the seller answers (R121)."""

    def answer_cancellation(self, external_id: str, accept: bool, reason: str) -> None:
        """Accept or refuse. AlreadyExists when it was answered before; TooLate when the store decided meanwhile."""


@runtime_checkable
class SetsStock(Protocol):
    """Ability ``stock`` of stores."""

    def set_stock(self, batch: Sequence[StockTarget]) -> Sequence[ItemResult]:
        """Set what may be sold, absolute; up to ``stock_batch`` at once; repeating is safe. One result per key."""
