"""A transport that answers by operation, for pure tests against the examples of contracts/."""

from __future__ import annotations

import json
from typing import Any

from salur.connectors.base.transport import Answer, Call

from .contracts import exchanges

Said = tuple[int, Any]


class Scripted:
    """Answers each operation with the next of its answers (the last again and again) and keeps the calls."""

    def __init__(self, answers: dict[str, Said | list[Said]], headers: dict[str, str] | None = None) -> None:
        self.headers = headers or {}
        self.answers = {name: said if isinstance(said, list) else [said] for name, said in answers.items()}
        self.calls: list[Call] = []

    def send(self, call: Call) -> Answer:
        self.calls.append(call)
        waiting = self.answers.get(call.operation) or self.answers["*"]
        status, body = waiting.pop(0) if len(waiting) > 1 else waiting[0]
        content = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        return Answer(status, self.headers, content, f"exchange-{len(self.calls)}")

    def operations(self) -> list[str]:
        return [call.operation for call in self.calls]

    def sent(self, operation: str) -> Any:
        """The JSON of the last call of an operation."""
        content = next(call.content for call in reversed(self.calls) if call.operation == operation)
        return json.loads(content or b"null")


def said(partner: str, operation: str, name: str) -> Said:
    """The answer of an example."""
    answer = exchanges(partner, operation)[name]["answer"]
    if "text" in answer:
        return answer["status"], answer["text"].encode()
    return answer["status"], answer.get("json")


def asked(partner: str, operation: str, name: str) -> Any:
    """The JSON body of an example's request."""
    return exchanges(partner, operation)[name]["request"]["json"]
