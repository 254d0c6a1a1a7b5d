"""One API call after signature, token and shop were found good, and its parameters read as strictly as the partner."""

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from salur.sandbox.engine.exchange import Refusal
from salur.sandbox.storefront.model import Order, Shop
from salur.sandbox.storefront.parcels import Parcel
from salur.sandbox.tiktok.store import TiktokStore


def invalid(words: str, status: int = 400) -> Refusal:
    """36009004: a parameter, an identifier or the credentials are wrong; the words tell which."""
    return Refusal("36009004", words, status=status)


def business(code: int, words: str) -> Refusal:
    """A rule of the business: HTTP 200."""
    return Refusal(str(code), words)


@dataclass
class Call:
    """What an operation gets. Calls about the authorisation have no shop, but ``opened``: all shops of the token."""

    store: TiktokStore
    query: Mapping[str, str]
    body: dict[str, Any]
    path: Mapping[str, str]
    #: The address that the sandbox is reached by, up to and with the partner's name.
    base: str
    opened: list[Shop] = field(default_factory=list)
    given_shop: Shop | None = None

    @property
    def shop(self) -> Shop:
        """The shop that shop_cipher names."""
        if self.given_shop is None:
            raise Refusal("106013", "Missing identifier. The `shop_cipher` query parameter is required.", status=400)
        return self.given_shop

    def page_size(self, most: int) -> int:
        """Required, from 1 on."""
        value = self.query.get("page_size", "")
        if not value.isdigit() or not 1 <= int(value) <= most:
            raise invalid("Invalid page_size.")
        return int(value)

    def integer(self, name: str) -> int | None:
        """An optional whole number of the body."""
        value = self.body.get(name)
        if value is not None and (isinstance(value, bool) or not isinstance(value, int)):
            raise invalid(f"Invalid {name}.")
        return value

    def text(self, name: str) -> str:
        """A required text of the body."""
        value = self.body.get(name)
        if not isinstance(value, str) or not value:
            raise invalid(f"Missing {name}.")
        return value

    def texts(self, name: str, most: int) -> list[str] | None:
        """An optional list of texts of the body."""
        value = self.body.get(name)
        if value is None:
            return None
        if not isinstance(value, list) or not all(isinstance(one, str) for one in value) or len(value) > most:
            raise invalid(f"Invalid {name}.")
        return value

    def objects(self, name: str, most: int) -> list[dict[str, Any]]:
        """A required list of objects."""
        return objects(self.body, name, most)

    def parcel(self, package_id: str) -> tuple[Order, Parcel]:
        """A package of the shop; raises 10006402."""
        found = self.store.parcels.get(package_id)
        if found is None or found[0] is not self.shop:
            raise business(10006402, "permission denied")
        return found[1], found[2]


def objects(held: Mapping[str, Any], name: str, most: int) -> list[dict[str, Any]]:
    """A required list of objects of some object."""
    value = held.get(name)
    if not isinstance(value, list) or not value or not all(isinstance(one, dict) for one in value):
        raise invalid(f"Missing {name}.")
    if len(value) > most:
        raise invalid(f"Invalid {name}.")
    return value


def hidden(text: str) -> str:
    """A page token: nobody should read anything out of it."""
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def shown(page_token: str) -> str:
    """What :func:`hidden` hid; raises Refusal."""
    try:
        return base64.urlsafe_b64decode(page_token + "=" * (-len(page_token) % 4)).decode()
    except (binascii.Error, ValueError) as problem:
        raise invalid("Invalid page_token.") from problem


def offset_of(page_token: str) -> int:
    """The place where a page begins that is told by number; raises Refusal."""
    text = shown(page_token).removeprefix("offset=").strip() if page_token else "0"
    if not text.isdigit():
        raise invalid("Invalid page_token.")
    return int(text)


def following(start: int, size: int, count: int) -> str:
    """The token of the next page, empty on the last one."""
    return hidden(f"offset={start + size}") if start + size < count else ""
