"""The signature of calls and reports (contracts/qimen/signing.json)."""

import hashlib
import hmac
from collections.abc import Mapping


def sign(secret: str, query: Mapping[str, str], body: bytes) -> str:
    """Upper-case hex MD5 over the parameters but ``sign``, sorted, and the body as it travels."""
    joined = "".join(f"{name}{query[name]}" for name in sorted(query) if name != "sign" and query[name])
    whole = secret.encode() + joined.encode() + body + secret.encode()
    return hashlib.md5(whole, usedforsecurity=False).hexdigest().upper()


def same(given: str, expected: str) -> bool:
    """Compare without telling by timing how much was right."""
    return hmac.compare_digest(given.encode(), expected.encode())
