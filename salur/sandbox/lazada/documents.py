"""Labels (lazada.md, label): an address, and a file that decodes to a frame pointing at it."""

import base64
from typing import Any

from salur.sandbox.engine.exchange import Outcome, Refusal
from salur.sandbox.lazada.call import Call, Failed
from salur.sandbox.lazada.fulfilment import ILLEGAL, entries, good, json_object, package
from salur.sandbox.lazada.store import LazadaStore
from salur.sandbox.storefront.parcels import Parcel


def document_get(call: Call) -> dict[str, Any]:
    """One document for up to 20 packages. Both fields are empty while it is being made (assumed)."""
    wanted = json_object(call, "getDocumentReq")
    kind = wanted.get("doc_type")
    if kind not in ("PDF", "HTML"):
        raise Failed(*ILLEGAL)
    parcels = [_printable(call, entry) for entry in entries(wanted, "packages")]
    states = {call.store.label_state(parcel) for parcel in parcels}
    if states != {"made"}:
        return good({"file": "", "pdf_url": "", "doc_type": kind})
    url = f"{call.base}/documents/{'-'.join(call.store.label_key(parcel) for parcel in parcels)}.pdf"
    return good({"file": _file(call.store, parcels, url), "pdf_url": url, "doc_type": kind})


def _printable(call: Call, entry: dict[str, Any]) -> Parcel:
    found = package(call, entry)
    if found is None:
        raise Failed("123", "package not found")
    parcel = found[1]
    if not parcel.live or any(piece.gone for piece in parcel.live):
        raise Failed("700000", "PACKAGE_STATUS_NOT_ALLOW_TO_OP")
    return parcel


def _file(store: LazadaStore, parcels: list[Parcel], url: str) -> str:
    if store.settings.label_file == "frame":
        return base64.b64encode(f'<iframe src="{url}"></iframe>'.encode()).decode()
    return base64.b64encode(store.draw_labels(parcels)).decode()


def document(store: LazadaStore, name: str) -> Outcome:
    """What stands at the address; it asks for neither signature nor token."""
    parcels = [store.by_label_key(key) for key in name.removesuffix(".pdf").split("-")]
    known = [parcel for parcel in parcels if parcel is not None]
    if not name.endswith(".pdf") or len(known) < len(parcels):
        raise Refusal("404", "Not Found", status=404)
    return Outcome(None, file=store.draw_labels(known))
