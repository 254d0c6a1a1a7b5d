"""Partners' messages: taken in and acknowledged at once, worked on by the workers (design 9)."""

from __future__ import annotations

import structlog
from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, JsonResponse, UnreadablePostError
from django.views.decorators.csrf import csrf_exempt

from salur.connectors.base.errors import AuthRejected, PartnerError
from salur.connectors.base.types import RawRequest
from salur.flows.receive_webhook import receive_webhook, takes_messages
from salur.integrations.connections import ConnectionPaused, Kind, NotConnected

from .limits import HIGHEST_ID

log = structlog.get_logger(__name__)

LARGEST = 1 << 20
LONGEST_RANDOM = 200


@csrf_exempt
def receive(request: HttpRequest, kind: Kind, connection_id: int) -> HttpResponse:
    """A message (POST), or a partner's question whether somebody listens (GET with ``random``)."""
    if connection_id > HIGHEST_ID:
        return HttpResponse(status=404)
    if request.method == "GET":
        return _handshake(request, kind, connection_id)
    if request.method != "POST":
        return HttpResponseNotAllowed(["GET", "POST"])
    try:
        body = request.body
    except RequestDataTooBig:
        return HttpResponse(status=413)
    except UnreadablePostError:
        return HttpResponse(status=400)
    if len(body) > LARGEST:
        return HttpResponse(status=413)
    return _take(kind, connection_id, _raw(request, body))


def _raw(request: HttpRequest, body: bytes) -> RawRequest:
    """The request under the public address: signatures are made over that, whatever a proxy did in between."""
    return RawRequest(
        method=request.method or "",
        url=f"{settings.SALUR.base_url.rstrip('/')}{request.get_full_path()}",
        headers=dict(request.headers.items()),
        query={name: str(value) for name, value in request.GET.items()},
        body=body,
    )


def _take(kind: Kind, connection_id: int, raw: RawRequest) -> HttpResponse:
    """What is refused is not explained to the sender; the log tells it to whoever runs the installation."""
    try:
        received = receive_webhook(kind, connection_id, raw)
    except NotConnected:
        return HttpResponse(status=404)
    except AuthRejected:
        log.warning("message_not_signed", kind=kind, connection=connection_id)
        return HttpResponse(status=401)
    except ConnectionPaused as refusal:  # our own keys do not open: the partner is to try again
        log.error("message_not_readable", kind=kind, connection=connection_id, reason=str(refusal))
        return HttpResponse(status=503)
    except PartnerError as error:
        log.warning("message_not_understood", kind=kind, connection=connection_id, error=str(error))
        return HttpResponse(status=400)
    log.info("message_taken", kind=kind, connection=connection_id, events=len(received.events))
    if not received.answer:
        return HttpResponse(status=204)
    kind_of_text = "text/xml" if received.answer.startswith("<") else "application/json"
    return HttpResponse(received.answer, content_type=f"{kind_of_text}; charset=utf-8")


def _handshake(request: HttpRequest, kind: Kind, connection_id: int) -> HttpResponse:
    """Some warehouses call with a random number before they subscribe, and want it back."""
    number = request.GET.get("random", "")
    if not takes_messages(kind, connection_id):
        return HttpResponse(status=404)
    if not 0 < len(number) <= LONGEST_RANDOM:
        return HttpResponseNotAllowed(["POST"])
    return JsonResponse({"random": number})
