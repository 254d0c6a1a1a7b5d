"""Every error as ``application/problem+json`` (RFC 9457), in the caller's language."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import structlog
from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.db import OperationalError
from django.http import Http404, HttpRequest, HttpResponse, UnreadablePostError
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError
from psycopg.errors import LockNotAvailable

from salur.flows.imports import ImportBusy
from salur.foundation.problems import Refusal, describe
from salur.inbound.checking import LineProblem
from salur.inbound.editing import LinesRefused
from salur.orders.formats import FileRefused
from salur.orders.formats.messages import MESSAGES

from .catalogue import CONFLICT, STATUS, VALUES

log = structlog.get_logger(__name__)

MEDIA_TYPE = "application/problem+json"
TYPES = "/problems/"


class NotFound(Refusal):
    """Nothing of the token's merchant is there, whether or not somebody else's is."""

    code = "not_found"


@dataclass(frozen=True, slots=True)
class Fault:
    """One value that cannot be used. ``pointer``: a JSON pointer in the body, else the parameter's name."""

    place: str  # body | query | path | header | form | file
    pointer: str
    code: str
    detail: str

    def as_json(self) -> dict[str, str]:
        """As it stands in ``errors``."""
        return {"in": self.place, "pointer": self.pointer, "code": self.code, "detail": self.detail}


class Invalid(Exception):
    """Values that cannot be used."""

    def __init__(self, *faults: Fault) -> None:
        super().__init__(faults)
        self.faults = faults


def fault(place: str, pointer: str, code: str, **limits: Any) -> Fault:
    """A fault with its text from :data:`~salur.api.catalogue.VALUES`."""
    return Fault(place, pointer, code, str(VALUES[code]) % limits)


def told(refusal: Refusal) -> str:
    """A refusal as the detail of one fault: cause and cure."""
    text = describe(refusal.code, refusal.evidence)
    return f"{text.cause} {text.cure}".strip()


def problem(
    request: HttpRequest,
    code: str,
    evidence: Mapping[str, Any] | None = None,
    *,
    faults: Sequence[Fault] = (),
    status: int | None = None,
    headers: Mapping[str, str] | None = None,
) -> HttpResponse:
    """The answer for a problem of the catalogue."""
    told = describe(code, evidence)
    status = status or STATUS.get(code, CONFLICT)
    body: dict[str, Any] = {
        "type": f"{TYPES}{code}",
        "title": told.title,
        "status": status,
        "detail": told.cause,
        "instance": request.path,
        "code": code,
        "cure": told.cure,
        "who": told.who,
    }
    if faults:
        body["errors"] = [one.as_json() for one in faults]
    response = HttpResponse(json.dumps(body, ensure_ascii=False), status=status, content_type=MEDIA_TYPE)
    for name, value in (headers or {}).items():
        response[name] = value
    return response


def _invalid(request: HttpRequest, faults: Sequence[Fault]) -> HttpResponse:
    return problem(request, "invalid", {"count": len(faults)}, faults=faults)


def _validation(request: HttpRequest, error: ValidationError) -> HttpResponse:
    return _invalid(request, [_fault_of(one) for one in error.errors])


def _fault_of(error: Mapping[str, Any]) -> Fault:
    """The framework's error as ours: its place names the body's variable, which is ours and not the caller's."""
    place, *path = error["loc"]
    kind, limits = str(error["type"]), error.get("ctx") or {}
    text = VALUES.get(kind)
    detail = str(error["msg"]) if text is None else str(text) % limits
    return Fault(str(place), _pointer(place, path), kind, detail)


def _pointer(place: str, path: Sequence[object]) -> str:
    if place == "body":
        return "".join(f"/{_escaped(step)}" for step in path[1:])
    return str(path[-1]) if path else ""


def _escaped(step: object) -> str:
    return str(step).replace("~", "~0").replace("/", "~1")


def _unauthorised(request: HttpRequest) -> HttpResponse:
    given = "Authorization" in request.headers
    challenge = 'Bearer realm="salur"' + (', error="invalid_token"' if given else "")
    code = "token_unknown" if given else "token_missing"
    return problem(request, code, headers={"WWW-Authenticate": challenge})


def _http(request: HttpRequest, error: HttpError) -> HttpResponse:
    if isinstance(error, AuthenticationError):
        return _unauthorised(request)
    if isinstance(error.__cause__, Refusal):  # the framework wraps what our parser raised
        return _refused(request, error.__cause__)
    if error.status_code == 429:
        return problem(request, "too_many_requests")
    return problem(request, "unreadable_request", status=error.status_code)


def _refused(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    headers = {"Retry-After": "1"} if refusal.code == "idempotency_running" else None
    return problem(request, refusal.code, refusal.evidence, headers=headers)


def _lines_refused(request: HttpRequest, refusal: LinesRefused) -> HttpResponse:
    """Each wrong value of an inbound list by its place in the request."""
    faults = [line_fault(place, one) for place, result in enumerate(refusal.results) for one in result.problems]
    return problem(request, refusal.code, refusal.evidence, faults=faults)


def line_fault(place: int, one: LineProblem) -> Fault:
    """A wrong value of the line that stands at a place of the request, with cause and cure."""
    text = one.text()
    name = "msku" if one.field == "sku" else one.field
    return Fault("body", f"/lines/{place}/{name}", one.code, f"{text.cause} {text.cure}".strip())


def _file_refused(request: HttpRequest, refused: FileRefused) -> HttpResponse:
    if refused.code == "file_too_large":
        return problem(request, "too_large", {"limit": refused.detail.get("most", "")})
    reason = str(MESSAGES[refused.code]) % dict(refused.detail)
    return problem(request, "file_refused", {"reason": reason}, faults=[Fault("file", "file", refused.code, reason)])


def _import_busy(request: HttpRequest, busy: ImportBusy) -> HttpResponse:
    return problem(request, "import_busy", {"run": busy.run_id})


def too_large(request: HttpRequest, limit: int) -> HttpResponse:
    """413 with the limit, in bytes."""
    return problem(request, "too_large", {"limit": f"{limit >> 10} KB" if limit < 1 << 20 else f"{limit >> 20} MB"})


def _operational(request: HttpRequest, error: OperationalError) -> HttpResponse:
    if isinstance(error.__cause__, LockNotAvailable):  # set for the wait on a twin request only
        key = request.headers.get("Idempotency-Key", "")
        return problem(request, "idempotency_running", {"key": key}, headers={"Retry-After": "1"})
    return _internal(request, error)


def _internal(request: HttpRequest, error: Exception) -> HttpResponse:
    incident = uuid.uuid4().hex[:12]
    log.error("api_failed", incident=incident, method=request.method, path=request.path, exc_info=error)
    return problem(request, "internal", {"incident": incident})


def _data_too_big(request: HttpRequest, _error: RequestDataTooBig) -> HttpResponse:
    return too_large(request, settings.DATA_UPLOAD_MAX_MEMORY_SIZE)


# Any: each handler takes its own class of exception, which the framework's type of handlers cannot say.
HANDLERS: dict[type[Exception], Any] = {
    Exception: _internal,
    OperationalError: _operational,
    Http404: lambda request, _error: problem(request, "not_found"),
    HttpError: _http,
    ValidationError: _validation,
    Invalid: lambda request, error: _invalid(request, error.faults),
    LinesRefused: _lines_refused,
    Refusal: _refused,
    FileRefused: _file_refused,
    ImportBusy: _import_busy,
    RequestDataTooBig: _data_too_big,
    UnreadablePostError: lambda request, _error: problem(request, "unreadable_request"),
}


def install(api: NinjaAPI) -> None:
    """Answer every exception with a problem."""
    for kind, handler in HANDLERS.items():
        api.add_exception_handler(kind, handler)
