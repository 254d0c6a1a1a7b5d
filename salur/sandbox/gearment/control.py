"""Control of the simulated vendor: teams, articles, documents. There are no stock quantities and no inbound lists."""

from collections.abc import Callable, Mapping
from typing import Any

from starlette.requests import Request

from salur.sandbox.engine.control import NotThere, Table, base_of
from salur.sandbox.gearment import codes
from salur.sandbox.gearment.model import Account, Draft, Order
from salur.sandbox.gearment.rows import webhook_row
from salur.sandbox.gearment.studio import DEFAULT_TEAM, Studio


class GearmentControl:
    """/_control/gearment/..."""

    def __init__(self, studio_now: Callable[[], Studio]) -> None:
        self._studio_now = studio_now

    def table(self) -> Table:
        """Routes."""
        return [
            ("POST", "/accounts", self._add_account),
            ("GET", "/accounts", self._accounts),
            ("POST", "/products", self._products),
            ("GET", "/products", self._list_products),
            ("GET", "/orders", self._orders),
            ("POST", "/orders/{ref}/status", self._set_status),
            ("GET", "/subscriptions", self._subscriptions),
        ]

    def credentials(self, base: str) -> dict[str, Any]:
        """What a hub is configured with."""
        return _credentials(self._studio_now().accounts[DEFAULT_TEAM], base)

    async def _add_account(self, request: Request, body: dict[str, Any]) -> Any:
        """A further team, or other values for one that is there."""
        studio = self._studio_now()
        team_id = str(body.get("team_id", f"GM{88001 + len(studio.accounts)}"))
        account = studio.accounts.get(team_id) or studio.add_account(team_id)
        account.client_key = str(body.get("client_key", account.client_key))
        account.client_secret = str(body.get("client_secret", account.client_secret))
        account.signature = str(body.get("signature", account.signature))
        account.stores |= {str(number): str(name) for number, name in dict(body.get("stores", {})).items()}
        account.blocked = bool(body.get("blocked", account.blocked))
        return _credentials(account, base_of(request))

    async def _accounts(self, request: Request, _body: dict[str, Any]) -> Any:
        return {"accounts": [_credentials(one, base_of(request)) for one in self._studio_now().accounts.values()]}

    async def _products(self, _request: Request, body: dict[str, Any]) -> Any:
        """Variants with these SKUs, and with ``stock_label`` that label for them."""
        studio = self._studio_now()
        variants = [studio.catalogue.with_sku(str(sku)) for sku in body["skus"]]
        if "stock_label" in body:
            label = _named(str(body["stock_label"]), codes.STOCK, codes.STOCK_LABELS)
            for variant in variants:
                studio.set_stock_label(variant, label)
        return {"products": len(studio.catalogue.variants)}

    async def _list_products(self, _request: Request, _body: dict[str, Any]) -> Any:
        variants = self._studio_now().catalogue.variants.values()
        return {
            "products": [
                {"sku": one.sku, "variant_id": one.variant_id, "stock_label": one.stock_label} for one in variants
            ]
        }

    async def _orders(self, request: Request, _body: dict[str, Any]) -> Any:
        wanted, status = request.query_params.get("team_id"), request.query_params.get("status")
        rows = [
            _row(account, draft)
            for account in self._studio_now().accounts.values()
            if wanted in (None, account.team_id)
            for draft in account.drafts.values()
        ]
        return {"orders": [row for row in rows if status in (None, row["status"])]}

    async def _set_status(self, request: Request, body: dict[str, Any]) -> Any:
        account, draft = self._find(str(request.path_params["ref"]))
        order = account.orders.get(draft.order_id)
        if "status" in body:
            self._move(account, draft, order, body)
        for name, prefix, table in (
            ("payment", codes.PAYMENT, codes.PAYMENT_STATUSES),
            ("cancel_status", codes.CANCEL, codes.CANCEL_STATUSES),
            ("refund_status", codes.REFUND, codes.REFUND_STATUSES),
        ):
            if name in body:
                value = str(body[name])
                setattr(_ordered(order), name, value if body.get("raw") else _named(value, prefix, table))
        return _row(account, draft)

    def _move(self, account: Account, draft: Draft, order: Order | None, body: dict[str, Any]) -> None:
        """``raw`` puts any code there, for tests of codes that nobody has documented."""
        studio, status = self._studio_now(), str(body["status"])
        if order is None and (body.get("raw") or _full(status, codes.DRAFT) in codes.DRAFT_STATUSES):
            studio.set_draft_status(draft, status if body.get("raw") else _full(status, codes.DRAFT))
            return
        placed = _ordered(order)
        if not body.get("raw"):
            status = _named(status, codes.ORDER, codes.ORDER_STATUSES)
        placed.cancel_reason = str(body.get("reason", placed.cancel_reason))
        studio.set_status(account, placed, status, str(body.get("tracking", "")))

    def _find(self, wanted: str) -> tuple[Account, Draft]:
        for account in self._studio_now().accounts.values():
            if wanted in account.orders:
                return account, account.orders[wanted].draft
            numbers = [wanted] if wanted in account.drafts else account.by_reference.get(wanted, [])
            if numbers:
                return account, account.drafts[numbers[-1]]
        raise NotThere(f"no order {wanted}")

    async def _subscriptions(self, _request: Request, _body: dict[str, Any]) -> Any:
        return {
            "subscriptions": [
                webhook_row(account, one)
                for account in self._studio_now().accounts.values()
                for one in account.webhooks.values()
            ]
        }


def _full(name: str, prefix: str) -> str:
    return name if name.startswith(prefix) else f"{prefix}{name}"


def _named(name: str, prefix: str, table: Mapping[str, int]) -> str:
    """A status with or without its prefix."""
    full = _full(name, prefix)
    if full not in table:
        raise ValueError(f"must be one of {', '.join(one.removeprefix(prefix) for one in table)}")
    return full


def _ordered(order: Order | None) -> Order:
    if order is None:
        raise ValueError("this draft has not become an order")
    return order


def _credentials(account: Account, base: str) -> dict[str, Any]:
    form = {
        "base_url": f"{base}/gearment/integration-handler",
        "client_key": account.client_key,
        "client_secret": account.client_secret,
        "store_id": next(iter(account.stores)),
        "signature_key": account.signature,
    }
    settings = {"shipping_method": "METHOD_STANDARD"}
    return {**form, "team_id": account.team_id, "stores": account.stores, "form": form, "settings": settings}


def _times_created(account: Account, reference: str) -> int:
    """As salur/sandbox/partners.py counts: what lives, and 1 where nothing does."""
    drafts = [account.drafts[number] for number in account.by_reference.get(reference, [])]
    return max(1, sum(_lives(account, draft) for draft in drafts))


def _lives(account: Account, draft: Draft) -> bool:
    order = account.orders.get(draft.order_id)
    if order is not None:
        return order.status != f"{codes.ORDER}CANCELLED"
    return draft.status not in (f"{codes.DRAFT}DELETED", f"{codes.DRAFT}ARCHIVED")


def _row(account: Account, draft: Draft) -> dict[str, Any]:
    order, wanted = account.orders.get(draft.order_id), draft.wanted
    return {
        "team_id": account.team_id,
        "reference": wanted.reference,
        "number": draft.order_id or draft.draft_id,
        "draft": draft.draft_id,
        "status": order.status if order else draft.status,
        "draft_status": draft.status,
        "warehouse": "",
        "times_created": _times_created(account, wanted.reference),
        "refused_repeats": account.refused_repeats.get(wanted.reference, 0),
        "tracking": order.tracking if order else "",
        "label_sha256": draft.label.sha256,
        "label_pages": draft.label.pages,
        "label_urls": wanted.label_urls,
        "label_tracking": draft.label.tracking,
        "payment": order.payment if order else "",
        "cancel_status": order.cancel_status if order else "",
        "refund_status": order.refund_status if order else "",
        "address": wanted.address,
        "items": [{"sku": line.variant.sku, "quantity": line.quantity} for line in wanted.lines],
        "prints": [line.prints for line in wanted.lines],
        "history": draft.history + (order.history if order else []),
    }
