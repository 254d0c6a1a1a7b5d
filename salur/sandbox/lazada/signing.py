"""Lazada's signatures, written from the contract sheet (lazada.md, Signature and Push)."""

import hashlib
import hmac
from collections.abc import Mapping


def sign(secret: str, path: str, parameters: Mapping[str, str]) -> str:
    """Upper-case hex over the path without ``/rest`` and all parameters but ``sign``, by name, joined."""
    joined = "".join(f"{name}{parameters[name]}" for name in sorted(parameters) if name != "sign")
    return hmac.new(secret.encode(), f"{path}{joined}".encode(), hashlib.sha256).hexdigest().upper()


def push_signature(app_key: str, secret: str, body: bytes) -> str:
    """The Authorization header of a message: lower-case hex over the application's key and the raw body."""
    return hmac.new(secret.encode(), app_key.encode() + body, hashlib.sha256).hexdigest()
