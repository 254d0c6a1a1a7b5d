"""What the OpenAPI document says of errors, of repeated writes and of what goes on in the background."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from ninja import Field, Schema


class ErrorItem(Schema):
    """One value of the request that cannot be used."""

    place: str = Field(alias="in", description="body, query, path, header, form or file")
    pointer: str = Field(description="A JSON pointer in the body, else the parameter's name.")
    code: str
    detail: str


class Problem(Schema):
    """An error (RFC 9457), in the language of Accept-Language."""

    type: str = Field(description="A page that explains this kind of problem.")
    title: str
    status: int
    detail: str
    instance: str
    code: str
    cure: str = Field(description="What to do about it.")
    who: str = Field(description="Who has to do it: nobody, operator, owner, developer or partner.")
    errors: list[ErrorItem] | None = None


class RunOutcome(StrEnum):
    """What became of an order in a run."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    FAILED = "failed"


READ_ERRORS: dict[int, Any] = dict.fromkeys((401, 403, 404, 422), Problem)
WRITE_ERRORS: dict[int, Any] = dict.fromkeys((400, 401, 403, 404, 409, 413, 415, 422), Problem)

ACCEPTED: dict[int, Any] = {
    202: {
        "description": "Taken; it runs in the background.",
        "headers": {"Location": {"description": "The run to follow.", "schema": {"type": "string"}}},
    }
}
KEY: dict[str, Any] = {
    "in": "header",
    "name": "Idempotency-Key",
    "required": False,
    "schema": {"type": "string", "minLength": 1, "maxLength": 200},
    "description": "Repeat a request with the same key, and it is done once and answered alike (for 7 days).",
}
SCOPE = "x-scope"


def needs(scope: str, **more: Any) -> dict[str, Any]:
    """What the document says of an operation beyond its types: the scope that its token needs (empty: any token)."""
    return {SCOPE: scope, **more}


def writes(scope: str, **more: Any) -> dict[str, Any]:
    """The same for a write, which may carry a key."""
    return needs(scope, parameters=[KEY], **more)
