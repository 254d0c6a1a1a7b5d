"""How JD's bytes look: the JOS router, its signature and its answers (contract sheet jd.md, 2 and 3)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta, timezone
from urllib.parse import urlencode

from salur.connectors.base.answers import after_sending
from salur.connectors.base.errors import ContractBroken
from salur.connectors.base.reading import JsonObject, as_object, parse_json, text
from salur.connectors.base.transport import Answer, Call, Effect, Transport

from .errors import error_for

PREFIX = "jingdong.eclp."
PARAMS = "360buy_param_json"
VERSION = "2.0"
PARTNER_ZONE = timezone(timedelta(hours=8))
TIME_FORM = "%Y-%m-%d %H:%M:%S"
HEADERS = {"Content-Type": "application/x-www-form-urlencoded;charset=utf-8"}
ROOTS = ("_responce", "_response")  # the vendor's spelling first; some methods answer with the other


def signature(params: Mapping[str, str], secret: str) -> str:
    """MD5, upper-case hex: the secret, all parameters but ``sign`` by key in byte order, the secret again.

    A value that begins with @ is a file and takes no part (contract sheet, 2).
    """
    kept = sorted((key.encode(), value.encode("utf-8", "replace")) for key, value in params.items() if key != "sign")
    joined = b"".join(key + value for key, value in kept if not value.startswith(b"@"))
    whole = secret.encode() + joined + secret.encode()
    return hashlib.md5(whole, usedforsecurity=False).hexdigest().upper()


class Wire:
    """Calls with one application's key and one PIN's token."""

    def __init__(
        self,
        transport: Transport,
        *,
        url: str,
        app_key: str,
        app_secret: str,
        access_token: str,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.transport = transport
        self.url, self.app_key, self.app_secret, self.access_token = url.strip(), app_key, app_secret, access_token
        self.clock = clock

    def call(self, name: str, params: Mapping[str, object], effect: Effect, subject: str = "") -> JsonObject:
        """Call ``jingdong.eclp.<name>`` and answer what stands under its root; a failure is raised as its class."""
        method = PREFIX + name
        given = {key: value for key, value in params.items() if value not in (None, "")}
        document = json.dumps(given, ensure_ascii=False, separators=(",", ":"))
        system = {
            "method": method,
            "app_key": self.app_key,
            "timestamp": self.clock().astimezone(PARTNER_ZONE).strftime(TIME_FORM),
            "v": VERSION,
            **({"access_token": self.access_token} if self.access_token else {}),
        }
        system["sign"] = signature({**system, PARAMS: document}, self.app_secret)
        answer = self.transport.send(
            Call(
                method="POST",
                url=self.url,
                operation=name,
                effect=effect,
                headers=HEADERS,
                params=tuple(system.items()),
                content=urlencode({PARAMS: document}, errors="replace").encode(),
                subject=subject,
            )
        )
        try:
            return read_answer(answer, method)
        except ContractBroken as broken:
            raise after_sending(broken, answer, effect) from broken


def read_answer(answer: Answer, method: str) -> JsonObject:
    """What stands under the method's root; an ``error_response`` is raised as its class."""
    document = as_object(parse_json(answer.content, "answer"), "answer")
    failed = document.get("error_response")
    if failed is not None:
        error = as_object(failed, "error_response")
        said = text(error, "en_desc") or text(error, "zh_desc")
        ours = text(error, "zh_desc")
        message = f"{said} ({ours})" if ours and ours != said else said
        raise error_for(text(error, "code"), message, answer.exchange_id)
    root = method.replace(".", "_")
    found = next((document[root + ending] for ending in ROOTS if root + ending in document), None)
    if found is None:
        raise ContractBroken("missing", f"the answer has no {root}{ROOTS[0]}", field=root)
    body = as_object(found, root)
    if text(body, "code", "0") != "0":
        raise error_for(text(body, "code"), text(body, "msg") or text(body, "zh_desc"), answer.exchange_id)
    return body
