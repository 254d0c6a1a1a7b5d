"""Keys that the site makes on its own page /wc-auth/v1/authorize and sends to us (contract sheet, authorisation)."""

from __future__ import annotations

from urllib.parse import urlencode

from salur.connectors.base.errors import Rejected
from salur.connectors.base.made_keys import MadeKeys
from salur.connectors.base.reading import as_object, needed_text, parse_json

PATH = "/wc-auth/v1/authorize"
APP_NAME = "Salur"
SCOPE = "read_write"


def address(site: str, redirect: str, callback: str, handle: str) -> str:
    """The page where the site's owner approves; ``user_id`` is any text of ours, which comes back twice."""
    asked = {
        "app_name": APP_NAME,
        "scope": SCOPE,
        "user_id": handle,
        "return_url": redirect,
        "callback_url": callback,
    }
    return f"{site}{PATH}?{urlencode(asked)}"


def read_keys(body: bytes) -> MadeKeys:
    """The keys as the site posts them, before it sends the user back.

    Raises ContractBroken, and Rejected for keys that may not both read and write.
    """
    told = as_object(parse_json(body, "keys"), "keys")
    permissions = needed_text(told, "key_permissions")
    if permissions != SCOPE:
        raise Rejected("permissions", f"the keys may only {permissions}", field="key_permissions")
    keys = {name: needed_text(told, name) for name in ("consumer_key", "consumer_secret")}
    return MadeKeys(needed_text(told, "user_id"), keys)
