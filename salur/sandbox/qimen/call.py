"""One call after its signature was found good, and what most operations ask first."""

from dataclasses import dataclass

from salur.sandbox.engine.document import Node
from salur.sandbox.engine.exchange import Refusal
from salur.sandbox.qimen import fields
from salur.sandbox.qimen.fields import FIELD, ITEM_ID, ITEM_MISSING, OWNER, WAREHOUSE
from salur.sandbox.qimen.model import Account, Item, Line
from salur.sandbox.qimen.wms import Wms

ANY_WAREHOUSE = "OTHER"


@dataclass
class Call:
    """What an operation gets."""

    wms: Wms
    account: Account
    request: Node

    def owner(self, node: Node, *, required: bool = True) -> None:
        """Check that ``ownerCode`` is the account's."""
        owner = fields.text(node, "ownerCode", required=required)
        if owner and owner != self.account.owner:
            raise Refusal(OWNER, f"ownerCode {owner} is not known")

    def warehouse(self, node: Node, *, any_will_do: bool = False, required: bool = True) -> str:
        """A warehouse code of the account; empty when it may be left out and is."""
        code = fields.text(node, "warehouseCode", required=required)
        if code == ANY_WAREHOUSE and any_will_do:
            return next(iter(self.account.warehouses))
        if code and code not in self.account.warehouses:
            raise Refusal(WAREHOUSE, f"warehouseCode {code} is not known")
        return code

    def item(self, node: Node) -> Item:
        """The registered item that a line names by code, and by the warehouse's number where there is one."""
        sku, number = fields.text(node, "itemCode"), fields.text(node, "itemId", required=False)
        item = self.account.items.get(sku)
        if item is None:
            raise Refusal(ITEM_MISSING, f"itemCode {sku} is not known")
        needed = item.number != item.sku
        if (needed or number) and number != item.number:
            raise Refusal(ITEM_ID, f"itemId of {sku} is {item.number}")
        return item

    def lines(self) -> list[Line]:
        """The order lines, each with a registered item and a quantity."""
        found = []
        for position, node in enumerate(fields.lines(self.request), start=1):
            item, quantity = self.item(node), fields.whole(node, "planQty", 1, 10**7)
            found.append(Line(fields.text(node, "orderLineNo", required=False) or str(position), item.sku, quantity))
        return found

    def settled(self, created: int) -> bool:
        """Whether a list is old enough to be found (setting lookup_delay)."""
        return created <= self.wms.core.clock.now() - self.wms.settings.lookup_delay

    def code(self) -> tuple[str, str]:
        """``orderCode`` and ``orderId`` of a look-up, one of which is needed."""
        code = fields.text(self.request, "orderCode", required=False)
        number = fields.text(self.request, "orderId", required=False)
        if not code and not number:
            raise Refusal(FIELD, "orderCode is required")
        return code, number
