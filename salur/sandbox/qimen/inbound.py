"""Operations for inbound lists."""

from typing import Any

from salur.sandbox.engine.exchange import Refusal
from salur.sandbox.qimen import fields, moves, rows
from salur.sandbox.qimen.call import Call
from salur.sandbox.qimen.fields import ORDER_EXISTS, ORDER_MISSING
from salur.sandbox.qimen.model import Entry

KINDS = ("CGRK", "SCRK", "LYRK", "CCRK", "DBRK", "QTRK", "B2BRK")


def entryorder_create(call: Call) -> dict[str, Any]:
    """Announce goods."""
    head = call.request.child("entryOrder")
    reference = fields.text(head, "entryOrderCode")
    call.owner(head)
    warehouse = call.warehouse(head)
    kind = fields.one_of(head, "orderType", KINDS, required=False) or "CGRK"
    for name in ("orderCreateTime", "expectStartTime", "expectEndTime", "operateTime"):
        fields.time(head, name, required=False)
    for name, longest in (("expressCode", 50), ("supplierCode", 50), ("supplierName", 200), ("remark", 500)):
        fields.text(head, name, longest, required=False)
    known = _living(call, reference)
    if known is not None and not call.wms.settings.allow_duplicate_reference:
        known.refused_repeats += 1
        if call.wms.settings.repeat_answer == "same":
            return {"entryOrderId": known.number}
        raise Refusal(ORDER_EXISTS, f"entryOrderCode {reference} exists already as {known.number}")
    for line in fields.lines(call.request):
        call.owner(line, required=False)
    lines, now = call.lines(), call.wms.core.clock.seconds()
    entry = Entry(call.wms.number("RK"), reference, kind, warehouse, lines, "", now, now)
    call.account.entries[entry.number] = entry
    call.account.entry_codes.setdefault(reference, []).append(entry.number)
    moves.move_entry(call.wms, call.account, entry, call.wms.settings.first_status)
    return {"entryOrderId": entry.number}


def _living(call: Call, reference: str) -> Entry | None:
    entries = [call.account.entries[number] for number in call.account.entry_codes.get(reference, [])]
    return next((entry for entry in reversed(entries) if entry.status != "CANCELED"), None)


def find(call: Call) -> Entry | None:
    """The list that the request names; the youngest of its code."""
    code, number = call.code()
    if number:
        entry = call.account.entries.get(number)
        return entry if entry and code in ("", entry.reference) else None
    numbers = call.account.entry_codes.get(code, [])
    return call.account.entries[numbers[-1]] if numbers else None


def entryorder_query(call: Call) -> dict[str, Any]:
    """One list in full; its lines come in pages."""
    call.owner(call.request, required=False)
    call.warehouse(call.request, required=False)
    entry, part = find(call), fields.page(call.request)
    if entry is None or not call.settled(entry.created):
        raise Refusal(ORDER_MISSING, f"no entry order {' '.join(call.code()).strip()}")
    lines = rows.entry_lines(call.account, entry, entry.received, entry.damaged, entry.batches)
    return {
        "entryOrder": rows.entry_head(call.account, entry),
        "orderLines": {"orderLine": lines[part]},
        "totalLines": len(lines),
    }
