"""A transport that answers by operation, for connectors whose one method asks several questions."""

from __future__ import annotations

import json
from collections.abc import Mapping
from urllib.parse import parse_qsl

from salur.connectors.base.transport import Answer, Call

Told = object  # JSON, bytes as they are, a function of the call, or a list of these, the last again and again


class Scripted:
    """Answers each call with what the script holds for its operation, and keeps the calls."""

    def __init__(self, script: Mapping[str, Told], status: int = 200) -> None:
        self.script = {name: list(told) if isinstance(told, list) else [told] for name, told in script.items()}
        self.status = status
        self.calls: list[Call] = []

    def send(self, call: Call) -> Answer:
        self.calls.append(call)
        assert call.operation in self.script, f"{call.operation} was not expected"
        told = self.script[call.operation]
        one = told.pop(0) if len(told) > 1 else told[0]
        one = one(call) if callable(one) else one
        status, body = one if isinstance(one, tuple) else (self.status, one)
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        return Answer(status, {}, content, f"exchange-{len(self.calls)}")

    @property
    def asked(self) -> list[str]:
        """The operations in their order."""
        return [call.operation for call in self.calls]

    def last(self, operation: str) -> Call:
        """The last call of that operation."""
        return next(call for call in reversed(self.calls) if call.operation == operation)


def form_of(call: Call) -> dict[str, str]:
    """The form of a call."""
    return dict(parse_qsl((call.content or b"").decode()))


def json_of(call: Call) -> object:
    """The JSON body of a call."""
    return json.loads(call.content or b"null")
