"""Control of a simulated Qimen warehouse: accounts, items, stock, lists, where reports go."""

from collections.abc import Callable
from typing import Any

from starlette.requests import Request

from salur.sandbox.engine.control import NotThere, Table, base_of
from salur.sandbox.qimen import moves
from salur.sandbox.qimen.model import (
    INBOUND_PROCESSES,
    ORDER_STATUSES,
    OUTBOUND_PROCESSES,
    RECEIVING_STATUSES,
    Account,
    Entry,
    Shipment,
    Warehouse,
)
from salur.sandbox.qimen.profiles import PATH
from salur.sandbox.qimen.wms import Wms

SHIPMENT_CODES = tuple(dict.fromkeys((*ORDER_STATUSES, *OUTBOUND_PROCESSES)))
ENTRY_CODES = tuple(dict.fromkeys((*RECEIVING_STATUSES, *INBOUND_PROCESSES)))


class QimenControl:
    """/_control/<name>/... An account is named by ``customer_id`` (or ``customer_code``); else the first is meant."""

    def __init__(self, wms_now: Callable[[], Wms]) -> None:
        self._wms_now = wms_now

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
            ("GET", "/inbounds", self._inbounds),
            ("POST", "/inbounds/{ref}/status", self._set_inbound_status),
            ("GET", "/subscriptions", self._subscriptions),
            ("POST", "/subscriptions", self._subscribe),
        ]

    def credentials(self, base: str) -> dict[str, Any]:
        """What a hub is configured with."""
        return self._credentials(self._account({}), base)

    def _credentials(self, account: Account, base: str) -> dict[str, Any]:
        profile = self._wms_now().profile
        form, settings = profile.forms(account, f"{base}/{profile.name}{PATH}")
        return {**_account_row(account), "base_url": f"{base}/{profile.name}{PATH}", "form": form, "settings": settings}

    def _account(self, given: Any) -> Account:
        accounts = self._wms_now().accounts
        wanted = given.get("customer_id") or given.get("customer_code") or next(iter(accounts))
        if wanted not in accounts:
            raise NotThere(f"no account {wanted}")
        return accounts[str(wanted)]

    async def _add_account(self, request: Request, body: dict[str, Any]) -> Any:
        """A further merchant's account; what is not named is made up."""
        wms = self._wms_now()
        number = f"{wms.profile.customer}{len(wms.accounts) + 1}"
        customer = str(body.get("customer_id") or body.get("customer_code") or number)
        wanted = [
            Warehouse(str(one["code"]), str(one.get("name", one["code"])), str(one["country"]))
            for one in body.get("warehouses", [])
        ]
        account = wms.add_account(customer, tuple(wanted) or wms.profile.warehouses)
        account.app_key = str(body.get("app_key", account.app_key))
        account.secret = str(body.get("secret_key", account.secret))
        account.owner = str(body.get("owner_code", account.owner))
        return self._credentials(account, base_of(request))

    async def _accounts(self, _request: Request, _body: dict[str, Any]) -> Any:
        return {"accounts": [_account_row(account) for account in self._wms_now().accounts.values()]}

    async def _products(self, _request: Request, body: dict[str, Any]) -> Any:
        """Register SKUs and, with ``quantity``, stock them in ``warehouse``."""
        wms, account = self._wms_now(), self._account(body)
        warehouse = _warehouse(account, body)
        for sku in body["skus"]:
            wms.put_item(account, str(sku), f"Article {sku}")
            if "quantity" in body:
                wms.set_sellable(account, warehouse, str(sku), int(body["quantity"]))
        return {"products": len(account.items)}

    async def _set_stock(self, _request: Request, body: dict[str, Any]) -> Any:
        wms, account = self._wms_now(), self._account(body)
        warehouse = _warehouse(account, body)
        for sku, units in dict(body.get("stock", {})).items():
            wms.set_sellable(account, warehouse, str(sku), int(units))
        for name, figure in (("allocated", "reserved"), ("damaged", "damaged")):
            for sku, units in dict(body.get(name, {})).items():
                setattr(account.stock_of(warehouse, str(sku)), figure, int(units))
                wms.touch(account, warehouse, str(sku))
        return {"ok": True}

    async def _stock(self, request: Request, _body: dict[str, Any]) -> Any:
        account = self._account(request.query_params)
        return {
            "stock": [{"warehouse": place, "sku": sku, **vars(stock)} for (place, sku), stock in account.stock.items()]
        }

    async def _orders(self, _request: Request, _body: dict[str, Any]) -> Any:
        accounts = self._wms_now().accounts.values()
        return {"orders": [_shipment_row(account, one) for account in accounts for one in account.shipments.values()]}

    async def _set_status(self, request: Request, body: dict[str, Any]) -> Any:
        """``raw`` puts any code there; ``quantities`` tells for PARTDELIVERED what was shipped so far."""
        wanted, code = str(request.path_params["ref"]), str(body["status"])
        for account in self._wms_now().accounts.values():
            numbers = account.shipment_codes.get(wanted, [wanted])
            if numbers[-1] in account.shipments:
                shipment = account.shipments[numbers[-1]]
                _check_code(code, SHIPMENT_CODES, body)
                part = _units(body, "quantities")
                moves.move_shipment(self._wms_now(), account, shipment, code, str(body.get("reason", "")), part)
                return _shipment_row(account, shipment)
        raise NotThere(f"no order {wanted}")

    async def _inbounds(self, _request: Request, _body: dict[str, Any]) -> Any:
        accounts = self._wms_now().accounts.values()
        return {"inbounds": [_entry_row(account, one) for account in accounts for one in account.entries.values()]}

    async def _set_inbound_status(self, request: Request, body: dict[str, Any]) -> Any:
        """``batches``: rows of ``sku, batch, produced_on, expires_on, quantity`` for what comes in now."""
        wanted, code = str(request.path_params["ref"]), str(body["status"])
        for account in self._wms_now().accounts.values():
            numbers = account.entry_codes.get(wanted, [wanted])
            if numbers[-1] in account.entries:
                entry = account.entries[numbers[-1]]
                _check_code(code, ENTRY_CODES, body)
                moves.move_entry(
                    self._wms_now(),
                    account,
                    entry,
                    code,
                    totals=_units(body, "quantities"),
                    damaged=_units(body, "damaged"),
                    batches=[dict(one) for one in body.get("batches", [])],
                    reason=str(body.get("reason", "")),
                )
                return _entry_row(account, entry)
        raise NotThere(f"no inbound list {wanted}")

    async def _subscribe(self, _request: Request, body: dict[str, Any]) -> Any:
        """Type in where an account's reports go, as a merchant does at the warehouse; empty: nowhere."""
        account, url = self._account(body), str(body["callback_url"])
        if url and ("?" in url or not url.startswith(("http://", "https://"))):
            raise ValueError("callback_url must be an address without a query string")
        account.callback_url = url
        return {"customer_id": account.customer_id, "callback_url": url}

    async def _subscriptions(self, _request: Request, _body: dict[str, Any]) -> Any:
        return {
            "subscriptions": [
                {"customer_id": account.customer_id, "callback_url": account.callback_url}
                for account in self._wms_now().accounts.values()
                if account.callback_url
            ]
        }


def _warehouse(account: Account, body: dict[str, Any]) -> str:
    code = str(body.get("warehouse") or next(iter(account.warehouses)))
    if code not in account.warehouses:
        raise NotThere(f"no warehouse {code}")
    return code


def _check_code(code: str, known: tuple[str, ...], body: dict[str, Any]) -> None:
    if code not in known and not body.get("raw"):
        raise ValueError(f"status must be one of {', '.join(known)}")


def _units(body: dict[str, Any], name: str) -> dict[str, int] | None:
    return None if body.get(name) is None else {str(sku): int(units) for sku, units in dict(body[name]).items()}


def _account_row(account: Account) -> dict[str, Any]:
    return {
        "app_key": account.app_key,
        "secret_key": account.secret,
        "customer_id": account.customer_id,
        "owner_code": account.owner,
        "warehouses": list(account.warehouses),
        "callback_url": account.callback_url,
    }


def _shipment_row(account: Account, shipment: Shipment) -> dict[str, Any]:
    alike = [account.shipments[number] for number in account.shipment_codes[shipment.reference]]
    return {
        "customer_id": account.customer_id,
        "reference": shipment.reference,
        "number": shipment.number,
        "status": shipment.stage,
        "order_status": shipment.status,
        "warehouse": shipment.warehouse,
        "times_created": max(1, sum(one.status != "CANCELED" for one in alike)),
        "refused_repeats": shipment.refused_repeats,
        "tracking": shipment.express_code,
        "label_url": shipment.label_url,
        "label_sha256": shipment.label_sha256,
        "label_pages": int(bool(shipment.label_sha256)),
        "allocated": shipment.allocated,
        "cancelling": shipment.cancelling,
        "items": [{"sku": line.sku, "quantity": line.quantity} for line in shipment.lines],
        "shipped": shipment.shipped,
        "history": shipment.history,
    }


def _entry_row(account: Account, entry: Entry) -> dict[str, Any]:
    alike = [account.entries[number] for number in account.entry_codes[entry.reference]]
    return {
        "customer_id": account.customer_id,
        "reference": entry.reference,
        "number": entry.number,
        "status": entry.status,
        "warehouse": entry.warehouse,
        "times_created": max(1, sum(one.status != "CANCELED" for one in alike)),
        "refused_repeats": entry.refused_repeats,
        "planned": entry.planned,
        "received": entry.received,
        "damaged": entry.damaged,
        "history": entry.history,
    }
