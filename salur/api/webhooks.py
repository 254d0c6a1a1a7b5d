"""Partners' messages: taken in and acknowledged at once, worked on by the workers (design 9).

Messages (POST) are answered in front of Django: its sessions, languages, cookies and threads have no part in them, and
cost more than the message itself.
"""

from __future__ import annotations

import asyncio
import re
from typing import cast

import structlog
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, QueryDict
from django.views.decorators.csrf import csrf_exempt
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from salur.connectors.base.errors import AuthRejected, PartnerError, Retryable
from salur.connectors.base.types import RawRequest
from salur.flows.intake import Intake, TooBusy
from salur.flows.receive_webhook import answer_challenge
from salur.integrations.connections import ConnectionPaused, Kind, NotConnected

from .limits import HIGHEST_ID

log = structlog.get_logger(__name__)

LARGEST = 1 << 20
LONGEST_QUESTION = 500
ADDRESS = re.compile(r"/webhooks/(store|account)/([0-9]{1,19})")


def with_messages(application: ASGIApp) -> ASGIApp:
    """Take messages of partners in, and leave all else to ``application``."""
    intake = Intake()

    async def route(scope: Scope, receive: Receive, send: Send) -> None:
        found = ADDRESS.fullmatch(scope["path"]) if scope["type"] == "http" and scope["method"] == "POST" else None
        if found is None:
            await application(scope, receive, send)
            return
        response = await _answer(intake, cast(Kind, found[1]), int(found[2]), Request(scope, receive))
        await response(scope, receive, send)

    return route


async def _answer(intake: Intake, kind: Kind, connection_id: int, request: Request) -> Response:
    if connection_id > HIGHEST_ID:
        return Response(status_code=404)
    try:
        body = await _body(request)
    except ClientDisconnect:
        return Response(status_code=400)
    if body is None:
        return Response(status_code=413)
    return await _take(intake, kind, connection_id, _raw(request, body))


async def _body(request: Request) -> bytes | None:
    """The content; None if it is longer than any message."""
    if int(request.headers.get("content-length", "0")) > LARGEST:
        return None
    content = bytearray()
    async for part in request.stream():
        content += part
        if len(content) > LARGEST:
            return None
    return bytes(content)


def _raw(request: Request, body: bytes) -> RawRequest:
    asked = request.scope["query_string"].decode("latin-1")
    return _under_public_address("POST", request.scope["path"], asked, dict(request.headers), body)


def _under_public_address(
    method: str, path: str, asked: str, headers: dict[str, str] | None = None, body: bytes = b""
) -> RawRequest:
    """The request under the public address: signatures are made over that, whatever a proxy did in between."""
    return RawRequest(
        method=method,
        url=f"{settings.SALUR.base_url.rstrip('/')}{path}{'?' if asked else ''}{asked}",
        headers=headers or {},
        query={name: str(value) for name, value in QueryDict(asked).items()},
        body=body,
    )


async def _take(intake: Intake, kind: Kind, connection_id: int, raw: RawRequest) -> Response:
    """What is refused is not explained to the sender; the log tells it to whoever runs the installation."""
    try:
        received = await asyncio.wrap_future(intake.take(kind, connection_id, raw))
    except NotConnected:
        return Response(status_code=404)
    except AuthRejected:
        log.warning("message_not_signed", kind=kind, connection=connection_id)
        return Response(status_code=401)
    except (ConnectionPaused, Retryable, TooBusy) as refusal:  # our fault: the partner is to try again
        log.error("message_not_taken", kind=kind, connection=connection_id, reason=str(refusal))
        return Response(status_code=503)
    except PartnerError as error:
        log.warning("message_not_understood", kind=kind, connection=connection_id, error=str(error))
        return Response(status_code=400)
    except Exception:  # most likely the database
        log.exception("message_not_stored", kind=kind, connection=connection_id)
        return Response(status_code=503)
    log.info("message_taken", kind=kind, connection=connection_id, events=len(received.events))
    if not received.answer:
        return Response(status_code=204)
    kind_of_text = "text/xml" if received.answer.startswith("<") else "application/json"
    headers = {"X-Content-Type-Options": "nosniff"}
    return Response(received.answer, headers=headers, media_type=f"{kind_of_text}; charset=utf-8")


@csrf_exempt
def handshake(request: HttpRequest, kind: Kind, connection_id: int) -> HttpResponse:
    """Some partners call with a question before they send messages; the connector knows the answer."""
    if connection_id > HIGHEST_ID:
        return HttpResponse(status=404)
    if request.method != "GET":
        return HttpResponseNotAllowed(["GET", "POST"])
    asked = request.META.get("QUERY_STRING", "")
    if len(asked) > LONGEST_QUESTION:
        return HttpResponseNotAllowed(["POST"])
    try:
        answer = answer_challenge(kind, connection_id, _under_public_address("GET", request.path, asked))
    except NotConnected:
        return HttpResponse(status=404)
    except (ConnectionPaused, Retryable) as refusal:
        log.error("challenge_not_answered", kind=kind, connection=connection_id, reason=str(refusal))
        return HttpResponse(status=503)
    except PartnerError:
        return HttpResponseNotAllowed(["POST"])
    return HttpResponse(answer, content_type="application/json")
