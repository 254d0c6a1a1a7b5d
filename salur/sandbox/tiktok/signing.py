"""TikTok Shop's signatures, written from the contract sheet (tiktok-shop.md, Signature and Webhooks)."""

import hashlib
import hmac
from collections.abc import Mapping


def sign(secret: str, path: str, query: Mapping[str, str], body: bytes) -> str:
    """Lower-case hex; ``sign`` and ``access_token`` do not count, the body of a GET is empty."""
    joined = "".join(f"{name}{query[name]}" for name in sorted(query) if name not in ("sign", "access_token"))
    text = f"{secret}{path}{joined}".encode() + body + secret.encode()
    return hmac.new(secret.encode(), text, hashlib.sha256).hexdigest()


def push_signature(app_key: str, secret: str, body: bytes) -> str:
    """The Authorization header of a message: over the application's key and the raw body."""
    return hmac.new(secret.encode(), app_key.encode() + body, hashlib.sha256).hexdigest()
