"""The simulated warehouse's state: accounts, items, stock. Lists move in ``outbound`` and ``inbound``."""

import itertools

from salur.sandbox.engine.core import Core
from salur.sandbox.engine.dice import token
from salur.sandbox.engine.partner import HandOver, State
from salur.sandbox.qimen import moves, reports
from salur.sandbox.qimen.model import Account, Item, Shipment, Warehouse
from salur.sandbox.qimen.profiles import Profile


class Wms(State):
    """All accounts of one instance. Every method runs to its end without waiting."""

    def __init__(self, profile: Profile, core: Core, hand_over: HandOver) -> None:
        self.profile = profile
        self.core = core
        self.settings = core.settings.part(profile.name, profile.settings)
        self.hand_over = hand_over
        self.accounts: dict[str, Account] = {}
        self._numbers = itertools.count(1)
        self._messages = itertools.count(1)
        self.add_account(profile.customer, profile.warehouses)

    def add_account(self, customer_id: str, warehouses: tuple[Warehouse, ...]) -> Account:
        """Open an account; one of the same customer is replaced."""
        seed, name = self.core.seed, self.profile.name
        account = Account(
            token(seed, name, "app key", customer_id),
            token(seed, name, "secret", customer_id),
            customer_id,
            customer_id,
            {one.code: one for one in warehouses},
        )
        self.accounts[customer_id] = account
        return account

    def account_for(self, app_key: str) -> Account | None:
        """The account of a key."""
        return next((one for one in self.accounts.values() if one.app_key == app_key), None)

    def number(self, prefix: str) -> str:
        """The next document or item number."""
        return f"{prefix}{next(self._numbers):07d}"

    def message_number(self) -> str:
        """The next outBizCode."""
        return f"QM{next(self._messages):012d}"

    def follow_all(self) -> None:
        """The settings changed: set the timers of all lists that may move by themselves."""
        for account in self.accounts.values():
            for shipment in account.shipments.values():
                moves.follow_shipment(self, account, shipment)
            for entry in account.entries.values():
                moves.follow_entry(self, account, entry)

    # --- items and stock -----------------------------------------------------------------------------------------

    def put_item(self, account: Account, sku: str, name: str) -> Item:
        """Register a SKU or change it."""
        known = account.items.get(sku)
        if known is None:
            number = self.number("WI") if self.settings.item_ids == "assigned" else sku
            known = account.items[sku] = Item(sku, number, name)
        known.name = name
        return known

    def touch(self, account: Account, warehouse: str, sku: str) -> None:
        """The units there have changed."""
        account.stock_of(warehouse, sku).changed = self.core.clock.seconds()
        account.rows.clear()

    def set_sellable(self, account: Account, warehouse: str, sku: str, units: int) -> None:
        """The warehouse counts so many free units, whatever there was, and reports the difference."""
        stock = account.stock_of(warehouse, sku)
        change, stock.sellable = units - stock.sellable, units
        self.touch(account, warehouse, sku)
        if change:
            reports.stock_changed(self, account, warehouse, sku, change)
        self.allocate_waiting(account)

    def missing(self, account: Account, shipment: Shipment) -> list[tuple[str, int, int]]:
        """SKUs that are short: (sku, free, needed)."""
        free = {sku: account.stock_of(shipment.warehouse, sku).sellable for sku in shipment.left}
        return [(sku, free[sku], units) for sku, units in shipment.left.items() if free[sku] < units]

    def allocate(self, account: Account, shipment: Shipment) -> bool:
        """Hold the list's units if all are there; else it waits."""
        if shipment.allocated:
            return True
        if self.missing(account, shipment):
            account.waiting[shipment.number] = shipment
            return False
        self.move_units(account, shipment, shipment.left, sellable=-1, reserved=1)
        shipment.allocated = True
        account.waiting.pop(shipment.number, None)
        return True

    def release(self, account: Account, shipment: Shipment) -> None:
        """Give back what is held."""
        account.waiting.pop(shipment.number, None)
        if shipment.allocated:
            self.move_units(account, shipment, shipment.left, sellable=1, reserved=-1)
        shipment.allocated = False

    def move_units(
        self, account: Account, shipment: Shipment, units: dict[str, int], *, sellable: int = 0, reserved: int = 0
    ) -> None:
        """Add (1) or take (-1) the units."""
        for sku, count in units.items():
            stock = account.stock_of(shipment.warehouse, sku)
            stock.sellable += sellable * count
            stock.reserved += reserved * count
            self.touch(account, shipment.warehouse, sku)

    def allocate_waiting(self, account: Account) -> None:
        """Stock has come: hold it for those that wait, oldest first."""
        for shipment in list(account.waiting.values()):
            self.allocate(account, shipment)
