"""Signatures of calls (contracts/blibli/signing.json)."""

import base64
import hashlib
import hmac
from datetime import datetime
from zoneinfo import ZoneInfo

_JAKARTA = ZoneInfo("Asia/Jakarta")
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def base_string(method: str, path: str, body: bytes, milliseconds: int) -> str:
    """The five lines; ``path`` is the call's whole path."""
    when = datetime.fromtimestamp(milliseconds / 1000, _JAKARTA)
    date = f"{_DAYS[when.weekday()]} {_MONTHS[when.month - 1]} {when:%d %H:%M:%S} WIB {when:%Y}"
    digest = hashlib.md5(body, usedforsecurity=False).hexdigest() if body else ""
    content = "" if method == "GET" else "application/json"
    below = path.partition("/proxy")[2].replace("/mta", "/mtaapi", 1)
    return "\n".join((method, digest, content, date, below))


def sign(key: str, text: str) -> str:
    """Base64 of HMAC-SHA256."""
    return base64.b64encode(hmac.new(key.encode(), text.encode(), hashlib.sha256).digest()).decode()
