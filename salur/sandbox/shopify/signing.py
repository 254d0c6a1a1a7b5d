"""Signatures of the login's redirect and of webhooks (contracts/shopify/signing.json)."""

import base64
import hashlib
import hmac
from collections.abc import Mapping


def callback_text(query: Mapping[str, str]) -> str:
    """What the redirect's hmac is made of."""

    def escaped(text: str, more: str) -> str:
        for sign in f"%&{more}":
            text = text.replace(sign, f"%{ord(sign):02X}")
        return text

    pairs = (f"{escaped(name, '=')}={escaped(value, '')}" for name, value in query.items() if name != "hmac")
    return "&".join(sorted(pairs))


def callback_hmac(secret: str, query: Mapping[str, str]) -> str:
    """Lower-case hex."""
    return hmac.new(secret.encode(), callback_text(query).encode(), hashlib.sha256).hexdigest()


def webhook_hmac(secret: str, body: bytes) -> str:
    """Base64."""
    return base64.b64encode(hmac.new(secret.encode(), body, hashlib.sha256).digest()).decode()
