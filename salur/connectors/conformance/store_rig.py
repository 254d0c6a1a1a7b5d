"""A simulated store in Salur's sandbox, driven through the control that all its stores have."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from .checks import Power
from .rig import Row
from .sandbox_rig import SandboxRig, values_of

STORE_POWERS = frozenset(Power) - {Power.ACCOUNTS}
SETTLED_SECONDS = 300
OTHER_SHOP = "909090"


class StoreSandboxRig(SandboxRig):
    """One store of a running sandbox: what is typed into the hub's form, and tokens issued when asked."""

    def __init__(self, partner: str, url: str) -> None:
        super().__init__(partner, url, STORE_POWERS)
        self._known: dict[str, Any] | None = None

    def fresh(self) -> None:
        """See :class:`~.rig.Rig`."""
        super().fresh()
        self._known = None

    def credentials(self) -> Mapping[str, str]:
        """The application's, the shop's, and what a login would have left that works now."""
        if self._known is None:
            self._known = self._control("credentials", method="GET")[self.partner]
        known = self._known
        # Of a store that has both kinds, the access that ends: it shows that renewing works.
        tokens: Mapping[str, Any] = self._control(f"{self.partner}/tokens", {"ends": True})
        both = {**values_of(known), **tokens} if "form" in known else {**known, **_both_tokens(tokens)}
        return {key: str(value) for key, value in both.items() if isinstance(value, str | int)}

    def sell(self, count: int, **wish: object) -> Sequence[str]:
        """See :class:`~.rig.Rig`."""
        # Some stores hold the last minutes back.
        body = {"count": count, "updated_seconds_ago": SETTLED_SECONDS, **wish}
        answer = self._control(f"{self.partner}/orders", body)
        made: Sequence[str] = answer.get("ids") or answer["numbers"]
        return made

    def order(self, order_id: str) -> Row | None:
        """See :class:`~.rig.Rig`."""
        rows: list[Row] = self._control(f"{self.partner}/orders", method="GET")["orders"]
        return next((row for row in rows if order_id in (row["number"], str(row.get("id")))), None)

    def move_order(self, order_id: str, *, status: str = "", step: str = "", **more: object) -> bool:
        """See :class:`~.rig.Rig`."""
        body = {key: value for key, value in {"status": status, "step": step, **more}.items() if value}
        return self._asked(f"{self.partner}/orders/{order_id}/status", body)

    def put_on_sale(self, skus: Sequence[str]) -> None:
        """See :class:`~.rig.Rig`."""
        self._control(f"{self.partner}/items", {"skus": list(skus)})

    def on_sale(self) -> Sequence[Row]:
        """See :class:`~.rig.Rig`."""
        rows: Sequence[Row] = self._control(f"{self.partner}/items", method="GET")["items"]
        return rows

    def subscribe(self, url: str) -> bool:
        """See :class:`~.rig.Rig`."""
        return self._asked(f"{self.partner}/callback", {"url": url})

    def open_shop(self) -> str:
        """See :class:`~.rig.Rig`."""
        made = self._asked(f"{self.partner}/shops", {"shop_id": OTHER_SHOP, "name": "Another shop"})
        linked = made and self._asked(f"{self.partner}/tokens", {"shop_id": OTHER_SHOP})
        return OTHER_SHOP if linked else ""


def _both_tokens(tokens: Mapping[str, Any]) -> dict[str, Any]:
    return {key: tokens[key] for key in ("access_token", "refresh_token")}
