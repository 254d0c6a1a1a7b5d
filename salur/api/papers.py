"""Papers of chosen lists as one PDF over the API: labels in picking order, packing slips, pick lists (R108)."""

from __future__ import annotations

from typing import Literal

from django.core.handlers.asgi import ASGIRequest
from django.http import HttpResponse, StreamingHttpResponse
from ninja import Field, Router, Schema
from pydantic import ConfigDict

from salur.flows.papers import MOST, in_pieces, papers
from salur.outbound.queries import ids_in_force
from salur.tenancy.models import Entitlement
from salur.tenancy.scope import current_scope

from .access import ApiRequest, acting
from .answers import READ_ERRORS, needs
from .problems import NotFound

router = Router(tags=["outbound lists"])
PDF = {"responses": {200: {"description": "The PDF", "content": {"application/pdf": {}}}}}


class Papers(Schema):
    """Which papers of which lists."""

    model_config = ConfigDict(extra="forbid")

    kind: Literal["labels", "slips", "pick"] = Field(
        description="`labels`: lists without one are named on the first page. `slips`: packing slips."
        " `pick`: one pick list for each warehouse."
    )
    ids: list[int] = Field(min_length=1, max_length=MOST, description="Ids of outbound lists.")


@router.post(
    "/papers", response=READ_ERRORS, summary="Print papers of many lists", openapi_extra=needs("outbound:read", **PDF)
)
def print_papers(request: ApiRequest, payload: Papers) -> HttpResponse | StreamingHttpResponse:
    """One PDF in picking order, given piece by piece. It holds buyers' names and addresses."""
    with acting(request, "outbound:read", entitlement=Entitlement.WAREHOUSE_MANAGEMENT):
        scope = current_scope()
        merchant, actor = scope.merchant_id, scope.actor
        ids = ids_in_force([], payload.ids)
        if not ids:
            raise NotFound
    content = papers(merchant, ids, payload.kind, actor=actor)
    given = in_pieces(content) if isinstance(request, ASGIRequest) else content
    response = StreamingHttpResponse(given, content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="{payload.kind}.pdf"'
    return response
