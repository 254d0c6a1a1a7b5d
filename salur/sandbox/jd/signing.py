"""The router's signature (jd.md, 2)."""

import hashlib
from collections.abc import Mapping

PARAM_JSON = "360buy_param_json"


def sign(secret: str, params: Mapping[str, str]) -> str:
    """Upper-case hex MD5 over secret, keys with their values by key, secret; without ``sign`` and @files."""
    named = sorted((name, value) for name, value in params.items() if name != "sign" and not value.startswith("@"))
    joined = secret + "".join(name + value for name, value in named) + secret
    return hashlib.md5(joined.encode(), usedforsecurity=False).hexdigest().upper()
