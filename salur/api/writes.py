"""Writes that may be repeated: work, answer and idempotency key stand or fall in one transaction (design 9)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.db import connection
from django.http import HttpResponse
from ninja import Schema

from salur.tenancy import idempotency

from .access import ApiRequest, acting
from .problems import Invalid, fault

HEADER = "Idempotency-Key"
REPLAYED = "Idempotent-Replayed"
# How long a request waits for its twin before it is told to come back.
PATIENCE = "5s"


@dataclass(frozen=True, slots=True)
class Answer:
    """What a write answers. ``location``: where the thing that was made is found."""

    body: Schema
    status: int = 200
    location: str = ""


@dataclass(frozen=True, slots=True)
class Written:
    """An answer as it goes out: as text, because a database that keeps JSON reorders it."""

    status: int
    text: str
    location: str


def once(
    request: ApiRequest, work: Callable[[], Answer], *, content: Callable[[], bytes] | None = None
) -> HttpResponse:
    """Inside a scope: do the work, or give the answer that the same key was given before.

    ``content`` tells what makes two requests the same where the body is no longer at hand. Raises KeyConflict,
    StillRunning, or whatever the work raises; the key is free again then.
    """
    key = _key(request)
    if not key:
        return _response(_written(work()))
    body = request.body if content is None else content()
    digest = idempotency.digest_of(request.method or "", request.get_full_path(), body)
    stored = _begin(key, digest)
    if stored is not None:
        return _replayed(stored)
    answer = _written(work())
    _finish(key, answer)
    return _response(answer)


def once_outside(request: ApiRequest, work: Callable[[], Answer]) -> HttpResponse:
    """The same for work that speaks to a partner, with no scope open: it opens scopes of its own.

    The work must be such that doing it twice is doing it once (a partner's identity is claimed once, a place added
    once): whoever asks a second time while the first is under way does it as well, and both get one answer.
    """
    key = _key(request)
    if not key:
        return _response(_written(work()))
    digest = idempotency.digest_of(request.method or "", request.get_full_path(), request.body)
    with acting(request):
        stored = idempotency.look(key, digest)
    if stored is None:
        answer = _written(work())
        with acting(request):
            stored = _begin(key, digest)
            if stored is None:
                _finish(key, answer)
                return _response(answer)
    return _replayed(stored)


def _key(request: ApiRequest) -> str:
    """The request's key, empty where it has none; raises Invalid."""
    key = request.headers.get(HEADER)
    if key is None:
        return ""
    if not 0 < len(key) <= idempotency.LONGEST_KEY:
        raise Invalid(fault("header", HEADER, "bad_key"))
    return key


def _finish(key: str, answer: Written) -> None:
    idempotency.finish(key, answer.status, {"text": answer.text, "location": answer.location})


def _replayed(stored: idempotency.StoredAnswer) -> HttpResponse:
    response = _response(Written(stored.status, stored.answer["text"], stored.answer["location"]))
    response[REPLAYED] = "true"
    return response


def _begin(key: str, digest: str) -> idempotency.StoredAnswer | None:
    """A twin under way is waited for, but not for long: the database gives up, and the caller is told to come back."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('lock_timeout', %s, true)", [PATIENCE])
        stored = idempotency.begin(key, digest)
        cursor.execute("SELECT set_config('lock_timeout', '0', true)")
    return stored


def _written(answer: Answer) -> Written:
    return Written(answer.status, answer.body.model_dump_json(), answer.location)


def _response(answer: Written) -> HttpResponse:
    response = HttpResponse(answer.text, status=answer.status, content_type="application/json")
    if answer.location:
        response["Location"] = answer.location
    return response
