"""Stock counts, the lines of their sheets, and every figure that somebody counted (append-only). Whole pieces."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from salur.tenancy.tenant_model import TenantForeignKey, TenantModel

from .states import StocktakeState


class Stocktake(TenantModel):
    """One count of an own warehouse or of a part of it.

    ``blind``: the figures expected are not shown while people count. ``part`` says in words of data what is counted:
    {"zones": [...], "locations": [...], "mskus": [...]}; empty means the whole warehouse.
    """

    reference = models.TextField(db_collation="C")
    warehouse = TenantForeignKey("stock.Warehouse", related_name="+", db_index=False)
    state = models.TextField(choices=StocktakeState.choices, default=StocktakeState.COUNTING)
    blind = models.BooleanField(default=False)
    note = models.TextField(blank=True)
    part = models.JSONField(default=dict)
    created_by = models.TextField()
    created_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["merchant_id", "reference"], name="stocktakes_reference_once"),
            models.CheckConstraint(condition=Q(state__in=StocktakeState.values), name="stocktakes_state"),
        ]
        indexes = [models.Index(fields=["merchant_id", "-id"], name="stocktakes_list")]

    def __str__(self) -> str:
        return self.reference


class StocktakeLine(TenantModel):
    """A product at one of its locations, by number (empty: it has none); the sheet outlives locations.

    ``expected`` is what the ledger held of the product in the whole warehouse at the moment at which this line was
    counted, so that what moves before or after is no difference. ``version`` counts the entries: whoever enters names
    the one he saw. ``open``: the count is not ended, so no other count may hold the line.
    """

    stocktake = TenantForeignKey(Stocktake, related_name="+", db_index=False)
    warehouse = TenantForeignKey("stock.Warehouse", related_name="+", db_index=False)
    product = TenantForeignKey("catalog.MasterProduct", related_name="+", db_index=False)
    location_number = models.TextField(blank=True, db_collation="C")
    walk = models.TextField(db_collation="C")
    counted = models.PositiveIntegerField(null=True, blank=True)
    expected = models.PositiveIntegerField(null=True, blank=True)
    counted_by = models.TextField(blank=True)
    counted_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=0)
    left_out = models.BooleanField(default=False)
    open = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["merchant_id", "stocktake", "product", "location_number"], name="stocktakes_line_once"
            ),
            models.UniqueConstraint(
                fields=["merchant_id", "warehouse", "product", "location_number"],
                condition=Q(open=True),
                name="stocktakes_open_once",
            ),
            models.CheckConstraint(
                condition=Q(counted__isnull=True) | Q(expected__isnull=False, counted_at__isnull=False),
                name="stocktakes_counted_whole",
            ),
        ]
        indexes = [models.Index(fields=["merchant_id", "stocktake", "walk", "id"], name="stocktakes_walk")]


class StocktakeEntry(TenantModel):
    """Append-only: somebody counted a line, or had it counted again (``counted`` None)."""

    line = TenantForeignKey(StocktakeLine, related_name="+", db_index=False)
    counted = models.PositiveIntegerField(null=True, blank=True)
    expected = models.PositiveIntegerField(null=True, blank=True)
    actor = models.TextField()
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["merchant_id", "line", "id"], name="stocktakes_entry_of_line")]
