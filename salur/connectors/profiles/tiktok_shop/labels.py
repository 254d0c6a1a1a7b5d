"""The label of a package (contract sheet, "label"): TikTok Shop names an address, and the PDF is fetched from there."""

from __future__ import annotations

from salur.connectors.base.errors import Rejected
from salur.connectors.base.reading import text
from salur.connectors.base.types import Document, LabelResult

from . import orders, shipping
from .errors import LABEL_LATER
from .profile import Profile
from .wire import Wire

PDF_MARK = b"%PDF"
SCHEMES = ("https://", "http://")


def fetch_label(wire: Wire, profile: Profile, external_id: str, package: str) -> LabelResult:
    """The label, or that it is pending, or TikTok Shop's reason why there is none.

    A success without an address, and an address with nothing behind it, are pending, not labels.
    """
    number = package or shipping.only_package(orders.row(wire, profile, external_id))
    path = f"{shipping.PACKAGES}/{number}/shipping_documents"
    try:
        data = wire.get(path, {"document_type": "SHIPPING_LABEL"}, external_id)
    except Rejected as refusal:
        if refusal.code in LABEL_LATER:
            return LabelResult(pending=True)
        return LabelResult(failure=refusal.message or refusal.code)
    url = text(data, "doc_url").strip()
    if not url:
        return LabelResult(pending=True)
    if not url.startswith(SCHEMES):
        return LabelResult(failure="what the store sent is no address")
    answer = wire.fetch(url, external_id)
    if answer.status >= 400 or not answer.content:
        return LabelResult(pending=True)  # not there yet, or no longer: the next question names a new address
    if not answer.content.startswith(PDF_MARK):
        return LabelResult(failure="what the store sent is not a PDF")
    return LabelResult(document=Document(f"{external_id}.pdf", "application/pdf", answer.content))
