"""Papers of chosen orders or lists as one PDF: labels in picking order, packing slips, pick lists (R108)."""

from __future__ import annotations

from django.contrib import messages
from django.core.handlers.asgi import ASGIRequest
from django.http import Http404, HttpResponseBase, StreamingHttpResponse
from django.urls import reverse
from django.utils.translation import gettext

from salur.flows.papers import KINDS, in_pieces, papers
from salur.outbound.queries import ids_in_force
from salur.tenancy.models import Entitlement, Role
from salur.web.access import MerchantRequest, actor, page, reading
from salur.web.acting import back_to
from salur.web.floor.chosen import chosen_ids

MOST = 10_000


@page(get=Role.OPERATOR, post=Role.OPERATOR, entitlement=Entitlement.WAREHOUSE_MANAGEMENT, scoped=False)
def papers_pdf(request: MerchantRequest, kind: str) -> HttpResponseBase:
    """The PDF; it holds names and addresses, so viewers do not get it."""
    if kind not in KINDS:
        raise Http404
    sent = request.POST if request.method == "POST" else request.GET
    with reading(request):
        ids = ids_in_force(chosen_ids(sent, "order", MOST), chosen_ids(sent, "outbound", MOST))
    if not ids:
        messages.warning(request, gettext("Choose at least one outbound list."))
        return back_to(request, reverse("web:outbounds"))
    content = papers(request.merchant.id, ids, kind, actor=actor(request))
    given = in_pieces(content) if isinstance(request, ASGIRequest) else content
    response = StreamingHttpResponse(given, content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="{kind}.pdf"'
    response["Cache-Control"] = "private, no-store"
    return response
