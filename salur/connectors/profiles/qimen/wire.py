"""How Qimen's bytes look: parameters in the address, XML in the body, MD5 over both (contract sheet, 1 and 2)."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta, timezone
from urllib.parse import parse_qsl, urlsplit, urlunsplit

from salur.connectors.base.answers import after_sending
from salur.connectors.base.errors import ContractBroken, Rejected
from salur.connectors.base.reading import JsonObject, as_object, text
from salur.connectors.base.transport import Answer, Call, Effect, Transport

from .errors import error_for
from .xml import read_xml, write_xml

PARTNER_ZONE = timezone(timedelta(hours=8))  # documented: timestamps are China Standard Time
TIME_FORM = "%Y-%m-%d %H:%M:%S"
VERSION = "2.0"
HEADERS = {"Content-Type": "text/xml;charset=UTF-8"}
NEVER_SIGNED = frozenset({"sign"})


def signature(params: Mapping[str, str], body: bytes, secret: str) -> str:
    """MD5, upper-case hex: the secret, the parameters sorted by key, the body byte for byte, the secret again.

    Parameters without a value take no part (contract sheet, 1).
    """
    joined = "".join(key + params[key] for key in sorted(params) if key not in NEVER_SIGNED and params[key])
    whole = secret.encode() + joined.encode() + body + secret.encode()
    return hashlib.md5(whole, usedforsecurity=False).hexdigest().upper()


class Wire:
    """Calls with one account's keys. ``prefix`` goes before every method's name (``taobao.qimen.`` or nothing)."""

    def __init__(
        self,
        transport: Transport,
        *,
        url: str,
        app_key: str,
        secret: str,
        customer_id: str,
        prefix: str,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.transport = transport
        self.app_key, self.secret, self.customer_id, self.prefix = app_key, secret, customer_id, prefix
        self.clock = clock
        parts = urlsplit(url.strip())
        self.url = urlunsplit((parts.scheme, parts.netloc, parts.path, "", ""))
        # An operator's own parameters of the address are sent, and so signed, like all others.
        self.fixed = dict(parse_qsl(parts.query))

    def now(self) -> str:
        """The time as the partner writes it."""
        return self.clock().astimezone(PARTNER_ZONE).strftime(TIME_FORM)

    def call(self, method: str, request: Mapping[str, object], effect: Effect, subject: str = "") -> JsonObject:
        """Call ``method`` and answer the response of a success; a failure is raised as its class."""
        body = write_xml("request", request)
        params = {
            **self.fixed,
            "method": f"{self.prefix}{method}",
            "timestamp": self.now(),
            "format": "xml",
            "app_key": self.app_key,
            "v": VERSION,
            "sign_method": "md5",
            "customerId": self.customer_id,
        }
        params["sign"] = signature(params, body, self.secret)
        answer = self.transport.send(
            Call(
                method="POST",
                url=self.url,
                operation=method,
                effect=effect,
                headers=HEADERS,
                params=tuple(params.items()),
                content=body,
                subject=subject,
            )
        )
        return self._read(answer, effect)

    def _read(self, answer: Answer, effect: Effect) -> JsonObject:
        try:
            response = read_response(answer.content)
            flag = text(response, "flag").strip().lower()
            if flag not in ("success", "failure"):
                raise ContractBroken("missing", "flag is neither success nor failure", field="flag")
        except ContractBroken as broken:
            raise after_sending(broken, answer, effect) from broken
        if flag == "failure":
            raise error_for(text(response, "code"), text(response, "message"), effect, answer.exchange_id)
        return response


def read_response(content: bytes) -> JsonObject:
    """What stands under the root ``response``."""
    root, value = read_xml(content)
    if root != "response":
        raise ContractBroken("other_root", f"the root is {root}, not response", field="response")
    return as_object(value, "response")


# XML 1.0 has no place for these, whatever the encoding; half of a surrogate pair is no character at all.
FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def sendable(value: str, field: str) -> str:
    """The text, if XML can hold it; else :class:`Rejected` naming the field."""
    if FORBIDDEN.search(value):
        raise Rejected("bad_character", f"{field} holds a character that cannot be sent", field=field)
    return value
