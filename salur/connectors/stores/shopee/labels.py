"""The label in three steps: create, ask for the result, download (contract sheet, "label 1" to "label 3").

The result is asked first: a label that an earlier call made is then downloaded at once and not made again.
"""

from __future__ import annotations

from salur.connectors.base.errors import ContractBroken, Rejected, Retryable
from salur.connectors.base.reading import JsonObject, as_objects, needed_text, text
from salur.connectors.base.transport import Effect
from salur.connectors.base.types import Document, LabelResult

from .errors import BEING_ALLOCATED, bare, error_for
from .mapping import response
from .statuses import DOCUMENT, DocumentState
from .wire import Wire

PDF_MARK = b"%PDF"
NOT_MADE_YET = "shipping_document_should_print_first"
WAITING = frozenset({"download_later", "package_can_not_print", "package_print_failed"})


def fetch_label(wire: Wire, external_id: str, package: str, awb: str) -> LabelResult:
    """The label, or that it is pending, or Shopee's reason why there is none."""
    entry = {"order_sn": external_id, **({"package_number": package} if package else {})}
    try:
        state = _state(wire, entry)
        if state is None or state is DocumentState.FAILED:
            _create(wire, entry, awb)
            state = _state(wire, entry)
        if state is not DocumentState.READY:
            return LabelResult(pending=state is not DocumentState.FAILED, failure=_failed_words(state))
        return _download(wire, entry)
    except Rejected as refusal:
        if bare(refusal.code) in WAITING or bare(refusal.code) == NOT_MADE_YET:
            return LabelResult(pending=True)
        return LabelResult(failure=refusal.message or refusal.code)
    except Retryable as later:
        # "Download later" and "being allocated" are answers about the label; a lost connection is not.
        if bare(later.code) in WAITING or any(word in later.message.lower() for word in BEING_ALLOCATED):
            return LabelResult(pending=True)
        raise


def _failed_words(state: DocumentState | None) -> str:
    return "Shopee could not make the label" if state is DocumentState.FAILED else ""


def _state(wire: Wire, entry: dict[str, str]) -> DocumentState | None:
    """The label task's state; None when it was never created."""
    try:
        document = wire.post(
            "logistics/get_shipping_document_result", {"order_list": [entry]}, Effect.READ, entry["order_sn"]
        )
        row = _only_row(wire, document)
    except Rejected as refusal:
        if bare(refusal.code) == NOT_MADE_YET:
            return None
        raise
    raw = needed_text(row, "status")
    if raw not in DOCUMENT:
        raise ContractBroken("unknown_status", raw, field="status")
    return DOCUMENT[raw]


def _create(wire: Wire, entry: dict[str, str], awb: str) -> None:
    """Ask for the label. Asking twice gives one label."""
    asked = {**entry, **({"tracking_number": awb} if awb else {})}
    document = wire.post(
        "logistics/create_shipping_document", {"order_list": [asked]}, Effect.REPEATABLE, entry["order_sn"]
    )
    _only_row(wire, document)


def _only_row(wire: Wire, document: JsonObject) -> JsonObject:
    """The row of a batch of one; its failure is raised."""
    rows = as_objects(response(document).get("result_list"), "result_list")
    if len(rows) != 1:
        raise ContractBroken("bad_batch", f"{len(rows)} rows for one order", field="result_list")
    if text(rows[0], "fail_error"):
        raise error_for(text(rows[0], "fail_error"), text(rows[0], "fail_message"), Effect.READ, wire.clock())
    return rows[0]


def _download(wire: Wire, entry: dict[str, str]) -> LabelResult:
    content = wire.fetch_file("logistics/download_shipping_document", {"order_list": [entry]}, entry["order_sn"])
    if not content:
        return LabelResult(pending=True)  # READY, and answered well with nothing in it
    if not content.startswith(PDF_MARK):
        return LabelResult(failure="what Shopee sent is not a PDF")
    return LabelResult(document=Document(f"{entry['order_sn']}.pdf", "application/pdf", content))
