"""One API call after its signature and token were found good."""

from dataclasses import dataclass
from typing import Any

from salur.sandbox.engine.exchange import Refusal
from salur.sandbox.shopee.model import Shop
from salur.sandbox.shopee.store import Store


@dataclass
class Call:
    """What an operation gets. Public operations have no shop."""

    store: Store
    query: dict[str, str]
    repeated: dict[str, list[str]]
    body: dict[str, Any]
    given_shop: Shop | None = None

    @property
    def shop(self) -> Shop:
        """The shop of a shop call."""
        if self.given_shop is None:
            raise Refusal("error_param", "There is no shop_id in query.")
        return self.given_shop
