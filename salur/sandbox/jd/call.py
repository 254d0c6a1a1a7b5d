"""One call of a method after the gateway let it through."""

from dataclasses import dataclass
from typing import Any

from salur.sandbox.jd import fields
from salur.sandbox.jd.eclp import Eclp
from salur.sandbox.jd.fields import DEPARTMENT, FIELD, NOT_FOUND, refuse
from salur.sandbox.jd.model import Account, Product


@dataclass
class Call:
    """What a method gets."""

    eclp: Eclp
    account: Account
    params: dict[str, Any]

    def department(self, name: str = "deptNo") -> str:
        """The required department; another PIN's does not exist here."""
        number = fields.text(self.params, name, 50)
        if number not in self.account.departments:
            raise refuse(DEPARTMENT, "PIN码事业部不匹配", f"{name} {number} does not belong to the PIN")
        return number

    def warehouse(self, name: str) -> str:
        """The required warehouse."""
        number = fields.text(self.params, name, 50)
        if number not in self.account.warehouses:
            raise refuse(NOT_FOUND, f"{name} {number} 不存在", f"{name} {number} does not exist")
        return number

    def products(self, department: str, goods_field: str) -> list[Product]:
        """The products of a list, by JD's numbers in ``goods_field`` or by ours in isvGoodsNo."""
        numbers = fields.listed(self.params, goods_field, required=False)
        skus = fields.listed(self.params, "isvGoodsNo", required=False)
        if not numbers and not skus:
            raise refuse(FIELD, f"{goods_field} 必填", f"{goods_field} or isvGoodsNo is required")
        found = []
        for wanted in numbers or skus:
            product = self.account.by_goods_no(wanted) if numbers else self.account.products.get((department, wanted))
            if product is None or product.department != department:
                raise refuse(NOT_FOUND, f"商品 {wanted} 不存在", f"product {wanted} does not exist")
            found.append(product)
        return found

    def rows(self, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Rows of stock and master data in the form that is set."""
        return [{"v1": row} for row in rows] if self.eclp.settings.row_form == "v1" else rows

    def takes_again(self) -> bool:
        """Whether a number that is used already makes another document."""
        return self.eclp.settings.allow_duplicate_reference

    def repeat(self, name: str, value: str) -> None:
        """A number is used already: raises when that is refused, else the first one's number is the answer."""
        if self.eclp.settings.repeat_answer == "error":
            raise refuse(fields.DUPLICATE, f"{name} {value} 已存在", f"{name} {value} already exists")
