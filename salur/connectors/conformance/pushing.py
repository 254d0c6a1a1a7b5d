"""An outbound list is at the partner once, whole, and can be found (R97, R113, design 9)."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from functools import partial
from typing import Any

from salur.connectors.base.errors import AlreadyExists, AuthExpired, AuthRejected, PartnerError, Rejected
from salur.connectors.base.types import OutboundLine, PartnerRef

from . import samples
from .authorisation import altered, opening
from .bench import Bench, Outcome
from .checks import Book, Bypass, Power, expect
from .ground import Ground, ground

BOOK = Book("Outbound lists", look="push_outbound(), find_outbound()", kind="warehouse")


def items(row: Any) -> dict[str, int]:
    """Pieces by SKU of a list at the partner."""
    totals: dict[str, int] = {}
    for item in row["items"]:
        totals[item["sku"]] = totals.get(item["sku"], 0) + int(item["quantity"])
    return totals


def once(bench: Bench, reference: str) -> Any:
    """The partner's one list of that reference; the check fails when there is none or more than one."""
    row = bench.rig.outbound(reference)
    expect(row is not None, f"the list {reference} at the partner", "it is not there")
    assert row is not None  # noqa: S101 - said above, for the type checker
    expect(row["times_created"] == 1, "one list at the partner", f"{row['times_created']} lists of one reference")
    return row


@BOOK.check("push.whole", "A pushed list is at the partner: items, AWB number and label", "R97, R99", Power.COUNTS)
def whole(bench: Bench) -> None:
    """What the warehouse needs to pack it arrives as it was."""
    here = ground(bench)
    request, label = here.request(bench.reference()), here.label()
    ref = here.push(request.reference)
    row = once(bench, request.reference)
    expect(row["number"] == ref.number, f"the number {row['number']}, as at the partner", ref.number)
    asked = {line.sku: line.quantity for line in request.lines}
    expect(items(row) == asked, f"items {asked}", items(row))
    if bench.can.needs_awb:
        expect(row["tracking"] == request.awb, f"the AWB number {request.awb}", row["tracking"])
    if label is not None and not bench.can.label_by_url:
        digest = hashlib.sha256(label.content).hexdigest()
        expect(row["label_sha256"] == digest, "the label's own bytes", row["label_sha256"] or "no label")
    expect(not ref.warning, "no warning", ref.warning)


@BOOK.check("push.found", "What was pushed is found by our reference", "design 9", look="find_outbound()")
def found(bench: Bench) -> None:
    """Number, reference and state."""
    here = ground(bench)
    reference = bench.reference()
    ref = here.push(reference)
    report = here.connector.find_outbound(reference)
    expect(report is not None, "the list just pushed", None)
    same = (report.ref.number, report.reference) == (ref.number, reference)
    expect(same, f"number {ref.number} and reference {reference}", report)


@BOOK.check("push.not_there", "A reference that nobody pushed is None", "design 9", look="find_outbound(), errors.py")
def not_there(bench: Bench) -> None:
    """None is the hub's leave to push."""
    outcome = bench.attempt(lambda: bench.connector().find_outbound(bench.reference()))
    expect(outcome.error is None and outcome.value is None, "None", outcome)


@BOOK.check("push.keys", "Wrong keys are never taken for 'not there'", "design 9", look="find_outbound(), errors.py")
def wrong_keys(bench: Bench) -> None:
    """Else a revoked key would send everything twice."""
    values = bench.credentials()
    for key in opening(bench):
        outcome = bench.attempt(bench.altered({key: altered(values[key])}).find_outbound, bench.reference())
        expect(isinstance(outcome.error, AuthRejected | AuthExpired | Rejected), f"a wrong {key} refused", outcome)


def _second(bench: Bench, here: Ground, reference: str, first: PartnerRef, **changes: Any) -> Outcome:
    outcome = bench.attempt(lambda: here.push(reference, **changes))
    if isinstance(outcome.error, AlreadyExists):
        known = outcome.error.ref in ("", first.number)
        expect(known, f"AlreadyExists with the number {first.number} or none", outcome.error.ref)
    return outcome


@BOOK.check("push.again", "Pushed again, it is one list: AlreadyExists or the same number", "R97, R113", Power.COUNTS)
def again(bench: Bench) -> None:
    """The hub repeats with the same reference when it must."""
    here = ground(bench)
    reference = bench.reference()
    first = here.push(reference)
    outcome = _second(bench, here, reference, first)
    same = outcome.error is None and outcome.value.number == first.number
    expect(same or isinstance(outcome.error, AlreadyExists), "AlreadyExists or the same number", outcome)
    once(bench, reference)


@BOOK.check(
    "push.other_content", "The same reference with other content leaves the first list as it is", "R97", Power.COUNTS
)
def other_content(bench: Bench) -> None:
    """It must not become a second list, nor quietly another one."""
    here = ground(bench)
    reference = bench.reference()
    first = here.push(reference)
    before = items(once(bench, reference))
    outcome = _second(bench, here, reference, first, lines=(here.line(here.skus[0], 9),))
    told = isinstance(outcome.error, AlreadyExists | Rejected)
    same = outcome.error is None and outcome.value.number == first.number
    expect(told or same, "AlreadyExists, Rejected, or the first number", outcome)
    expect(items(once(bench, reference)) == before, f"the first list's items {before}", "they changed")


@BOOK.check("push.refused", "What the partner cannot do is Rejected in words, and nothing is left there", "R113")
def refused(bench: Bench) -> None:
    """An unknown product, and a warehouse that is not there."""
    here = ground(bench)
    unknown = OutboundLine("KIT-NEVER-SEEN", 1, "Nobody's article")
    changes: list[dict[str, Any]] = [{"lines": (unknown,)}]
    if bench.can.keeps_stock:  # who prints on demand chooses the place itself
        changes.append({"warehouse_code": "NOWHERE"})
    for change in changes:
        reference = bench.reference()
        outcome = bench.attempt(partial(here.push, reference, **change))
        told = isinstance(outcome.error, Rejected) and (outcome.error.message or outcome.error.field)
        expect(told, f"Rejected with the partner's words for {next(iter(change))}", outcome)
        if Power.COUNTS in bench.rig.powers:
            expect(bench.rig.outbound(reference) is None, "no list at the partner", "one is left there")


@BOOK.check(
    "push.settles", "A list that the look-up misses at first is found within lookup_settles_after", "design 9",
    Power.KNOBS, Power.CLOCK, look="capabilities.lookup_settles_after, find_outbound()",
)  # fmt: skip
def settles(bench: Bench) -> None:
    """The hub waits that long before it believes 'not there'."""
    wait = bench.can.lookup_settles_after
    if not wait:
        raise Bypass("lookup_settles_after is 0: new lists are found at once")
    here = ground(bench)
    if not bench.rig.turn("lookup_delay", max(0.1, wait - 1)):
        raise Bypass(f"{bench.rig.name} has no look-up delay")
    reference = bench.reference()
    here.push(reference)
    early = bench.attempt(lambda: here.connector.find_outbound(reference))
    expect(early.error is None, "None or the list, while the look-up still misses it", early)
    bench.rig.advance(wait)
    late = bench.attempt(lambda: here.connector.find_outbound(reference))
    expect(late.value is not None, f"the list, {wait:g} seconds later", late)


@BOOK.check(
    "reports.asked", "Reports come of what was asked, and of nothing else", "design 9", look="outbound_reports()"
)
def asked(bench: Bench) -> None:
    """Two of three, with one that the partner does not know."""
    here = ground(bench)
    refs = here.pushed(3)
    wanted = [refs[0], refs[2], PartnerRef("KIT-NO-SUCH", "KITNOSUCH")]
    size = bench.can.report_batch
    batches = [wanted[start : start + size] for start in range(0, len(wanted), size)]
    reports = [report for batch in batches for report in here.connector.outbound_reports(batch)]
    numbers = sorted(report.ref.number for report in reports)
    expect(numbers == sorted({refs[0].number, refs[2].number}), "the two that exist, each once", numbers)
    expect(not here.connector.outbound_reports([]), "no report of nothing", "something")
    nothing = here.connector.outbound_reports([wanted[2]])
    expect(not nothing, "unknown lists left out", nothing)


@BOOK.check("reports.batch", "A batch of report_batch lists is answered whole", "design 9", look="outbound_reports()")
def batch(bench: Bench) -> None:
    """Twelve real ones at most, filled up with numbers that are not there."""
    here = ground(bench)
    size = bench.can.report_batch
    refs = here.pushed(min(12, size))
    filler = [PartnerRef(f"KIT-NO-{number}", f"KITNO{number}") for number in range(size - len(refs))]
    reports = here.connector.outbound_reports([*filler, *refs])
    expect({one.ref.number for one in reports} == {one.number for one in refs}, f"{len(refs)} reports", len(reports))


@BOOK.check(
    "push.reference", "A reference of the greatest length declared goes and comes back whole", "R113",
    look="capabilities.reference_max_length",
)  # fmt: skip
def longest_reference(bench: Bench) -> None:
    """Cut, it could not be found again."""
    here = ground(bench)
    reference = bench.reference().ljust(bench.can.reference_max_length, "X")
    here.push(reference)
    report = here.connector.find_outbound(reference)
    expect(report is not None and report.reference == reference, f"the list {reference}", report)


@BOOK.check("push.scripts", "Addresses in other scripts arrive, or are Rejected with the field", "issue: Unicode")
def scripts(bench: Bench) -> None:
    """Chinese, Thai, Vietnamese, emoji, right to left, and signs that break documents."""
    here = ground(bench)
    for script, words in samples.SCRIPTS.items():
        address = samples.address(here.country, name=words[:40], lines=(words,), city=words[:20])
        reference = bench.reference()
        outcome = bench.attempt(partial(here.push, reference, address=address, note=words, store_name=words))
        if outcome.error is None:
            found = here.connector.find_outbound(reference)
            expect(found is not None, f"{script}: the list found again", found)
        else:
            expect(_in_words(outcome.error), f"{script}: taken, or Rejected with field or words", outcome)


LONG_PARTS = ("name", "lines", "city", "province", "phone")


@BOOK.check(
    "push.long", "What tells the way to the buyer is sent whole or Rejected with the field, never cut", "R99",
    look="mapping.py (limits)",
)  # fmt: skip
def long(bench: Bench) -> None:
    """Name, street, city, province, phone and AWB number of 600 characters, one after the other."""
    here = ground(bench)
    for part in (*LONG_PARTS, "awb"):
        words = samples.long_text(600)
        plain = here.request(bench.reference())
        if part == "awb":
            if not bench.can.needs_awb:
                continue
            request = replace(plain, awb=words.replace(" ", "-"))
        else:
            changed: dict[str, Any] = {part: (words,) if part == "lines" else words}
            if part == "phone":
                changed = {part: samples.LONG_PHONE}
            request = replace(plain, address=replace(plain.address, **changed))
        bench.calls.clear()
        outcome = bench.attempt(here.connector.push_outbound, request, here.label())
        if outcome.error is None:
            sent = (samples.PHONE_TAIL if part == "phone" else samples.TAIL).encode()
            whole = any(sent in (call.content or b"") for call in bench.calls)
            expect(whole, f"{part} sent whole, or Rejected with the field", "taken, but its end was never sent")
        else:
            expect(_in_words(outcome.error), f"{part}: sent whole, or Rejected with field or words", outcome)


@BOOK.check("push.remarks", "A remark that is too long does not hold up a list", "R99", look="mapping.py (remarks)")
def remarks(bench: Bench) -> None:
    """A buyer's note is for the packer's eyes; it may be cut."""
    here = ground(bench)
    outcome = bench.attempt(lambda: here.push(bench.reference(), note="Please ring. " * 400))
    expect(outcome.error is None, "the list taken", outcome)


def _in_words(error: PartnerError) -> bool:
    return isinstance(error, Rejected) and bool(error.field or error.message)
