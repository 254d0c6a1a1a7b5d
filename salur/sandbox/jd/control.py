"""Control of simulated JD: apps, PINs, tokens, products, stock, lists."""

from collections.abc import Callable
from typing import Any

from starlette.requests import Request

from salur.sandbox.engine.control import NotThere, Table, base_of
from salur.sandbox.jd.eclp import DEFAULT_PIN, WAREHOUSES, Eclp
from salur.sandbox.jd.model import (
    INBOUND_STATUSES,
    ORDER_STATUSES,
    PLATFORMS,
    SHIPPERS,
    Account,
    Batch,
    Inbound,
    ShipOrder,
    Warehouse,
)


class JdControl:
    """/_control/jd/... ``pin`` and ``department`` may be left out everywhere: the first ones are meant."""

    def __init__(self, eclp_now: Callable[[], Eclp]) -> None:
        self._eclp_now = eclp_now

    def table(self) -> Table:
        """Routes."""
        return [
            ("POST", "/apps", self._add_app),
            ("POST", "/accounts", self._add_account),
            ("GET", "/accounts", self._accounts),
            ("POST", "/tokens", self._tokens),
            ("POST", "/callback", self._set_callback),
            ("GET", "/subscriptions", self._subscriptions),
            ("POST", "/products", self._products),
            ("POST", "/stock", self._set_stock),
            ("GET", "/stock", self._stock),
            ("GET", "/orders", self._orders),
            ("POST", "/orders/{ref}/status", self._set_status),
            ("GET", "/inbounds", self._inbounds),
            ("POST", "/inbounds/{ref}/status", self._set_inbound_status),
        ]

    def credentials(self, base: str) -> dict[str, Any]:
        """What a hub is configured with."""
        return _credentials(self._eclp_now(), self._account(None), base)

    def _account(self, wanted: Any) -> Account:
        account = self._eclp_now().accounts.get(str(wanted or DEFAULT_PIN))
        if account is None:
            raise NotThere(f"no PIN {wanted}")
        return account

    # --- apps, PINs, tokens --------------------------------------------------------------------------------------

    async def _add_app(self, _request: Request, body: dict[str, Any]) -> Any:
        return vars(self._eclp_now().add_app(str(body["app_key"]), str(body["app_secret"])))

    async def _add_account(self, request: Request, body: dict[str, Any]) -> Any:
        """A further PIN, of the first app unless ``app_key`` (and ``app_secret``) names another."""
        eclp = self._eclp_now()
        app = next(iter(eclp.apps.values()))
        if "app_secret" in body:
            app = eclp.add_app(str(body["app_key"]), str(body["app_secret"]))
        elif "app_key" in body:
            app = eclp.apps[str(body["app_key"])]
        pin = str(body.get("pin") or f"jd_pin_{len(eclp.accounts) + 1}")
        departments = tuple(str(number) for number in body.get("departments", ()))
        rows = body.get("warehouses")
        warehouses = tuple(_warehouse(row) for row in rows) if rows else WAREHOUSES
        return _credentials(eclp, eclp.add_account(pin, app, departments, warehouses), base_of(request))

    async def _accounts(self, request: Request, _body: dict[str, Any]) -> Any:
        eclp, base = self._eclp_now(), base_of(request)
        return {"accounts": [_credentials(eclp, account, base) for account in eclp.accounts.values()]}

    async def _tokens(self, _request: Request, body: dict[str, Any]) -> Any:
        """Issue a pair without a login, or with ``expire``: access, refresh or all, end what there is."""
        eclp, account, expire = self._eclp_now(), self._account(body.get("pin")), body.get("expire")
        if expire is None:
            app_key = str(body.get("app_key", account.app_key))
            if "subscribe" in body:
                (account.subscribed.add if body["subscribe"] else account.subscribed.discard)(app_key)
            return eclp.tokens.issue(app_key, account.pin, str(body.get("access_token", "")))
        if expire == "access":
            eclp.tokens.expire_access(account.pin)
        elif expire == "refresh":
            eclp.tokens.expire_refresh(account.pin)
        elif expire == "all":
            eclp.tokens.end(None, account.pin)
        else:
            raise ValueError("expire must be access, refresh or all")
        return {"ok": True}

    async def _set_callback(self, _request: Request, body: dict[str, Any]) -> Any:
        self._account(body.get("pin")).callback_url = str(body["url"])
        return {"ok": True}

    async def _subscriptions(self, _request: Request, _body: dict[str, Any]) -> Any:
        eclp = self._eclp_now()
        return {
            "subscriptions": [
                {"pin": one.pin, "app_key": app_key, "callback": one.callback_url or eclp.settings.callback_url}
                for one in eclp.accounts.values()
                for app_key in sorted(one.subscribed)
            ]
        }

    # --- products and stock --------------------------------------------------------------------------------------

    def _place(self, body: dict[str, Any]) -> tuple[Account, str, str]:
        """Account, department and warehouse that a call means; ``warehouse`` may be "warehouse-department"."""
        account = self._account(body.get("pin"))
        warehouse, _, joined = str(body.get("warehouse") or next(iter(account.warehouses))).partition("-")
        department = joined or str(body.get("department") or next(iter(account.departments)))
        if department not in account.departments or warehouse not in account.warehouses:
            raise NotThere(f"PIN {account.pin} has no department {department} with warehouse {warehouse}")
        return account, department, warehouse

    async def _products(self, _request: Request, body: dict[str, Any]) -> Any:
        """Register SKUs and, with ``quantity``, stock them in ``warehouse``."""
        eclp, (account, department, warehouse) = self._eclp_now(), self._place(body)
        for sku in map(str, body["skus"]):
            given = {"barcodes": f"BC-{sku}", "thirdCategoryNo": "4159", "goodsName": f"Barang {sku}", "safeDays": 0}
            eclp.put_product(account, department, sku, dict(given))
            if "quantity" in body:
                eclp.set_sellable(account, department, warehouse, sku, int(body["quantity"]))
        return {"products": len(account.products)}

    async def _set_stock(self, _request: Request, body: dict[str, Any]) -> Any:
        eclp, (account, department, warehouse) = self._eclp_now(), self._place(body)
        for sku, units in dict(body.get("stock", {})).items():
            eclp.set_sellable(account, department, warehouse, str(sku), int(units))
        for sku, units in dict(body.get("allocated", {})).items():
            account.stock_of(department, warehouse, str(sku)).reserved = int(units)
        return {"ok": True}

    async def _stock(self, request: Request, _body: dict[str, Any]) -> Any:
        account = self._account(request.query_params.get("pin"))
        return {
            "stock": [
                {
                    "department": department,
                    "warehouse": warehouse,
                    "place": f"{warehouse}-{department}",
                    "sku": sku,
                    **vars(stock),
                }
                for (department, warehouse, sku), stock in account.stock.items()
            ]
        }

    # --- lists ---------------------------------------------------------------------------------------------------

    async def _orders(self, request: Request, _body: dict[str, Any]) -> Any:
        pin, status = request.query_params.get("pin"), request.query_params.get("status")
        accounts = [self._account(pin)] if pin else list(self._eclp_now().accounts.values())
        return {
            "orders": [
                _order_row(account, order)
                for account in accounts
                for order in account.orders.values()
                if status in (None, order.status)
            ]
        }

    async def _set_status(self, request: Request, body: dict[str, Any]) -> Any:
        wanted, status = str(request.path_params["ref"]), str(body["status"])
        # ``raw`` puts any code there, for tests of codes that nobody has documented.
        if status not in ORDER_STATUSES and not body.get("raw"):
            raise ValueError(f"status must be one of {', '.join(ORDER_STATUSES)}")
        for account in self._eclp_now().accounts.values():
            for order in reversed(account.orders.values()):
                if wanted in (order.number, order.reference):
                    self._eclp_now().set_status(account, order, status, str(body.get("reason", "")))
                    return _order_row(account, order)
        raise NotThere(f"no outbound list {wanted}")

    async def _inbounds(self, _request: Request, _body: dict[str, Any]) -> Any:
        accounts = self._eclp_now().accounts.values()
        return {"inbounds": [_inbound_row(account, one) for account in accounts for one in account.inbounds.values()]}

    async def _set_inbound_status(self, request: Request, body: dict[str, Any]) -> Any:
        wanted, status = str(request.path_params["ref"]), str(body["status"])
        if status not in INBOUND_STATUSES and not body.get("raw"):
            raise ValueError(f"status must be one of {', '.join(INBOUND_STATUSES)}")
        for account in self._eclp_now().accounts.values():
            for one in reversed(account.inbounds.values()):
                if wanted in (one.number, one.reference):
                    received, damaged = _units(one, body.get("quantities")), _units(one, body.get("damaged"))
                    batches = [_batch(one, row) for row in body.get("batches", [])]
                    self._eclp_now().set_inbound(account, one, status, received, damaged, batches)
                    return _inbound_row(account, one)
        raise NotThere(f"no inbound list {wanted}")


def _warehouse(row: dict[str, Any]) -> Warehouse:
    number = str(row.get("code") or row["number"])
    return Warehouse(number, str(row.get("name", number)), str(row["country"]))


def _units(inbound: Inbound, given: Any) -> dict[str, int]:
    figures = {str(sku): int(units) for sku, units in dict(given or {}).items()}
    unknown = figures.keys() - inbound.planned().keys()
    if unknown:
        raise ValueError(f"not on the list: {', '.join(sorted(unknown))}")
    return figures


def _batch(inbound: Inbound, row: dict[str, Any]) -> Batch:
    sku = next(iter(_units(inbound, {row["sku"]: row["quantity"]})))
    dates = str(row.get("produced", "")), str(row.get("expires", ""))
    return Batch(sku, str(row["batch"]), int(row["quantity"]), *dates)


def _credentials(eclp: Eclp, account: Account, base: str) -> dict[str, Any]:
    """``form`` is the basic authorisation's; the quick one leaves the app's keys and the gateway user out.

    ``tokens`` is a pair as a login would bring it, a new one each time.
    """
    app, address = eclp.app_of(account), f"{base}/jd"
    first = next(iter(account.warehouses.values()))
    quick = {
        "country": first.country,
        "department_no": next(iter(account.departments)),
        "warehouse_no": first.number,
        "pin": account.pin,
    }
    addresses = {"base_url": f"{address}/routerjson", "login_url": f"{address}/oauth2"}
    keys = {"app_key": app.app_key, "app_secret": app.app_secret}
    settings = {
        "shop_no": next(iter(account.shops)),
        "isv_source": account.isv_source,
        "supplier_no": next(iter(account.suppliers)),
        "shipper_no": SHIPPERS[1][0],
    }
    form = {**quick, **addresses, **keys, "gateway_user": account.pin}
    pair = eclp.tokens.issue(app.app_key, account.pin)
    return {
        **form,
        **settings,
        "sp_source": PLATFORMS[-1][0],
        "departments": list(account.departments),
        "warehouses": [vars(one) for one in account.warehouses.values()],
        "form": form,
        "quick_form": quick,
        "app": {**keys, **addresses},
        "settings": settings,
        "tokens": {name: pair[name] for name in ("access_token", "refresh_token")},
    }


def _order_row(account: Account, order: ShipOrder) -> dict[str, Any]:
    return {
        "pin": account.pin,
        "reference": order.reference,
        "number": order.number,
        "status": order.status,
        "reason": order.reason,
        "department": order.department,
        "warehouse": order.warehouse,
        "times_created": sum(one.reference == order.reference for one in account.orders.values()),
        "repeats": order.repeats,
        "tracking": order.tracking,
        "shipper": order.fields["shipperNo"],
        "platform_number": order.fields.get("salesPlatformOrderNo", ""),
        "label_sha256": "",  # no field of JD's takes a label
        "label_pages": 0,
        "allocated": order.allocated,
        "cancelling": order.cancelling,
        "items": [{"sku": line.product.sku, "quantity": line.quantity} for line in order.lines],
        "history": order.history,
    }


def _inbound_row(account: Account, inbound: Inbound) -> dict[str, Any]:
    return {
        "pin": account.pin,
        "reference": inbound.reference,
        "number": inbound.number,
        "status": inbound.status,
        "department": inbound.department,
        "warehouse": inbound.warehouse,
        "times_created": sum(one.reference == inbound.reference for one in account.inbounds.values()),
        "repeats": inbound.repeats,
        "planned": inbound.planned(),
        "received": inbound.received,
        "damaged": inbound.damaged,
        "batches": [vars(one) for one in inbound.batches],
        "history": inbound.history,
    }
