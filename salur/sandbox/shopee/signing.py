"""Shopee's signatures, written from the contract sheet (shopee.md, Signature and Push)."""

import hashlib
import hmac


def sign(partner_key: str, base: str) -> str:
    """Lower-case hex HMAC-SHA256 of a base string."""
    return hmac.new(partner_key.encode(), base.encode(), hashlib.sha256).hexdigest()


def public_base(partner_id: str, path: str, timestamp: str) -> str:
    """Base string of public calls. ``path`` starts with /api/v2 and holds no host."""
    return f"{partner_id}{path}{timestamp}"


def shop_base(partner_id: str, path: str, timestamp: str, access_token: str, shop_id: str) -> str:
    """Base string of shop calls."""
    return f"{partner_id}{path}{timestamp}{access_token}{shop_id}"


def push_signature(push_key: str, url: str, body: bytes) -> str:
    """The Authorization header of a push: over the callback address, a bar and the raw body."""
    return hmac.new(push_key.encode(), url.encode() + b"|" + body, hashlib.sha256).hexdigest()


def same(given: str, expected: str) -> bool:
    """Compare without telling by timing how much was right."""
    return hmac.compare_digest(given.encode(), expected.encode())
