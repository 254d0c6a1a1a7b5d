"""Many master products by a table: every row is judged before anything is written, then the good ones are (R44).

An empty cell leaves what is there; ``-`` empties it. An MSKU that is new is made. Rows of bundles may name products of
the same table. A row of a downloaded table carries the version it was made from, so that it cannot undo, unseen, what
somebody changed since.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import connection
from django.utils.translation import gettext_lazy as _

from salur.foundation.clock import now
from salur.foundation.locks import lock_rows
from salur.tenancy import audit
from salur.tenancy.scope import current_scope

from .bundles import (
    KnownPart,
    WantedPart,
    bundles_holding,
    known_parts,
    part_faults,
    parts_of_bundles,
    read_parts,
    written_parts,
)
from .models import BundlePart, MasterProduct, ProductKind
from .product_data import (
    FIELDS,
    MESSAGES,
    PUSHED,
    DataFault,
    life_faults,
    plain,
    read_msku,
    read_values,
    shown,
    storable,
    values_of,
)

COLUMNS = ("msku", *FIELDS, "parts", "version")
EMPTIED = "-"
NEW, CHANGED, SAME, WRONG = "new", "changed", "same", "wrong"
AT_ONCE = 1000  # rows of a statement
_EMPTY: Mapping[str, Any] = {"barcode": "", "declared_value": "0", "tags": ""}
_VERSION = re.compile("[0-9]{1,9}")
_DEFAULTS = values_of(MasterProduct())

MESSAGES |= {
    "msku_twice": _("This MSKU stands in row %(line)s already. Make one row of the two."),
    "archived": _("This product is archived. Restore it first, or take the row out."),
    "stale": _("Somebody changed this product after the file was made: %(changes)s. Download it again."),
}


@dataclass(frozen=True, slots=True)
class TableRow:
    """A row as it was written; ``cells`` by column, those that the table has."""

    line: int
    cells: Mapping[str, str]


@dataclass(slots=True)
class JudgedRow:
    """What becomes of a row. ``values`` are all of the product's fields afterwards, ``fields`` what of them changes."""

    line: int
    msku: str
    outcome: str = WRONG
    faults: list[DataFault] = field(default_factory=list)
    product_id: int | None = None
    version: int = 0
    values: dict[str, Any] = field(default_factory=dict)
    parts: list[WantedPart] | None = None
    fields: dict[str, tuple[Any, Any]] = field(default_factory=dict)


@dataclass(slots=True)
class Judged:
    """All rows of a table."""

    rows: list[JudgedRow]

    def counts(self) -> dict[str, int]:
        """Rows by what becomes of them."""
        found = dict.fromkeys((NEW, CHANGED, SAME, WRONG), 0)
        for row in self.rows:
            found[row.outcome] += 1
        return found

    def faults(self) -> list[dict[str, Any]]:
        """What is wrong, as an import keeps it."""
        return [
            {"line": row.line, "msku": row.msku[:100], "column": f.field, "code": f.code, "detail": dict(f.detail)}
            for row in self.rows
            for f in row.faults
        ]


Past = Callable[[Iterable[int]], set[int]]


def judge_table(rows: Sequence[TableRow], with_past: Past) -> Judged:
    """Judge all rows against what there is (inside a scope); nothing is written. Set-based.

    ``with_past`` answers which products were kept somewhere and so cannot become bundles.
    """
    judged = [_read(row) for row in rows]
    known = {p.msku: p for p in MasterProduct.objects.filter(msku__in={j.msku for j in judged if not j.faults})}
    held = parts_of_bundles(p.pk for p in known.values() if p.is_bundle)
    first: dict[str, int] = {}
    for row, one in zip(rows, judged, strict=True):
        line = first.setdefault(one.msku, one.line)
        if one.msku and line != one.line:
            one.faults.append(DataFault("msku", "msku_twice", {"line": line}))
        _compare(row, one, known.get(one.msku))
    _judge_parts([one for one in judged if one.parts is not None], judged, held, with_past)
    for one in judged:
        one.outcome = _outcome(one)
    return Judged(judged)


def _read(row: TableRow) -> JudgedRow:
    msku, faults = read_msku(row.cells.get("msku", ""))
    given = {}
    for name in FIELDS:
        cell = row.cells.get(name, "").strip()
        if cell:
            given[name] = _EMPTY.get(name, "0") if cell == EMPTIED and name != "name" else cell
    values, wrong = read_values(given)
    judged = JudgedRow(row.line, msku, faults=[*faults, *wrong], values=values)
    cell = row.cells.get("parts", "").strip()
    if cell:
        judged.parts = [] if cell == EMPTIED else read_parts(cell)
    return judged


def _compare(row: TableRow, one: JudgedRow, product: MasterProduct | None) -> None:
    """Bring the row together with the product that it changes."""
    given = dict(one.values)
    if product is None:
        one.values = {**_DEFAULTS, "name": one.msku, **given}
    else:
        before = values_of(product)
        one.product_id, one.version, one.values = product.pk, product.version, {**before, **given}
        one.fields = {n: (plain(before[n]), plain(v)) for n, v in given.items() if plain(before[n]) != plain(v)}
        if product.archived_at is not None:
            one.faults.append(DataFault("msku", "archived"))
        seen = row.cells.get("version", "").strip()
        if _VERSION.fullmatch(seen) and int(seen) < product.version and (one.fields or one.parts is not None):
            one.faults.append(DataFault("version", "stale", {"changes": _changes(product, int(seen))}))
    if not one.faults:
        one.faults += life_faults(one.values)


def _changes(product: MasterProduct, version: int) -> str:
    from .editing import changes_since  # needed for few rows

    told = [
        f"{c.field} {shown(str(c.before))} → {shown(str(c.after))}" for c in changes_since(product.pk, version).values()
    ]
    return "; ".join(told[:5]) or "–"


def _judge_parts(
    bundles: Sequence[JudgedRow], judged: Sequence[JudgedRow], held: Mapping[int, Sequence[BundlePart]], with_past: Past
) -> None:
    becoming = [one.product_id for one in bundles if one.parts and one.product_id and not held.get(one.product_id)]
    past, holding = with_past(becoming), bundles_holding(becoming)
    for one in bundles:
        if one.product_id in past:
            one.faults.append(DataFault("parts", "bundle_has_past", {"msku": one.msku}))
        if one.product_id in holding:
            told: dict[str, str | int] = {"msku": one.msku, "bundle": holding[one.product_id][0]}
            one.faults.append(DataFault("parts", "bundle_is_part", told))
    known = known_parts(part.msku for one in bundles for part in one.parts or ())
    for one in judged:  # what the table makes of products counts before what they are
        if not one.faults and (one.product_id is None or one.parts is not None):
            kind = ProductKind.BUNDLE if one.parts else ProductKind.SINGLE
            known[one.msku] = KnownPart(one.product_id or 0, kind, False, tuple(p.msku for p in one.parts or ()))
    for one in bundles:
        now_held = list(held.get(one.product_id or 0, ()))
        one.faults += part_faults(one.msku, one.parts or [], known)
        before = sorted((part.part.msku, str(part.quantity)) for part in now_held)
        if before != sorted((part.msku, part.quantity) for part in one.parts or ()):
            after = "; ".join(f"{part.msku}:{part.quantity}" for part in one.parts or ())
            one.fields["parts"] = (written_parts(now_held), after)
        else:
            one.parts = None


def _outcome(one: JudgedRow) -> str:
    if one.faults:
        return WRONG
    if one.product_id is None:
        return NEW
    return CHANGED if one.fields else SAME


# -- writing --------------------------------------------------------------------------------------------------------

_ARRAYS = """%(mskus)s::text[], %(names)s::text[], %(barcodes)s::text[], %(weights)s::int[], %(lengths)s::int[],
            %(widths)s::int[], %(heights)s::int[], %(values)s::numeric[], %(lives)s::int[], %(inbounds)s::int[],
            %(outbounds)s::int[], %(tags)s::text[]"""
_NAMES = """msku, name, barcode, weight_g, length_mm, width_mm, height_mm, declared_value, shelf_life_days,
  inbound_days, outbound_days, tags"""
INSERT = f"""
INSERT INTO catalog_masterproduct (merchant_id, created_at, {_NAMES})
SELECT %(merchant)s, %(at)s, n.msku, n.name, n.barcode, n.weight_g, n.length_mm, n.width_mm, n.height_mm,
  n.declared_value, n.shelf_life_days, n.inbound_days, n.outbound_days,
  coalesce(string_to_array(nullif(n.tags, ''), ','), '{{}}')
FROM unnest({_ARRAYS}) AS n({_NAMES})
ON CONFLICT (merchant_id, msku) DO NOTHING
RETURNING id, msku
"""
UPDATE = f"""
UPDATE catalog_masterproduct p SET name = n.name, barcode = n.barcode, weight_g = n.weight_g, length_mm = n.length_mm,
  width_mm = n.width_mm, height_mm = n.height_mm, declared_value = n.declared_value,
  shelf_life_days = n.shelf_life_days, inbound_days = n.inbound_days, outbound_days = n.outbound_days,
  tags = coalesce(string_to_array(nullif(n.tags, ''), ','), '{{}}'), version = p.version + 1
FROM unnest({_ARRAYS}) AS n({_NAMES})
WHERE p.merchant_id = %(merchant)s AND p.msku = n.msku
"""
HISTORY = """
INSERT INTO catalog_productchange (merchant_id, product_id, version, fields, actor, at)
SELECT %(merchant)s, n.product_id, n.version, n.fields::jsonb, %(actor)s, %(at)s
FROM unnest(%(products)s::bigint[], %(versions)s::int[], %(fields)s::text[]) AS n(product_id, version, fields)
"""


@dataclass(slots=True)
class Written:
    """What was written: ids of new and changed products, and of those whose warehouses have to hear of it."""

    made: list[int] = field(default_factory=list)
    changed: list[int] = field(default_factory=list)
    pushed: list[int] = field(default_factory=list)
    parts: bool = False


def hold_table(rows: Sequence[TableRow]) -> None:
    """Hold the products that a table names until the transaction ends: what is judged now is what is written."""
    mskus = storable(row.cells.get("msku", "").strip() for row in rows)
    ids = MasterProduct.objects.filter(msku__in=mskus).values_list("pk", flat=True)
    lock_rows(MasterProduct.objects.only("pk"), ids)


def write_table(judged: Judged) -> Written:
    """Write the good rows of a table whose products are held (see :func:`hold_table`); wrong ones are left out."""
    done = Written()
    ids: dict[str, int] = {}
    new = [one for one in judged.rows if one.outcome == NEW]
    changed = [one for one in judged.rows if one.outcome == CHANGED]
    for first in range(0, len(new), AT_ONCE):
        ids |= _insert(new[first : first + AT_ONCE])
    for first in range(0, len(changed), AT_ONCE):
        _update(changed[first : first + AT_ONCE])
    done.made = sorted(ids.values())
    done.changed = [one.product_id for one in changed if one.product_id]
    done.pushed = [one.product_id for one in changed if one.product_id and PUSHED & one.fields.keys()]
    ids |= {one.msku: one.product_id for one in changed if one.product_id}
    bundles = [one for one in [*new, *changed] if one.parts is not None and one.msku in ids]
    _write_parts(bundles, ids)
    done.parts = bool(bundles)
    if ids:
        audit.record("products.imported", made=len(done.made), changed=len(done.changed))
    return done


def _arrays(rows: Sequence[JudgedRow]) -> dict[str, Any]:
    def column(name: str) -> list[Any]:
        return [one.values[name] for one in rows]

    return {
        "merchant": current_scope().merchant_id,
        "actor": current_scope().actor,
        "at": now(),
        "mskus": [one.msku for one in rows],
        "names": column("name"),
        "barcodes": column("barcode"),
        "weights": column("weight_g"),
        "lengths": column("length_mm"),
        "widths": column("width_mm"),
        "heights": column("height_mm"),
        "values": column("declared_value"),
        "lives": column("shelf_life_days"),
        "inbounds": column("inbound_days"),
        "outbounds": column("outbound_days"),
        "tags": [",".join(one.values["tags"]) for one in rows],
    }


def _insert(rows: Sequence[JudgedRow]) -> dict[str, int]:
    with connection.cursor() as cursor:
        cursor.execute(INSERT, _arrays(rows))
        return {msku: product for product, msku in cursor.fetchall()}


def _update(rows: Sequence[JudgedRow]) -> None:
    told: dict[str, Any] = {
        "products": [one.product_id for one in rows],
        "versions": [one.version + 1 for one in rows],
        "fields": [json.dumps(one.fields) for one in rows],
    }
    with connection.cursor() as cursor:
        cursor.execute(UPDATE, _arrays(rows))
        cursor.execute(HISTORY, {**_arrays(rows), **told})


def _write_parts(bundles: Sequence[JudgedRow], ids: Mapping[str, int]) -> None:
    """The parts of the bundles are exactly those that their rows name. Kinds first: the keys of parts hold them."""
    known = dict(
        MasterProduct.objects.filter(msku__in={p.msku for one in bundles for p in one.parts or ()}).values_list(
            "msku", "pk"
        )
    )
    BundlePart.objects.filter(bundle_id__in=[ids[one.msku] for one in bundles]).delete()
    for kind in (ProductKind.SINGLE, ProductKind.BUNDLE):
        chosen = [ids[one.msku] for one in bundles if bool(one.parts) == (kind == ProductKind.BUNDLE)]
        MasterProduct.objects.filter(pk__in=chosen).update(kind=kind)
    BundlePart.objects.bulk_create(
        BundlePart(
            merchant_id=current_scope().merchant_id,
            bundle_id=ids[one.msku],
            part_id=known[part.msku],
            quantity=int(part.quantity),
        )
        for one in bundles
        for part in one.parts or ()
    )


def table_rows(products: Sequence[MasterProduct]) -> list[list[str]]:
    """Products as rows of such a table, in the order of :data:`COLUMNS`."""
    parts = parts_of_bundles(p.pk for p in products if p.is_bundle)
    rows = []
    for product in products:
        values = {name: plain(value) for name, value in values_of(product).items()}
        cells = [", ".join(v) if isinstance(v, list) else str(v) for v in (values[name] for name in FIELDS)]
        rows.append([product.msku, *cells, written_parts(parts.get(product.pk, [])), str(product.version)])
    return rows
