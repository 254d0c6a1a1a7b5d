"""Control of the simulated operator: accounts, products, stock, lists."""

from typing import Any

from starlette.requests import Request

from salur.sandbox.control.problems import NotThere
from salur.sandbox.control.table import Table
from salur.sandbox.eccang.model import ORDER_STATUSES, RECEIVING_STATUSES, Account, Asn, ShipOrder
from salur.sandbox.eccang.operator import DEFAULT_CUSTOMER
from salur.sandbox.world import World


class EccangControl:
    """/_control/eccang/..."""

    def __init__(self, world: World) -> None:
        self._world = world

    def table(self) -> Table:
        """Routes."""
        return [
            ("POST", "/eccang/accounts", self._add_account),
            ("GET", "/eccang/accounts", self._accounts),
            ("POST", "/eccang/products", self._products),
            ("POST", "/eccang/stock", self._set_stock),
            ("GET", "/eccang/stock", self._stock),
            ("GET", "/eccang/orders", self._orders),
            ("POST", "/eccang/orders/{ref}/status", self._set_status),
            ("GET", "/eccang/asns", self._asns),
            ("POST", "/eccang/asns/{ref}/status", self._set_asn_status),
            ("GET", "/eccang/subscriptions", self._subscriptions),
        ]

    def credentials(self, base: str) -> dict[str, Any]:
        """What a hub is configured with."""
        account = self._account(None)
        own_label = next(one.code for one in next(iter(account.warehouses.values())).methods if one.own_label)
        return {"base_url": f"{base}/eccang", "shipping_method": own_label, **_account_row(account)}

    def _account(self, wanted: Any) -> Account:
        account = self._world.operator.accounts.get(str(wanted or DEFAULT_CUSTOMER))
        if account is None:
            raise NotThere(f"no account {wanted}")
        return account

    async def _add_account(self, _request: Request, body: dict[str, Any]) -> Any:
        wanted = body.get("warehouses") or [{"code": "TH01", "name": "Bangkok", "country": "TH"}]
        rows = tuple((str(one["code"]), str(one.get("name", one["code"])), str(one["country"])) for one in wanted)
        account = self._world.operator.add_account(str(body["customer_code"]), rows)
        account.app_token = str(body.get("app_token", account.app_token))
        account.app_key = str(body.get("app_key", account.app_key))
        return _account_row(account)

    async def _accounts(self, _request: Request, _body: dict[str, Any]) -> Any:
        return {"accounts": [_account_row(account) for account in self._world.operator.accounts.values()]}

    async def _products(self, _request: Request, body: dict[str, Any]) -> Any:
        """Register SKUs and, with ``quantity``, stock them in ``warehouse``."""
        operator, account = self._world.operator, self._account(body.get("customer_code"))
        for sku in body["skus"]:
            fields = {"product_title": f"Article {sku}", "product_weight": "0.5", "verify": "1"}
            operator.put_product(account, str(sku), dict(fields))
            if "quantity" in body:
                operator.set_sellable(account, str(body.get("warehouse", "TH01")), str(sku), int(body["quantity"]))
        return {"products": len(account.products)}

    async def _set_stock(self, _request: Request, body: dict[str, Any]) -> Any:
        account = self._account(body.get("customer_code"))
        for sku, units in dict(body["stock"]).items():
            self._world.operator.set_sellable(account, str(body.get("warehouse", "TH01")), str(sku), int(units))
        return {"ok": True}

    async def _stock(self, request: Request, _body: dict[str, Any]) -> Any:
        account = self._account(request.query_params.get("customer_code"))
        return {
            "stock": [
                {"warehouse": warehouse, "sku": sku, **vars(stock)} for (warehouse, sku), stock in account.stock.items()
            ]
        }

    async def _orders(self, request: Request, _body: dict[str, Any]) -> Any:
        wanted, status = request.query_params.get("customer_code"), request.query_params.get("status")
        accounts = [self._account(wanted)] if wanted else list(self._world.operator.accounts.values())
        return {
            "orders": [
                _ship_order_row(account, order)
                for account in accounts
                for order in account.orders.values()
                if status in (None, order.status)
            ]
        }

    async def _set_status(self, request: Request, body: dict[str, Any]) -> Any:
        account, order = self._find(str(request.path_params["ref"]))
        if "picked" in body:
            order.picked = bool(body["picked"])
        if "status" in body:
            status = str(body["status"])
            # ``raw`` puts any code there, for tests of codes that nobody has documented.
            if status not in ORDER_STATUSES and not body.get("raw"):
                raise ValueError(f"status must be one of {', '.join(ORDER_STATUSES)}")
            self._world.operator.set_status(account, order, status, str(body.get("abnormal_reason", "")))
        if "cancel_status" in body:
            order.cancel_status = int(body["cancel_status"])
        return _ship_order_row(account, order)

    def _find(self, wanted: str) -> tuple[Account, ShipOrder]:
        for account in self._world.operator.accounts.values():
            codes = [wanted] if wanted in account.orders else account.by_reference.get(wanted, [])
            if codes:
                return account, account.orders[codes[-1]]
        raise NotThere(f"no order {wanted}")

    async def _asns(self, _request: Request, _body: dict[str, Any]) -> Any:
        accounts = self._world.operator.accounts.values()
        return {"asns": [_asn_row(account, asn) for account in accounts for asn in account.asns.values()]}

    async def _set_asn_status(self, request: Request, body: dict[str, Any]) -> Any:
        wanted = str(request.path_params["ref"])
        for account in self._world.operator.accounts.values():
            for asn in account.asns.values():
                if wanted in (asn.code, asn.reference):
                    status = str(body["status"])
                    if status not in RECEIVING_STATUSES:
                        raise ValueError(f"status must be one of {', '.join(RECEIVING_STATUSES)}")
                    figures = {str(sku): int(units) for sku, units in dict(body.get("quantities", {})).items()}
                    self._world.operator.set_asn_status(account, asn, status, figures)
                    return _asn_row(account, asn)
        raise NotThere(f"no receiving list {wanted}")

    async def _subscriptions(self, _request: Request, _body: dict[str, Any]) -> Any:
        return {
            "subscriptions": [
                {"customer_code": account.customer_code, **vars(one)}
                for account in self._world.operator.accounts.values()
                for one in account.subscriptions.values()
            ]
        }


def _account_row(account: Account) -> dict[str, Any]:
    return {
        "app_token": account.app_token,
        "app_key": account.app_key,
        "customer_code": account.customer_code,
        "warehouses": list(account.warehouses),
    }


def _ship_order_row(account: Account, order: ShipOrder) -> dict[str, Any]:
    return {
        "customer_code": account.customer_code,
        "reference_no": order.reference,
        "order_code": order.code,
        "status": order.status,
        "warehouse_code": order.warehouse,
        "times_created": len(account.by_reference[order.reference]),
        "refused_repeats": order.refused_repeats,
        "tracking_no": order.tracking_no,
        "label_sha256": order.label_sha256,
        "label_pages": order.label_pages,
        "allocated": order.allocated,
        "picked": order.picked,
        "cancel_status": order.cancel_status,
        "items": [{"sku": sku, "quantity": quantity} for sku, quantity in order.lines],
        "history": order.history,
    }


def _asn_row(account: Account, asn: Asn) -> dict[str, Any]:
    return {
        "customer_code": account.customer_code,
        "receiving_code": asn.code,
        "reference_no": asn.reference,
        "status": asn.status,
        "verified": asn.verified,
        "warehouse_code": asn.warehouse,
        "planned": asn.planned,
        "received": asn.received,
        "put_away": asn.put_away,
    }
