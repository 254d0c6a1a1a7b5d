"""Keys that a store posts to us after its owner said yes on the store's own page (ability ``makes_keys``)."""

from __future__ import annotations

import structlog
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.views.decorators.csrf import csrf_exempt

from salur.connectors.base.errors import PartnerError
from salur.integrations.key_handover import PATH as ADDRESS
from salur.integrations.key_handover import NobodyAwaits, take_keys

log = structlog.get_logger(__name__)

LARGEST = 10_000
PATH = ADDRESS.removeprefix("/")


@csrf_exempt
def take(request: HttpRequest, token: str) -> HttpResponse:
    """200 where the keys are kept; what is refused is not explained to the sender."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    body = request.read(LARGEST + 1)
    if len(body) > LARGEST:
        return HttpResponse(status=413)
    try:
        take_keys(token, body)
    except NobodyAwaits:
        return HttpResponse(status=404)
    except PartnerError as error:
        log.warning("keys_not_taken", error=str(error))
        return HttpResponse(status=400)
    return HttpResponse(status=200)
