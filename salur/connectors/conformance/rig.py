"""The partner's side of a check: where it stands, with which credentials, and what may be arranged there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol, runtime_checkable

from .checks import Power

Row = Mapping[str, Any]


@runtime_checkable
class Rig(Protocol):
    """A partner to check against.

    Only ``credentials`` and ``skus`` are needed of every rig; each other method belongs to the power of the same
    group and is never called where ``powers`` does not hold it (:class:`BareRig` refuses them all). ``skus`` are
    products that the partner has in stock already, for partners where the kit cannot bring in its own.
    """

    name: str
    powers: frozenset[Power]
    skus: Sequence[str]

    def credentials(self) -> Mapping[str, str]:
        """Values of the authorisation form and of the settings form, and tokens where the partner has them."""

    def fresh(self) -> None:
        """Begin a check: nothing of an earlier one is left, where that can be arranged."""

    def close(self) -> None:
        """The last check is over."""

    # Power.COUNTS
    def outbound(self, reference: str) -> Row | None:
        """The partner's living list of that reference or number (``times_created`` is how many there are), or None."""

    def inbound(self, reference: str) -> Row | None:
        """The same of an inbound list."""

    def counts(self) -> Mapping[str, Mapping[str, Any]]:
        """Calls by the partner's operations: ``calls`` that arrived and ``ok`` that were carried out."""

    # Power.FAULTS
    def fault(self, operation: str, kind: str, **more: object) -> None:
        """Switch a fault on for the next call of an operation (``*``: of any)."""

    def forgive(self) -> None:
        """Switch all faults off."""

    # Power.STATUS
    def move_outbound(self, reference: str, status: str, *, raw: bool = False) -> bool:
        """Put a list into one of the partner's states; false when the partner has no such state."""

    def move_inbound(
        self, reference: str, status: str, received: Mapping[str, int] | None = None, *, raw: bool = False
    ) -> bool:
        """The same of an inbound list; ``received`` in total so far."""

    # Power.STOCK
    def set_stock(self, stock: Mapping[str, int], warehouse: str) -> None:
        """Make so many pieces sellable, whatever there was; products are registered if need be."""

    def stock(self, warehouse: str) -> Mapping[str, int]:
        """Sellable pieces by SKU."""

    # Power.CLOCK
    def advance(self, seconds: float) -> None:
        """Move the partner's clock; what becomes due by that happens."""

    # Power.ACCOUNTS
    def another_account(self) -> Mapping[str, str]:
        """Credentials of another merchant's account at the same partner."""

    # Power.CALLBACKS
    def subscribe(self, url: str) -> bool:
        """Send messages to ``url`` where the partner's console decides that; false when it cannot be arranged."""

    # Power.KNOBS
    def turn(self, knob: str, value: object) -> bool:
        """Change one of the partner's ways; false when there is no such knob."""

    # Power.ORDERS
    def sell(self, count: int, **wish: object) -> Sequence[str]:
        """So many new orders at a store, paid and ready; answers the ids that the store's calls name them by.

        ``wish`` may hold ``step`` and ``status`` (the store's word) for orders that are not paid yet, ``items``
        ``[{sku, quantity}]``, ``person`` (fields of the recipient), ``shop_id``, and ``extra``: ``no_items``,
        ``no_address`` or ``currency``, where the store can be made to show such orders.
        """

    def order(self, order_id: str) -> Row | None:
        """The store's order: ``step``, ``tracking``, ``times_accepted``, ``times_arranged``, ``shipments``, ``lines``.

        ``step`` is one of unpaid, paid, ready, shipped, delivered, completed, cancel_asked, cancelled.
        """

    # Power.STATUS, of stores
    def move_order(self, order_id: str, *, status: str = "", step: str = "", **more: object) -> bool:
        """Put an order into one of the store's states, or on a step; false when the store has no such.

        ``raw=True`` allows a word that is in no list; ``machine`` names which of several statuses is meant.
        """

    # Power.STOCK, of stores
    def put_on_sale(self, skus: Sequence[str]) -> None:
        """List these SKUs, or a usual range when there are none."""

    def on_sale(self) -> Sequence[Row]:
        """Everything that is listed: ``item_id``, ``model_id``, ``sku``, ``stock``, ``live`` (false: not for sale)."""

    # Power.SHOPS
    def open_shop(self) -> str:
        """Another shop at the same store, which the same application serves; answers its id, empty when it cannot."""

    # Power.TOKENS
    def end_access(self) -> bool:
        """Make all access tokens given out so far too old; false when the partner gives none."""


class BareRig:
    """A rig without any power: every method of a power is refused."""

    name = "this partner"
    powers: frozenset[Power] = frozenset()
    skus: Sequence[str] = ()

    def credentials(self) -> Mapping[str, str]:
        """See :class:`Rig`."""
        raise NotImplementedError

    def fresh(self) -> None:
        """Nothing can be taken back at a real partner."""

    def close(self) -> None:
        """Nothing was opened."""

    def outbound(self, reference: str) -> Row | None:
        """See :class:`Rig`."""
        raise NotImplementedError

    def inbound(self, reference: str) -> Row | None:
        """See :class:`Rig`."""
        raise NotImplementedError

    def counts(self) -> Mapping[str, Mapping[str, Any]]:
        """See :class:`Rig`."""
        raise NotImplementedError

    def fault(self, operation: str, kind: str, **more: object) -> None:
        """See :class:`Rig`."""
        raise NotImplementedError

    def forgive(self) -> None:
        """See :class:`Rig`."""
        raise NotImplementedError

    def move_outbound(self, reference: str, status: str, *, raw: bool = False) -> bool:
        """See :class:`Rig`."""
        raise NotImplementedError

    def move_inbound(
        self, reference: str, status: str, received: Mapping[str, int] | None = None, *, raw: bool = False
    ) -> bool:
        """See :class:`Rig`."""
        raise NotImplementedError

    def set_stock(self, stock: Mapping[str, int], warehouse: str) -> None:
        """See :class:`Rig`."""
        raise NotImplementedError

    def stock(self, warehouse: str) -> Mapping[str, int]:
        """See :class:`Rig`."""
        raise NotImplementedError

    def advance(self, seconds: float) -> None:
        """See :class:`Rig`."""
        raise NotImplementedError

    def another_account(self) -> Mapping[str, str]:
        """See :class:`Rig`."""
        raise NotImplementedError

    def subscribe(self, url: str) -> bool:
        """See :class:`Rig`."""
        raise NotImplementedError

    def turn(self, knob: str, value: object) -> bool:
        """See :class:`Rig`."""
        raise NotImplementedError

    def sell(self, count: int, **wish: object) -> Sequence[str]:
        """See :class:`Rig`."""
        raise NotImplementedError

    def order(self, order_id: str) -> Row | None:
        """See :class:`Rig`."""
        raise NotImplementedError

    def move_order(self, order_id: str, *, status: str = "", step: str = "", **more: object) -> bool:
        """See :class:`Rig`."""
        raise NotImplementedError

    def put_on_sale(self, skus: Sequence[str]) -> None:
        """See :class:`Rig`."""
        raise NotImplementedError

    def on_sale(self) -> Sequence[Row]:
        """See :class:`Rig`."""
        raise NotImplementedError

    def open_shop(self) -> str:
        """See :class:`Rig`."""
        raise NotImplementedError

    def end_access(self) -> bool:
        """See :class:`Rig`."""
        raise NotImplementedError
