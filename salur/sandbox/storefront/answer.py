"""Answers in plain JSON with a status and headers of their own, as REST partners give them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from starlette.responses import Response

from salur.sandbox.engine.exchange import Outcome, json_bytes


@dataclass
class Answer:
    """``json`` may be of any kind; None is an empty body."""

    json: Any
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)

    def outcome(self) -> Outcome:
        """As the engine carries it; the dialect gives it to ``respond``."""
        return Outcome({"json": self.json, "status": self.status, "headers": self.headers})


def respond(told: Mapping[str, Any]) -> Response:
    """The response of an outcome's payload that an Answer made."""
    return json_response(told["json"], told["status"], told["headers"])


def json_response(payload: Any, status: int, headers: Mapping[str, str] | None = None) -> Response:
    """JSON in UTF-8; no body and no type for None."""
    if payload is None:
        return Response(status_code=status, headers=dict(headers or {}))
    return Response(json_bytes(payload), status, headers=dict(headers or {}), media_type="application/json")


def form_fields(raw: bytes) -> dict[str, str]:
    """The fields of a form-encoded body; a field that stands twice counts once, with its last value."""
    return dict(parse_qsl(raw.decode(errors="replace"), keep_blank_values=True))
