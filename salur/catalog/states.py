"""A product's push to a warehouse: repeating is safe, so a lost worker's product is simply pushed again (R48, R49)."""

from __future__ import annotations

from salur.foundation.transitions import Machine, Move

PRODUCT_PUSH = Machine(
    "catalog_product_push",
    "catalog_warehouseproduct",
    "push",
    ("not_pushed",),
    (
        Move("not_pushed", "pushing", "claimed by a worker"),
        Move("pushing", "pushed", "the partner accepted"),
        Move("pushing", "failed", "the partner refused the content"),
        Move("pushing", "not_pushed", "not done, or the worker was lost: later again"),
        Move("failed", "not_pushed", "pushed again by hand or by its cure"),
        Move("pushed", "not_pushed", "the product was changed or is pushed again by hand"),
    ),
)
