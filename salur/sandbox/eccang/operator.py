"""The simulated operator's state and everything that changes it."""

import itertools

from salur.sandbox.eccang import callbacks
from salur.sandbox.eccang.model import Account, Asn, Product, ShipOrder, Warehouse
from salur.sandbox.eccang.settings import EccangSettings
from salur.sandbox.engine.core import Core
from salur.sandbox.engine.dice import token
from salur.sandbox.engine.partner import HandOver, State

DEFAULT_CUSTOMER = "TH88001"
_WAREHOUSES = (("TH01", "Bangkok Bang Na", "TH"), ("TH02", "Chiang Mai", "TH"))
INTERCEPTED, REFUSED, FEE_KEPT = 2, 3, 4
_RESULTS = {"success": INTERCEPTED, "fail": REFUSED, "fee": FEE_KEPT}


class Operator(State):
    """All accounts with their stock and lists. Every method runs to its end without waiting."""

    def __init__(self, core: Core, handed_over: HandOver) -> None:
        self.core = core
        self.settings = core.settings.part("eccang", EccangSettings)
        self._handed_over = handed_over
        self.accounts: dict[str, Account] = {}
        self._numbers = itertools.count(1)
        self._messages = itertools.count(1)
        self.add_account(DEFAULT_CUSTOMER)

    def add_account(self, customer_code: str, warehouses: tuple[tuple[str, str, str], ...] = _WAREHOUSES) -> Account:
        """Open an account; one of the same customer code is replaced."""
        seed = self.core.seed
        account = Account(token(seed, "app token", customer_code), token(seed, "app key", customer_code), customer_code)
        for number, (code, name, country) in enumerate(warehouses, start=1):
            account.warehouses[code] = Warehouse(number, code, name, country)
        self.accounts[customer_code] = account
        return account

    def account_for(self, app_token: str, app_key: str) -> Account | None:
        """The account that this pair opens."""
        for account in self.accounts.values():
            if account.app_token == app_token and account.app_key == app_key:
                return account
        return None

    def number(self, prefix: str, account: Account) -> str:
        """The next document number."""
        return f"{prefix}{account.customer_code}-{next(self._numbers):07d}"

    def message_number(self) -> str:
        """The next callback's msg_id."""
        return f"{next(self._messages):012d}"

    # --- products and stock --------------------------------------------------------------------------------------

    def put_product(self, account: Account, sku: str, fields: dict[str, object]) -> Product:
        """Register a SKU or change it."""
        now = self.core.clock.seconds()
        known = account.products.get(sku)
        if known is None:
            known = account.products[sku] = Product(sku, {}, now, now)
        known.fields.update(fields)
        known.changed = now
        return known

    def set_sellable(self, account: Account, warehouse: str, sku: str, units: int) -> None:
        """Make so many units sellable, whatever there was."""
        stock = account.stock_of(warehouse, sku)
        stock.sellable, stock.changed = units, self.core.clock.seconds()
        callbacks.stock_changed(self, account, warehouse, sku)
        for order in account.orders.values():
            if order.status == "W" and not order.allocated:
                self.allocate(account, order)

    # --- outbound ------------------------------------------------------------------------------------------------

    def missing(self, account: Account, order: ShipOrder) -> list[tuple[str, int, int]]:
        """SKUs that are short: (sku, wanted, sellable)."""
        wanted: dict[str, int] = {}
        for sku, quantity in order.lines:
            wanted[sku] = wanted.get(sku, 0) + quantity
        found = [(sku, units, account.stock_of(order.warehouse, sku).sellable) for sku, units in wanted.items()]
        return [(sku, units, sellable) for sku, units, sellable in found if sellable < units]

    def allocate(self, account: Account, order: ShipOrder) -> bool:
        """Reserve the order's units if all are there."""
        if order.allocated or self.missing(account, order):
            return order.allocated
        for sku, quantity in order.lines:
            stock = account.stock_of(order.warehouse, sku)
            stock.sellable -= quantity
            stock.reserved += quantity
            stock.changed = self.core.clock.seconds()
        order.allocated = True
        return True

    def add_order(self, account: Account, order: ShipOrder) -> None:
        """Take a new order in."""
        account.orders[order.code] = order
        account.by_reference.setdefault(order.reference, []).append(order.code)
        order.history.append((order.created, order.status))
        callbacks.order_changed(self, account, order, 1)

    def approve(self, account: Account, order: ShipOrder) -> None:
        """The warehouse has it now."""
        self.allocate(account, order)
        self.set_status(account, order, "W")

    def set_status(self, account: Account, order: ShipOrder, status: str, abnormal_reason: str = "") -> None:
        """Move an order; stock moves with it and the news goes out."""
        if status == "D" and order.status != "D":
            self._ship(account, order)
        elif status == "X":
            self._release(account, order)
        order.status = status
        order.abnormal_reason = abnormal_reason if status in ("N", "P") else ""
        order.changed = self.core.clock.seconds()
        order.history.append((order.changed, status))
        callbacks.order_changed(self, account, order, 4 if status == "D" else 1)
        self._follow(account, order)

    def _ship(self, account: Account, order: ShipOrder) -> None:
        self.allocate(account, order)
        for sku, quantity in order.lines:
            stock = account.stock_of(order.warehouse, sku)
            if order.allocated:
                stock.reserved -= quantity
            stock.changed = self.core.clock.seconds()
        order.allocated = False
        order.picked = True
        order.shipped = self.core.clock.seconds()
        if not order.tracking_no:
            order.tracking_no = f"EC{next(self._numbers):010d}TH"
            callbacks.order_changed(self, account, order, 3)
        self._handed_over(order.tracking_no)

    def _release(self, account: Account, order: ShipOrder) -> None:
        if order.allocated:
            for sku, quantity in order.lines:
                stock = account.stock_of(order.warehouse, sku)
                stock.sellable += quantity
                stock.reserved -= quantity
                stock.changed = self.core.clock.seconds()
        order.allocated = False

    def intercept(self, account: Account, order: ShipOrder, reason: str) -> None:
        """The merchant asks to stop an order. Success is not known at once (eccang.md, A.4)."""
        order.cancel_reason = reason
        if order.status in ("H", "C"):
            order.cancel_status = INTERCEPTED
            self.set_status(account, order, "X")
            return
        order.cancel_status = 1
        order.changed = self.core.clock.seconds()

        def decide() -> None:
            if order.cancel_status != 1:
                return
            result = _RESULTS[self.settings.intercept_result]
            order.cancel_status = REFUSED if order.picked or order.status == "D" else result
            order.changed = self.core.clock.seconds()
            if order.cancel_status != REFUSED:
                self.set_status(account, order, "X")
            else:
                callbacks.order_changed(self, account, order, 1)
                self._follow(account, order)

        self.core.timers.at(self.core.clock.now() + self.settings.intercept_seconds, decide)

    def follow_all(self) -> None:
        """The settings changed: set the timers of all lists that may move by themselves."""
        for account in self.accounts.values():
            for order in account.orders.values():
                self._follow(account, order)
            for asn in account.asns.values():
                self._follow_asn(account, asn)

    def _follow(self, account: Account, order: ShipOrder) -> None:
        after = self.settings.ship_after
        if after is None or order.status != "W":
            return

        def ship() -> None:
            if order.status != "W" or order.cancel_status == 1:
                return
            if order.allocated:
                self.set_status(account, order, "D")
            else:
                self._follow(account, order)

        self.core.timers.at(self.core.clock.now() + after, ship)

    # --- inbound -------------------------------------------------------------------------------------------------

    def set_asn_status(
        self, account: Account, asn: Asn, status: str, given: dict[str, int], damaged: dict[str, int] | None = None
    ) -> None:
        """Move an inbound list. ``given`` tells good units per SKU: at E those put away, else those received so far.

        ``damaged`` units have come besides and are never put away. Without figures everything planned arrives, and
        the damaged units are some of it. Units on the way become pending at F, sellable or unsellable at E.
        """
        now, damaged = self.core.clock.seconds(), damaged or {}
        if status in ("P", "T", "Z", "G", "F", "E") and not asn.receiving_time:
            asn.receiving_time = now
        if status not in ("E", "X"):
            asn.received.update({sku: given.get(sku, 0) + damaged.get(sku, 0) for sku in {**given, **damaged}})
        if status in ("F", "E") and asn.status not in ("F", "E"):
            self._receive(account, asn, now)
        if status == "E" and asn.status != "E":
            self._put_away(account, asn, given, damaged, now)
        if status == "X":
            self._plan_onway(account, asn, -1)
        asn.status, asn.changed = status, now
        callbacks.asn_changed(self, account, asn)

    def approve_asn(self, account: Account, asn: Asn) -> None:
        """Announced for good: its units are on the way."""
        asn.verified, asn.status = True, "W"
        self._plan_onway(account, asn, 1)
        self._follow_asn(account, asn)

    def _follow_asn(self, account: Account, asn: Asn) -> None:
        after = self.settings.receive_after
        if after is None or asn.status != "W":
            return

        def put_away() -> None:
            if asn.status == "W":
                self.set_asn_status(account, asn, "E", {})

        self.core.timers.at(self.core.clock.now() + after, put_away)

    def _plan_onway(self, account: Account, asn: Asn, sign: int) -> None:
        if asn.verified and asn.status not in ("F", "E", "X"):
            for sku, units in asn.planned.items():
                account.stock_of(asn.warehouse, sku).onway += sign * units

    def _receive(self, account: Account, asn: Asn, now: int) -> None:
        self._plan_onway(account, asn, -1)
        asn.received = asn.received or dict(asn.planned)
        for sku, units in asn.received.items():
            stock = account.stock_of(asn.warehouse, sku)
            stock.pending += units
            stock.changed = now
        asn.complete_time = now

    def _put_away(self, account: Account, asn: Asn, given: dict[str, int], damaged: dict[str, int], now: int) -> None:
        for sku, units in asn.received.items():
            account.stock_of(asn.warehouse, sku).pending -= units
        good = given or {sku: max(0, units - damaged.get(sku, 0)) for sku, units in asn.received.items()}
        asn.put_away = dict(good)
        for sku, units in damaged.items():
            asn.received[sku] = good.get(sku, 0) + units
            account.stock_of(asn.warehouse, sku).unsellable += units
        for sku, units in asn.put_away.items():
            sellable = account.stock_of(asn.warehouse, sku).sellable + units
            self.set_sellable(account, asn.warehouse, sku, sellable)
        asn.shelf_time = now
