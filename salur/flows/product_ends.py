"""Master products archived, restored and deleted (inside a scope): refused while anything still needs them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext_lazy as _

from salur.catalog.bundles import bundles_holding
from salur.catalog.models import BundlePart, MasterProduct, ProductChange, ProductImage
from salur.foundation.clock import now
from salur.foundation.locks import lock_ids, lock_rows
from salur.foundation.problems import Problem, Refusal
from salur.tenancy import audit
from salur.tenancy.scope import current_scope

from .wakeups import bindings_changed

PROBLEMS: tuple[Problem, ...] = (
    Problem(
        "product_reserved",
        _("Pieces are reserved for orders"),
        _("%(count)s pieces of %(msku)s are reserved for orders."),
        _("Wait until these orders are shipped, or cancel or move them."),
        "operator",
    ),
    Problem(
        "product_in_stock",
        _("There are pieces in stock"),
        _("%(count)s pieces of %(msku)s are in stock."),
        _("Sell them, or set the stock to 0 first."),
        "operator",
    ),
    Problem(
        "product_incoming",
        _("Pieces are on their way"),
        _("%(count)s pieces of %(msku)s are announced and have not arrived."),
        _("Wait until they have arrived, or cancel their inbound lists."),
        "operator",
    ),
    Problem(
        "product_on_outbound",
        _("It stands on open outbound lists"),
        _("%(msku)s stands on open outbound lists: %(references)s."),
        _("Wait until they are completed, or cancel or move their orders."),
        "operator",
    ),
    Problem(
        "product_on_inbound",
        _("It stands on open inbound lists"),
        _("%(msku)s stands on open inbound lists: %(references)s."),
        _("Wait until they are completed, cancel them, or delete the drafts."),
        "operator",
    ),
    Problem(
        "product_in_bundle",
        _("It is a part of bundles"),
        _("%(msku)s is a part of the bundles: %(references)s."),
        _("Take it out of these bundles first."),
        "operator",
    ),
    Problem(
        "product_used",
        _("It has a past"),
        _("%(msku)s stands in warehouses, lists or links, which would lose their product."),
        _("Archive it instead: then it is out of the way, and its past stays."),
        "operator",
    ),
)
MOST_NAMED = 5


@dataclass(slots=True)
class Ended:
    """Which products were archived, and why the others were not."""

    done: list[int] = field(default_factory=list)
    kept: dict[int, list[Refusal]] = field(default_factory=dict)


FIGURES = """
SELECT product_id, sum(on_hand), sum(reserved), sum(incoming) FROM stock_balance
WHERE merchant_id = %s AND product_id = ANY(%s) GROUP BY product_id
"""
OUTBOUND = """
SELECT DISTINCT l.product_id, o.reference FROM outbound_outboundline l
JOIN outbound_outbound o ON o.merchant_id = l.merchant_id AND o.id = l.outbound_id
JOIN orders_order s ON s.merchant_id = o.merchant_id AND s.id = o.order_id
WHERE l.merchant_id = %s AND l.product_id = ANY(%s) AND o.task NOT IN ('completed', 'cancelled')
  AND (o.push IN ('pushing', 'unknown', 'pushed')
       -- a list of an order that has left already is kept for the record only (R79)
       OR o.push IN ('draft', 'waiting', 'ready', 'rejected') AND s.status NOT IN ('shipped', 'completed', 'cancelled'))
ORDER BY 1, 2
"""
INBOUND = """
SELECT DISTINCT l.product_id, i.reference FROM inbound_inboundline l
JOIN inbound_inboundlist i ON i.merchant_id = l.merchant_id AND i.id = l.inbound_id
WHERE l.merchant_id = %s AND l.product_id = ANY(%s) AND i.push <> 'void' AND i.task NOT IN ('completed', 'cancelled')
ORDER BY 1, 2
"""


def reasons_against(products: Sequence[MasterProduct]) -> dict[int, list[Refusal]]:
    """Why products cannot end, each reason with its evidence; those that can are left out. Set-based."""
    merchant, ids = current_scope().merchant_id, [product.pk for product in products]
    names = {product.pk: product.msku for product in products}
    found: dict[int, list[Refusal]] = {}
    with connection.cursor() as cursor:
        cursor.execute(FIGURES, [merchant, ids])
        for product, *figures in cursor.fetchall():
            codes = ("product_in_stock", "product_reserved", "product_incoming")
            for code, count in zip(codes, figures, strict=True):
                if count:
                    found.setdefault(product, []).append(Refusal(code, msku=names[product], count=int(count)))
        for code, query in (("product_on_outbound", OUTBOUND), ("product_on_inbound", INBOUND)):
            cursor.execute(query, [merchant, ids])
            on: dict[int, list[str]] = {}
            for product, reference in cursor.fetchall():
                on.setdefault(product, []).append(reference)
            _add(found, code, on, names)
    _add(found, "product_in_bundle", bundles_holding(ids), names)
    return found


def _add(found: dict[int, list[Refusal]], code: str, on: dict[int, list[str]], names: dict[int, str]) -> None:
    for product, references in on.items():
        more = ", …" if len(references) > MOST_NAMED else ""
        told = ", ".join(references[:MOST_NAMED]) + more
        found.setdefault(product, []).append(Refusal(code, msku=names[product], references=told))


def archive_products(product_ids: Iterable[int]) -> Ended:
    """Archive those that nothing needs any more; the others stay, with every reason."""
    products = [p for p in lock_rows(MasterProduct.objects.all(), set(product_ids)) if p.archived_at is None]
    _hold_balances([product.pk for product in products])
    against = reasons_against(products)
    ended = Ended([p.pk for p in products if p.pk not in against], against)
    MasterProduct.objects.filter(pk__in=ended.done).update(archived_at=now())
    for product in products:
        if product.pk not in against:
            audit.record("product.archived", f"product:{product.pk}", msku=product.msku)
    return ended


def restore_products(product_ids: Iterable[int]) -> int:
    """Take products out of the archive; orders that waited for them go on. Answers how many there were."""
    rows = [p for p in lock_rows(MasterProduct.objects.all(), set(product_ids)) if p.archived_at is not None]
    MasterProduct.objects.filter(pk__in=[row.pk for row in rows]).update(archived_at=None)
    for row in rows:
        audit.record("product.restored", f"product:{row.pk}", msku=row.msku)
    if rows:
        bindings_changed()
    return len(rows)


def delete_product(product_id: int) -> None:
    """Take a product away that was never used. Raises Refusal with the first reason, or ``product_used``."""
    rows = lock_rows(MasterProduct.objects.all(), [product_id])
    if not rows:
        raise MasterProduct.DoesNotExist(product_id)
    product = rows[0]
    for reasons in reasons_against(rows).values():
        raise reasons[0]
    try:
        with transaction.atomic():
            for owned in (BundlePart.objects.filter(bundle=product), ProductChange.objects.filter(product=product)):
                owned.delete()
            ProductImage.objects.filter(product=product).delete()
            _delete_row(product_id)
    except IntegrityError as error:  # whatever points at it: the database knows them all
        raise Refusal("product_used", msku=product.msku) from error
    audit.record("product.deleted", f"product:{product_id}", msku=product.msku)


def _delete_row(product_id: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM catalog_masterproduct WHERE merchant_id = %s AND id = %s",
            [current_scope().merchant_id, product_id],
        )


def _hold_balances(product_ids: Sequence[int]) -> None:
    merchant = current_scope().merchant_id
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM stock_balance WHERE merchant_id = %s AND product_id = ANY(%s)", [merchant, [*product_ids]]
        )
        ids = [row[0] for row in cursor.fetchall()]
    lock_ids("stock_balance", merchant, ids)
