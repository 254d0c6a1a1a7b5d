"""The label of a package (contract sheet, "label"): Lazada names an address, and the PDF is fetched from there."""

from __future__ import annotations

import base64
import binascii

from salur.connectors.base.errors import Rejected
from salur.connectors.base.reading import JsonObject, text
from salur.connectors.base.transport import Effect
from salur.connectors.base.types import Document, LabelResult

from . import mapping, packing
from .wire import Wire, result

PDF_MARK = b"%PDF"
SCHEMES = ("https://", "http://")


def fetch_label(wire: Wire, external_id: str, package: str) -> LabelResult:
    """The label, or that it is pending, or Lazada's reason why there is none.

    Right after packing the answer may be a success with nothing in it: that is pending, not a label.
    """
    number = package or _only_package(wire, external_id)
    if not number:
        return LabelResult(pending=True)
    form = {"getDocumentReq": packing.compact({"doc_type": "PDF", "packages": [{"package_id": number}]})}
    try:
        data = result(wire.post("/order/package/document/get", form, Effect.READ, external_id), Effect.READ)
    except Rejected as refusal:
        return LabelResult(failure=refusal.message or refusal.code)
    return _from_address(wire, external_id, data) or _enclosed(external_id, data)


def _only_package(wire: Wire, external_id: str) -> str:
    numbers = mapping.packages(packing.living(wire, external_id))
    return numbers[0] if len(numbers) == 1 else ""


def _from_address(wire: Wire, external_id: str, data: JsonObject) -> LabelResult | None:
    """What lies at ``pdf_url``; None where there is no such address."""
    url = text(data, "pdf_url").strip()
    if not url.startswith(SCHEMES):
        return None
    answer = wire.fetch(url, external_id)
    if answer.status >= 400 or not answer.content:
        return LabelResult(pending=True)  # not there yet, or no longer: the next question names a new address
    return _label(external_id, answer.content)


def _enclosed(external_id: str, data: JsonObject) -> LabelResult:
    """``file`` usually decodes to a page that shows the PDF, and only sometimes to the PDF."""
    try:
        content = base64.b64decode(text(data, "file"), validate=True)
    except (binascii.Error, ValueError):
        return LabelResult(failure="what Lazada sent is not a PDF")
    return _label(external_id, content) if content else LabelResult(pending=True)


def _label(external_id: str, content: bytes) -> LabelResult:
    if not content.startswith(PDF_MARK):
        return LabelResult(failure="what Lazada sent is not a PDF")
    return LabelResult(document=Document(f"{external_id}.pdf", "application/pdf", content))
