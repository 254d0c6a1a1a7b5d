"""The state of simulated JD and everything that changes it."""

import itertools
from collections.abc import Callable

from salur.sandbox.engine.core import Core
from salur.sandbox.engine.dice import token
from salur.sandbox.engine.partner import State
from salur.sandbox.jd import messages
from salur.sandbox.jd.model import (
    AT_WAREHOUSE,
    BEFORE_PICKING,
    CANCEL_FAILED,
    CANCELLED,
    GONE,
    INBOUND_OPEN,
    INBOUND_RECEIVING,
    PACKED,
    PICKED,
    STEPS,
    Account,
    App,
    Batch,
    Inbound,
    Product,
    ShipOrder,
    Warehouse,
)
from salur.sandbox.jd.settings import JdSettings
from salur.sandbox.jd.tokens import TokenBook

DEFAULT_PIN = "jdid_toko_contoh"
WAREHOUSES = (
    Warehouse("110000101", "Jakarta Cakung", "ID", "DKI Jakarta", "Jakarta Timur"),
    Warehouse("110000102", "Surabaya Rungkut", "ID", "Jawa Timur", "Surabaya"),
    Warehouse("110000201", "Binh Duong", "VN", "Binh Duong", "Di An"),
)


class Eclp(State):
    """All apps and PINs with their stock and lists. Every method runs to its end without waiting."""

    def __init__(self, core: Core, handed_over: Callable[[str], None]) -> None:
        self.core = core
        self._handed_over = handed_over
        self.apps: dict[str, App] = {}
        self.accounts: dict[str, Account] = {}
        self._numbers = itertools.count(1)
        self._messages = itertools.count(1)
        self.tokens = TokenBook(core)
        app = self.add_app(token(core.seed, "jd app key").upper(), token(core.seed, "jd app secret"))
        self.add_account(DEFAULT_PIN, app)

    @property
    def settings(self) -> JdSettings:
        """The knobs."""
        return self.core.settings.part("jd", JdSettings)

    def add_app(self, app_key: str, app_secret: str) -> App:
        """Register an application; one of the same key gets the new secret."""
        self.apps[app_key] = App(app_key, app_secret)
        return self.apps[app_key]

    def add_account(
        self, pin: str, app: App, departments: tuple[str, ...] = (), warehouses: tuple[Warehouse, ...] = WAREHOUSES
    ) -> Account:
        """Open a PIN with two departments unless they are named; one of the same PIN is replaced."""
        first = 101 + 10 * len(self.accounts)
        named = departments or (f"EBU{first:013d}", f"EBU{first + 1:013d}")
        account = Account(
            pin,
            app.app_key,
            f"ISV{first - 100:013d}",
            {number: f"Ritel {place}" for place, number in enumerate(named, start=1)},
            {one.number: one for one in warehouses},
            {f"ESP{first + 200:013d}": f"Toko {pin}"},
            {f"EMS{first + 300:013d}": "Pemasok umum"},
        )
        self.accounts[pin] = account
        return account

    def number(self, prefix: str) -> str:
        """The next number of a document or product."""
        return f"{prefix}{4418046640000 + next(self._numbers)}"

    def message_number(self) -> str:
        """The next message's msgId."""
        return f"{next(self._messages):012d}"

    def app_of(self, account: Account) -> App:
        """The app that a PIN was set up for."""
        return self.apps[account.app_key]

    # --- products and stock --------------------------------------------------------------------------------------

    def put_product(self, account: Account, department: str, sku: str, fields: dict[str, object]) -> Product:
        """Register a SKU or change it."""
        known = account.products.get((department, sku))
        if known is None:
            known = account.products[department, sku] = Product(self.number("EMG"), department, sku, {})
        known.fields.update(fields)
        return known

    def set_sellable(self, account: Account, department: str, warehouse: str, sku: str, units: int) -> None:
        """Make so many units sellable, whatever there was; lists that wait for them get them."""
        account.stock_of(department, warehouse, sku).sellable = units
        for order in account.orders.values():
            if order.status in AT_WAREHOUSE and not order.allocated:
                self.allocate(account, order)

    # --- outbound ------------------------------------------------------------------------------------------------

    def missing(self, account: Account, order: ShipOrder) -> list[str]:
        """SKUs of the list that are short."""
        wanted: dict[str, int] = {}
        for line in order.lines:
            wanted[line.product.sku] = wanted.get(line.product.sku, 0) + line.quantity
        return [
            sku
            for sku, units in wanted.items()
            if account.stock_of(order.department, order.warehouse, sku).sellable < units
        ]

    def allocate(self, account: Account, order: ShipOrder) -> bool:
        """Reserve the list's units if all are there."""
        if order.allocated or self.missing(account, order):
            return order.allocated
        self._shift(account, order, sellable=-1, reserved=1)
        order.allocated = True
        return True

    def _shift(self, account: Account, order: ShipOrder, *, sellable: int, reserved: int) -> None:
        for line in order.lines:
            stock = account.stock_of(order.department, order.warehouse, line.product.sku)
            stock.sellable += sellable * line.quantity
            stock.reserved += reserved * line.quantity

    def add_order(self, account: Account, order: ShipOrder) -> None:
        """Take a new list in."""
        account.orders[order.number] = order
        self.allocate(account, order)
        order.history.append((order.created, order.status))
        messages.outbound(self, account, order)
        self._follow(account, order)

    def set_status(self, account: Account, order: ShipOrder, status: str, reason: str = "") -> None:
        """Move a list; stock moves with it and the news goes out."""
        if status in (PACKED, *GONE) and not order.tracking:
            order.tracking = f"JDX{next(self._numbers):011d}"
        if status in GONE and not order.shipped:
            self._ship(account, order)
        if status == CANCELLED and order.allocated:
            self._shift(account, order, sellable=1, reserved=-1)
            order.allocated = False
        order.status, order.reason = status, reason
        order.history.append((self.core.clock.seconds(), status))
        messages.outbound(self, account, order)
        self._follow(account, order)

    def _ship(self, account: Account, order: ShipOrder) -> None:
        self.allocate(account, order)
        if order.allocated:
            self._shift(account, order, sellable=0, reserved=-1)
        order.allocated = False
        order.shipped = self.core.clock.seconds()
        self._handed_over(order.tracking)

    def _can_cancel(self, order: ShipOrder) -> bool:
        return order.status in BEFORE_PICKING or (order.status == PICKED and self.settings.picked_can_cancel)

    def cancel(self, account: Account, order: ShipOrder) -> bool:
        """The merchant asks to stop a list. True: stopped, or the request was taken; the status tells later."""
        if order.status == CANCELLED or order.cancelling:
            return True
        if not self._can_cancel(order):
            return False
        if self.settings.cancel_seconds > 0:
            order.cancelling = True
            due = self.core.clock.now() + self.settings.cancel_seconds
            self.core.timers.at(due, lambda: self._decide(account, order))
            return True
        if self.settings.cancel_result == "success":
            self.set_status(account, order, CANCELLED)
        return order.status == CANCELLED

    def _decide(self, account: Account, order: ShipOrder) -> None:
        order.cancelling = False
        if self.settings.cancel_result == "success" and self._can_cancel(order):
            self.set_status(account, order, CANCELLED)
        elif order.status in GONE:  # the failure is only noted: the list has gone further than 10029 says
            order.history.append((self.core.clock.seconds(), CANCEL_FAILED))
        elif order.status != CANCELLED:
            self.set_status(account, order, CANCEL_FAILED)

    def follow_all(self) -> None:
        """The settings changed: set the timers of all documents that may move by themselves."""
        for account in self.accounts.values():
            for order in account.orders.values():
                self._follow(account, order)
            for inbound in account.inbounds.values():
                self._follow_inbound(account, inbound)

    def _follow(self, account: Account, order: ShipOrder) -> None:
        after = self.settings.ship_after
        if after is None or order.status not in (*BEFORE_PICKING, CANCEL_FAILED):
            return

        def ship() -> None:
            if order.status not in AT_WAREHOUSE or order.cancelling:
                return
            if not order.allocated:
                self._follow(account, order)
                return
            done = STEPS.index(order.status) + 1 if order.status in STEPS else 0
            for step in STEPS[done:]:
                self.set_status(account, order, step)

        self.core.timers.at(self.core.clock.now() + after, ship)

    # --- inbound -------------------------------------------------------------------------------------------------

    def add_inbound(self, account: Account, inbound: Inbound) -> None:
        """Take a new list in."""
        account.inbounds[inbound.number] = inbound
        inbound.history.append((inbound.created, inbound.status))
        messages.inbound(self, account, inbound)
        self._follow_inbound(account, inbound)

    def set_inbound(
        self,
        account: Account,
        inbound: Inbound,
        status: str,
        received: dict[str, int] | None = None,
        damaged: dict[str, int] | None = None,
        batches: list[Batch] | None = None,
    ) -> None:
        """Move a list. The figures are totals so far; a list that completes without any received what was planned."""
        received, damaged = dict(received or {}), dict(damaged or {})
        if status == "70" and not (received or damaged or inbound.received or inbound.damaged):
            for line in inbound.lines:
                part = damaged if line.goods_status == "2" else received
                part[line.product.sku] = part.get(line.product.sku, 0) + line.quantity
        for sku, units in received.items():
            stock = account.stock_of(inbound.department, inbound.warehouse, sku)
            more = units - inbound.received.get(sku, 0)
            self.set_sellable(account, inbound.department, inbound.warehouse, sku, stock.sellable + more)
        for sku, units in damaged.items():
            stock = account.stock_of(inbound.department, inbound.warehouse, sku)
            stock.damaged += units - inbound.damaged.get(sku, 0)
        inbound.received.update(received)
        inbound.damaged.update(damaged)
        inbound.batches += batches or []
        inbound.status = status
        if status == "70" and not inbound.completed:
            inbound.completed = self.core.clock.seconds()
        inbound.history.append((self.core.clock.seconds(), status))
        messages.inbound(self, account, inbound)

    def cancel_inbound(self, account: Account, inbound: Inbound) -> bool:
        """The merchant withdraws a list. True: withdrawn, or the request was taken; the status tells later."""
        if inbound.status in ("90", "91"):
            return True
        if inbound.status not in INBOUND_OPEN:
            return False
        if self.settings.cancel_seconds > 0:
            self.set_inbound(account, inbound, "90")
            due = self.core.clock.now() + self.settings.cancel_seconds
            self.core.timers.at(due, lambda: self._decide_inbound(account, inbound))
            return True
        if self.settings.cancel_result == "success":
            self.set_inbound(account, inbound, "91")
        return inbound.status == "91"

    def _decide_inbound(self, account: Account, inbound: Inbound) -> None:
        if inbound.status == "90":
            self.set_inbound(account, inbound, "91" if self.settings.cancel_result == "success" else "92")

    def close_inbound(self, account: Account, inbound: Inbound) -> bool:
        """The merchant ends a list with what has come so far."""
        if inbound.status in INBOUND_RECEIVING:
            self.set_inbound(account, inbound, "70", dict(inbound.received), dict(inbound.damaged))
        return inbound.status == "70"

    def _follow_inbound(self, account: Account, inbound: Inbound) -> None:
        after = self.settings.receive_after
        if after is None or inbound.status not in INBOUND_OPEN:
            return

        def receive() -> None:
            if inbound.status in INBOUND_OPEN:
                self.set_inbound(account, inbound, "70")

        self.core.timers.at(self.core.clock.now() + after, receive)
