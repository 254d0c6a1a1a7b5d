"""Labels for partners that fetch them: no login, because the signed address is the key."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from salur.outbound.label_links import read_key
from salur.outbound.queries import label_of
from salur.tenancy.scope import merchant_scope


@require_safe
def public_label(request: HttpRequest, key: str) -> HttpResponse:
    """The label that the address was made for; 404 for an address that is altered, foreign or too old."""
    opened = read_key(key)
    if opened is None:
        raise Http404
    with merchant_scope(opened.merchant_id, actor="partner", cause="label"):
        label = label_of(opened.outbound_id, opened.label_id)
    if label is None:
        raise Http404
    response = HttpResponse(bytes(label.content), content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="label-{label.outbound_id}.pdf"'
    response["Cache-Control"] = "private, no-store"
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response
