"""One API call after its signature and token were found good, and its parameters read as strictly as the partner."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from salur.sandbox.engine.exchange import Refusal
from salur.sandbox.lazada.store import LazadaStore
from salur.sandbox.storefront.model import Order, Shop


def isv(code: str, words: str) -> Refusal:
    """The caller's own fault."""
    return Refusal(code, words, extra={"type": "ISV"})


class Failed(Refusal):
    """The call as a whole failed; HTTP and ``code`` are good, ``result`` says so."""

    def __init__(self, code: str, words: str) -> None:
        result = {"success": False, "error_code": code, "error_msg": words}
        super().__init__(code, words, extra={"result": result})


def missing(name: str) -> Refusal:
    """A parameter that must be there is not."""
    return Refusal("MissingParameter", f"The input parameter {name} that is mandatory is not supplied", extra=_SYSTEM)


_SYSTEM = {"type": "SYSTEM"}


@dataclass
class Call:
    """What an operation gets: every parameter, wherever it stood. Token calls have no shop."""

    store: LazadaStore
    given: Mapping[str, str]
    #: The address that the sandbox is reached by, up to and with the partner's name.
    base: str
    given_shop: Shop | None = None

    @property
    def shop(self) -> Shop:
        """The shop that the token opens."""
        if self.given_shop is None:
            raise missing("access_token")
        return self.given_shop

    def text(self, name: str) -> str:
        """A required text."""
        value = self.given.get(name, "")
        if not value:
            raise missing(name)
        return value

    def number(self, name: str, default: int, most: int, refusal: Refusal) -> int:
        """A whole number from 0 on."""
        value = self.given.get(name, "") or str(default)
        if not value.isascii() or not value.isdigit() or int(value) > most:
            raise refusal
        return int(value)

    def json(self, name: str, refusal: Refusal) -> Any:
        """A parameter that holds JSON."""
        try:
            return json.loads(self.text(name))
        except ValueError as problem:
            raise refusal from problem

    def order(self, order_id: str) -> Order:
        """An order of the shop; raises 16."""
        found = self.store.find_id(self.shop, order_id)
        if found is None:
            raise isv("16", f'E016: "{order_id}" Invalid Order ID')
        return found
