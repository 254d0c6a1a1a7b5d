"""Control of the simulated operator: accounts, products, stock, lists."""

from collections.abc import Callable
from typing import Any

from starlette.requests import Request

from salur.sandbox.eccang.model import ORDER_STATUSES, RECEIVING_STATUSES, Account, Asn, ShipOrder
from salur.sandbox.eccang.operator import DEFAULT_CUSTOMER, Operator
from salur.sandbox.engine.control import NotThere, Table, base_of


class EccangControl:
    """/_control/eccang/..."""

    def __init__(self, operator_now: Callable[[], Operator]) -> None:
        self._operator_now = operator_now

    def table(self) -> Table:
        """Routes."""
        return [
            ("POST", "/accounts", self._add_account),
            ("GET", "/accounts", self._accounts),
            ("POST", "/products", self._products),
            ("POST", "/stock", self._set_stock),
            ("GET", "/stock", self._stock),
            ("GET", "/orders", self._orders),
            ("POST", "/orders/{ref}/status", self._set_status),
            ("GET", "/asns", self._asns),
            ("GET", "/inbounds", self._inbounds),
            ("POST", "/asns/{ref}/status", self._set_asn_status),
            ("POST", "/inbounds/{ref}/status", self._set_asn_status),
            ("GET", "/subscriptions", self._subscriptions),
        ]

    def credentials(self, base: str) -> dict[str, Any]:
        """What a hub is configured with."""
        return _credentials(self._account(None), base)

    def _account(self, wanted: Any) -> Account:
        account = self._operator_now().accounts.get(str(wanted or DEFAULT_CUSTOMER))
        if account is None:
            raise NotThere(f"no account {wanted}")
        return account

    async def _add_account(self, request: Request, body: dict[str, Any]) -> Any:
        wanted = body.get("warehouses") or [{"code": "TH01", "name": "Bangkok", "country": "TH"}]
        rows = tuple((str(one["code"]), str(one.get("name", one["code"])), str(one["country"])) for one in wanted)
        operator = self._operator_now()
        account = operator.add_account(str(body.get("customer_code", f"TH{88001 + len(operator.accounts)}")), rows)
        account.app_token = str(body.get("app_token", account.app_token))
        account.app_key = str(body.get("app_key", account.app_key))
        return _credentials(account, base_of(request))

    async def _accounts(self, _request: Request, _body: dict[str, Any]) -> Any:
        return {"accounts": [_account_row(account) for account in self._operator_now().accounts.values()]}

    async def _products(self, _request: Request, body: dict[str, Any]) -> Any:
        """Register SKUs and, with ``quantity``, stock them in ``warehouse``."""
        operator, account = self._operator_now(), self._account(body.get("customer_code"))
        for sku in body["skus"]:
            fields = {"product_title": f"Article {sku}", "product_weight": "0.5", "verify": "1"}
            operator.put_product(account, str(sku), dict(fields))
            if "quantity" in body:
                operator.set_sellable(account, str(body.get("warehouse", "TH01")), str(sku), int(body["quantity"]))
        return {"products": len(account.products)}

    async def _set_stock(self, _request: Request, body: dict[str, Any]) -> Any:
        account = self._account(body.get("customer_code"))
        for sku, units in dict(body.get("stock", {})).items():
            self._operator_now().set_sellable(account, str(body.get("warehouse", "TH01")), str(sku), int(units))
        for sku, units in dict(body.get("allocated", {})).items():
            account.stock_of(str(body.get("warehouse", "TH01")), str(sku)).reserved = int(units)
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
        accounts = [self._account(wanted)] if wanted else list(self._operator_now().accounts.values())
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
            reason = str(body.get("abnormal_reason", body.get("reason", "")))
            self._operator_now().set_status(account, order, status, reason)
        if "cancel_status" in body:
            order.cancel_status = int(body["cancel_status"])
        return _ship_order_row(account, order)

    def _find(self, wanted: str) -> tuple[Account, ShipOrder]:
        for account in self._operator_now().accounts.values():
            codes = [wanted] if wanted in account.orders else account.by_reference.get(wanted, [])
            if codes:
                return account, account.orders[codes[-1]]
        raise NotThere(f"no order {wanted}")

    async def _asns(self, _request: Request, _body: dict[str, Any]) -> Any:
        return {"asns": self._asn_rows()}

    async def _inbounds(self, _request: Request, _body: dict[str, Any]) -> Any:
        return {"inbounds": self._asn_rows()}

    def _asn_rows(self) -> list[dict[str, Any]]:
        accounts = self._operator_now().accounts.values()
        return [_asn_row(account, asn) for account in accounts for asn in account.asns.values()]

    async def _set_asn_status(self, request: Request, body: dict[str, Any]) -> Any:
        wanted = str(request.path_params["ref"])
        for account in self._operator_now().accounts.values():
            for asn in account.asns.values():
                if wanted in (asn.code, asn.reference):
                    status = str(body["status"])
                    if status not in RECEIVING_STATUSES and not body.get("raw"):
                        raise ValueError(f"status must be one of {', '.join(RECEIVING_STATUSES)}")
                    good, damaged = _units(body, "quantities"), _units(body, "damaged")
                    self._operator_now().set_asn_status(account, asn, status, good, damaged)
                    return _asn_row(account, asn)
        raise NotThere(f"no receiving list {wanted}")

    async def _subscriptions(self, _request: Request, _body: dict[str, Any]) -> Any:
        return {
            "subscriptions": [
                {"customer_code": account.customer_code, **vars(one)}
                for account in self._operator_now().accounts.values()
                for one in account.subscriptions.values()
            ]
        }


def _units(body: dict[str, Any], name: str) -> dict[str, int]:
    return {str(sku): int(units) for sku, units in dict(body.get(name, {})).items()}


def _account_row(account: Account) -> dict[str, Any]:
    return {
        "app_token": account.app_token,
        "app_key": account.app_key,
        "customer_code": account.customer_code,
        "warehouses": list(account.warehouses),
    }


def _credentials(account: Account, base: str) -> dict[str, Any]:
    own_label = next(one.code for one in next(iter(account.warehouses.values())).methods if one.own_label)
    row = {"base_url": f"{base}/eccang", **_account_row(account)}
    return {
        **row,
        "shipping_method": own_label,
        "form": {name: row[name] for name in ("base_url", "app_token", "app_key", "customer_code")},
        "settings": {"shipping_method": own_label},
    }


def _ship_order_row(account: Account, order: ShipOrder) -> dict[str, Any]:
    return {
        "customer_code": account.customer_code,
        "reference": order.reference,
        "number": order.code,
        "warehouse": order.warehouse,
        "tracking": order.tracking_no,
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
    alike = [one for one in account.asns.values() if one.reference == asn.reference]
    return {
        "customer_code": account.customer_code,
        "reference": asn.reference,
        "number": asn.code,
        "warehouse": asn.warehouse,
        "times_created": max(1, sum(one.status != "X" for one in alike)),
        "receiving_code": asn.code,
        "reference_no": asn.reference,
        "status": asn.status,
        "verified": asn.verified,
        "warehouse_code": asn.warehouse,
        "planned": asn.planned,
        "received": asn.received,
        "put_away": asn.put_away,
    }
