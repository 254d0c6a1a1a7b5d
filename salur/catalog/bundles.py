"""Bundles: master products made of others, without stock of their own (inside a scope).

A bundle holds single products only, so whatever it means can be said in one step; the database holds that as well.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db import connection
from django.utils.translation import gettext_lazy as _

from salur.tenancy.scope import current_scope

from .models import BundlePart, MasterProduct, ProductKind
from .product_data import MESSAGES, DataFault, DataRefused, shown, storable

MOST_PIECES = 100_000
MOST_PARTS = 50
_WHOLE = re.compile("[0-9]{1,9}")

MESSAGES |= {
    "part_unknown": _("There is no master product “%(msku)s”. Make it first, or correct the MSKU."),
    "part_archived": _("“%(msku)s” is archived. Restore it first, or take another product."),
    "part_quantity": _(
        "“%(value)s” is not a number of pieces of “%(msku)s”. Write a whole number from 1 to %(limit)s."
    ),
    "part_twice": _("“%(msku)s” stands among the parts twice. Make one line of the two."),
    "bundle_itself": _("A bundle cannot contain itself: %(chain)s. Take it out of the parts."),
    "bundle_nested": _("“%(msku)s” is a bundle itself. Name the products that it is made of instead."),
    "bundle_is_part": _("“%(msku)s” is a part of the bundle “%(bundle)s”, so it cannot be a bundle itself."),
    "bundle_has_past": _(
        "“%(msku)s” was kept in a warehouse already, so it cannot become a bundle. Make a new product for the bundle."
    ),
    "too_many_parts": _("A bundle has at most %(limit)s different parts."),
}


@dataclass(frozen=True, slots=True)
class WantedPart:
    """A part as it was written."""

    msku: str
    quantity: str


def read_parts(text: str) -> list[WantedPart]:
    """Parts as one cell holds them: ``TEA:2; CUP:1``; without a number one piece is meant."""
    parts = []
    for entry in re.split(r"[;\n]", text):
        if entry.strip():
            msku, colon, quantity = entry.rpartition(":")
            parts.append(WantedPart(msku.strip(), quantity.strip()) if colon else WantedPart(entry.strip(), "1"))
    return parts


def written_parts(parts: Iterable[BundlePart]) -> str:
    """Parts as :func:`read_parts` reads them."""
    return "; ".join(f"{one.part.msku}:{one.quantity}" for one in parts)


@dataclass(frozen=True, slots=True)
class KnownPart:
    """What must be known of a product to judge it as a part; ``holds`` are the MSKUs that it is made of."""

    id: int
    kind: str
    archived: bool
    holds: tuple[str, ...] = ()


def known_parts(mskus: Iterable[str]) -> dict[str, KnownPart]:
    """Products that may be parts, by MSKU; bundles with what they hold, so that a circle can be told."""
    rows = MasterProduct.objects.filter(msku__in=storable(mskus))
    found = {row.msku: row for row in rows}
    held = parts_of_bundles(row.pk for row in found.values() if row.is_bundle)
    return {
        msku: KnownPart(
            row.pk, row.kind, row.archived_at is not None, tuple(one.part.msku for one in held.get(row.pk, ()))
        )
        for msku, row in found.items()
    }


def part_faults(msku: str, wanted: Sequence[WantedPart], known: Mapping[str, KnownPart]) -> list[DataFault]:
    """What is wrong with the parts of the bundle ``msku``."""
    found: list[DataFault] = []
    if len(wanted) > MOST_PARTS:
        found.append(DataFault("parts", "too_many_parts", {"limit": MOST_PARTS}))
    seen: set[str] = set()
    for one in wanted:
        named: dict[str, str | int] = {"msku": shown(one.msku)}
        part = known.get(one.msku)
        if one.msku == msku:
            found.append(DataFault("parts", "bundle_itself", {"chain": f"{shown(msku)} → {shown(msku)}"}))
        elif part is None:
            found.append(DataFault("parts", "part_unknown", named))
        elif back := _way_back(msku, (one.msku,), known):
            chain = " → ".join(map(shown, (msku, *back)))
            found.append(DataFault("parts", "bundle_itself", {"chain": chain}))
        elif part.kind == ProductKind.BUNDLE:
            found.append(DataFault("parts", "bundle_nested", named))
        elif part.archived:
            found.append(DataFault("parts", "part_archived", named))
        if one.msku in seen:
            found.append(DataFault("parts", "part_twice", named))
        seen.add(one.msku)
        if not _WHOLE.fullmatch(one.quantity) or not 0 < int(one.quantity) <= MOST_PIECES:
            detail = {**named, "value": shown(one.quantity) or "–", "limit": MOST_PIECES}
            found.append(DataFault("parts", "part_quantity", detail))
    return found


def _way_back(msku: str, way: tuple[str, ...], known: Mapping[str, KnownPart]) -> tuple[str, ...]:
    """How the last of ``way`` leads to ``msku`` through what it holds; empty where it does not."""
    held = known[way[-1]].holds if way[-1] in known else ()
    if msku in held:
        return (*way, msku)
    for part in held:
        if part not in way and (found := _way_back(msku, (*way, part), known)):
            return found
    return ()


def parts_of_bundles(bundle_ids: Iterable[int]) -> dict[int, list[BundlePart]]:
    """Parts by bundle, by MSKU."""
    found: dict[int, list[BundlePart]] = {}
    rows = BundlePart.objects.filter(bundle_id__in=set(bundle_ids)).select_related("part")
    for row in rows.order_by("bundle_id", "part__msku"):
        found.setdefault(row.bundle_id, []).append(row)
    return found


KEPT = """
SELECT DISTINCT coalesce(k.part_id, p.id) FROM catalog_masterproduct p
LEFT JOIN catalog_bundlepart k ON k.merchant_id = p.merchant_id AND k.bundle_id = p.id
WHERE p.merchant_id = %s AND p.id = ANY(%s) AND p.archived_at IS NULL ORDER BY 1
"""


def kept_products(product_ids: Iterable[int]) -> list[int]:
    """What a warehouse keeps of these products: single ones as they are, of bundles the parts; nothing archived."""
    with connection.cursor() as cursor:
        cursor.execute(KEPT, [current_scope().merchant_id, sorted(set(product_ids))])
        return [row[0] for row in cursor.fetchall()]


def bundles_holding(product_ids: Iterable[int]) -> dict[int, list[str]]:
    """MSKUs of the bundles that a product is a part of, by product."""
    found: dict[int, list[str]] = {}
    rows = BundlePart.objects.filter(part_id__in=set(product_ids)).order_by("part_id", "bundle__msku")
    for part, msku in rows.values_list("part_id", "bundle__msku"):
        found.setdefault(part, []).append(msku)
    return found


def set_parts(product: MasterProduct, wanted: Sequence[WantedPart]) -> list[tuple[str, str]]:
    """Make the product a bundle of exactly these parts, or a single product if there are none.

    The caller holds the product and has checked that it was never kept anywhere. Answers (before, after) of what
    changed as text, for the history. Raises :class:`DataRefused`.
    """
    known = known_parts(one.msku for one in wanted)
    faults = part_faults(product.msku, wanted, known)
    if wanted and (holding := bundles_holding([product.pk]).get(product.pk)):
        faults.append(DataFault("parts", "bundle_is_part", {"msku": product.msku, "bundle": holding[0]}))
    if faults:
        raise DataRefused(faults)
    before = parts_of_bundles([product.pk]).get(product.pk, [])
    pieces = {known[one.msku].id: int(one.quantity) for one in wanted}
    if {one.part_id: one.quantity for one in before} == pieces:
        return []
    said = written_parts(before)
    BundlePart.objects.filter(bundle_id=product.pk).delete()
    product.kind = ProductKind.BUNDLE if pieces else ProductKind.SINGLE
    MasterProduct.objects.filter(pk=product.pk).update(kind=product.kind)
    BundlePart.objects.bulk_create(
        BundlePart(merchant_id=product.merchant_id, bundle_id=product.pk, part_id=part, quantity=quantity)
        for part, quantity in pieces.items()
    )
    return [(said, written_parts(parts_of_bundles([product.pk]).get(product.pk, [])))]
