"""What many SKUs of one store mean, set at once: all rows are judged before anything is written (R44)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db import connection
from django.utils.translation import gettext_lazy as _

from salur.foundation.locks import hold_alone
from salur.tenancy import audit
from salur.tenancy.scope import current_scope

from .product_data import MESSAGES, shown, storable, wrong_text

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise  # the type of a lazy text, known to the type checker only

LONGEST = 100  # characters of a SKU or MSKU
MOST_PIECES = 100_000
_WHOLE = re.compile("[0-9]{1,9}")

LINK_MESSAGES: dict[str, _StrPromise] = {
    **{code: MESSAGES[code] for code in ("missing_value", "too_long", "bad_character")},
    "unknown_msku": _("There is no master product with this MSKU. Make it first."),
    "bad_quantity": _("“%(value)s” is not a number of pieces. Write a whole number from 1 to %(limit)s."),
    "msku_missing": _("Other rows of this SKU name an MSKU, this one does not. Fill it in, or delete the row."),
    "link_twice": _("This MSKU stands for the same SKU in row %(line)s already. Make one row of the two."),
}


@dataclass(frozen=True, slots=True)
class LinkRow:
    """One unit of ``sku`` means ``quantity`` pieces of ``msku``, as somebody wrote it in row ``line``.

    Neither MSKU nor quantity: the SKU is to have no link.
    """

    line: int
    sku: str
    msku: str
    quantity: str


@dataclass(frozen=True, slots=True)
class LinkFault:
    """Why a row cannot be taken. ``column``: sku, msku or quantity; ``code``: a key of LINK_MESSAGES."""

    line: int
    column: str
    code: str
    detail: dict[str, str | int] = field(default_factory=dict)

    def text(self) -> str:
        """What happened and what to do, in the language of the moment."""
        return str(LINK_MESSAGES[self.code]) % self.detail


class LinksRefused(Exception):
    """Rows are wrong, and nothing was written."""

    def __init__(self, faults: Sequence[LinkFault]) -> None:
        super().__init__(faults)
        self.faults = list(faults)


@dataclass(frozen=True, slots=True)
class LinksSet:
    """How many SKUs were set, how many links they have now, and which of them the store does not list."""

    skus: int
    links: int
    unlisted: list[str]


@dataclass(frozen=True, slots=True)
class Meaning:
    """A SKU of a store and one part of what it means; ``msku`` empty and ``quantity`` None where it means nothing."""

    sku: str
    name: str
    variation: str
    msku: str
    quantity: int | None


MEANINGS = """
SELECT s.sku, s.name, s.variation, coalesce(p.msku, same.msku, ''),
       CASE WHEN b.id IS NOT NULL THEN b.quantity WHEN same.id IS NOT NULL THEN 1 END
FROM (SELECT DISTINCT ON (k.sku) k.sku, k.name, k.variation
      FROM (SELECT l.sku, l.name, l.variation, 0 AS place, l.id FROM catalog_listing l
            WHERE l.merchant_id = %(merchant)s AND l.store_id = %(store)s AND l.sku <> ''
            UNION ALL
            SELECT o.sku, '', '', 1, o.id FROM catalog_binding o
            WHERE o.merchant_id = %(merchant)s AND o.store_id = %(store)s
            UNION ALL
            SELECT m.sku, '', '', 2, 0 FROM unnest(%(more)s::text[]) AS m(sku)) AS k
      ORDER BY k.sku, k.place, k.id) AS s
LEFT JOIN catalog_binding b ON b.merchant_id = %(merchant)s AND b.store_id = %(store)s AND b.sku = s.sku
LEFT JOIN catalog_masterproduct p ON p.merchant_id = b.merchant_id AND p.id = b.product_id
LEFT JOIN catalog_masterproduct same ON b.id IS NULL AND same.merchant_id = %(merchant)s AND same.msku = s.sku
ORDER BY s.sku, p.msku
"""


def meanings(store_id: int, more: Iterable[str] = ()) -> list[Meaning]:
    """All SKUs that a store lists or that have links, and ``more``, with what they mean (inside a scope)."""
    with connection.cursor() as cursor:
        cursor.execute(
            MEANINGS, {"merchant": current_scope().merchant_id, "store": store_id, "more": sorted(set(more))}
        )
        return [Meaning(*row) for row in cursor.fetchall()]


NAMED = "SELECT p.msku, p.id FROM catalog_masterproduct p WHERE p.merchant_id = %s AND p.msku = ANY(%s)"
UNLISTED = """
SELECT n.sku FROM unnest(%s::text[]) AS n(sku)
WHERE NOT EXISTS (SELECT 1 FROM catalog_listing l WHERE l.merchant_id = %s AND l.store_id = %s AND l.sku = n.sku)
ORDER BY n.sku
"""
REMOVE = """
DELETE FROM catalog_binding b
WHERE b.merchant_id = %(merchant)s AND b.store_id = %(store)s AND b.sku = ANY(%(named)s)
  AND NOT EXISTS (SELECT 1 FROM unnest(%(skus)s::text[], %(products)s::bigint[]) AS n(sku, product_id)
                  WHERE n.sku = b.sku AND n.product_id = b.product_id)
"""
WRITE = """
INSERT INTO catalog_binding (merchant_id, store_id, sku, product_id, quantity)
SELECT %(merchant)s, %(store)s, n.*
FROM unnest(%(skus)s::text[], %(products)s::bigint[], %(pieces)s::int[]) AS n
ON CONFLICT (merchant_id, store_id, sku, product_id) DO UPDATE SET quantity = EXCLUDED.quantity
WHERE catalog_binding.quantity <> EXCLUDED.quantity
"""


def set_links(store_id: int, rows: Sequence[LinkRow]) -> LinksSet:
    """Each SKU that the rows name gets exactly the links that they name (inside a scope); other SKUs stay.

    Raises :class:`LinksRefused` with everything that is wrong, before anything is written.
    """
    tidy = [LinkRow(r.line, r.sku.strip(), r.msku.strip(), r.quantity.strip()) for r in rows]
    hold_alone("links", store_id)  # two files at once would take each other's rows for their own
    merchant = current_scope().merchant_id
    with connection.cursor() as cursor:
        cursor.execute(NAMED, [merchant, sorted(storable(r.msku for r in tidy))])
        products: dict[str, int] = dict(cursor.fetchall())
        faults = _faults(tidy, products)
        if faults:
            raise LinksRefused(faults)
        named = sorted({r.sku for r in tidy})
        links = [(r.sku, products[r.msku], int(r.quantity)) for r in tidy if r.msku]
        values: dict[str, Any] = {
            "merchant": merchant,
            "store": store_id,
            "named": named,
            "skus": [sku for sku, _product, _pieces in links],
            "products": [product for _sku, product, _pieces in links],
            "pieces": [pieces for _sku, _product, pieces in links],
        }
        cursor.execute(REMOVE, values)
        removed = cursor.rowcount
        cursor.execute(WRITE, values)
        written = cursor.rowcount
        cursor.execute(UNLISTED, [named, merchant, store_id])
        unlisted = [row[0] for row in cursor.fetchall()]
    audit.record("skus.linked", f"store:{store_id}", skus=len(named), written=written, removed=removed)
    return LinksSet(len(named), len(links), unlisted)


def _faults(rows: Sequence[LinkRow], products: dict[str, int]) -> list[LinkFault]:
    linked = {row.sku for row in rows if row.msku}
    first: dict[tuple[str, str], int] = {}
    found: list[LinkFault] = []
    for row in rows:
        found += _sku_faults(row)
        found += _part_faults(row, products, linked)
        if row.msku:
            line = first.setdefault((row.sku, row.msku), row.line)
            if line != row.line:
                found.append(LinkFault(row.line, "msku", "link_twice", {"line": line}))
    return found


def _sku_faults(row: LinkRow) -> list[LinkFault]:
    if not row.sku:
        return [LinkFault(row.line, "sku", "missing_value")]
    wrong = wrong_text(row.sku, LONGEST)
    return [LinkFault(row.line, "sku", *wrong)] if wrong else []


def _part_faults(row: LinkRow, products: dict[str, int], linked: set[str]) -> list[LinkFault]:
    if not row.msku:
        if row.quantity:
            return [LinkFault(row.line, "msku", "missing_value")]
        return [LinkFault(row.line, "msku", "msku_missing")] if row.sku in linked else []
    found = []
    if wrong := wrong_text(row.msku, LONGEST):
        found.append(LinkFault(row.line, "msku", *wrong))
    elif row.msku not in products:
        found.append(LinkFault(row.line, "msku", "unknown_msku"))
    if not row.quantity:
        found.append(LinkFault(row.line, "quantity", "missing_value"))
    elif not _WHOLE.fullmatch(row.quantity) or not 0 < int(row.quantity) <= MOST_PIECES:
        detail: dict[str, str | int] = {"value": shown(row.quantity), "limit": MOST_PIECES}
        found.append(LinkFault(row.line, "quantity", "bad_quantity", detail))
    return found
