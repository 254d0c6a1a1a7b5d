"""Returns, their lines, and every receipt (append-only; the ledger names these rows). Whole pieces."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from salur.tenancy.tenant_model import TenantForeignKey, TenantModel

from .states import ReturnState


class ReturnReason(models.TextChoices):
    """Why goods come back."""

    TOO_LATE = "too_late", _("Cancelled, but shipped already")
    BUYER = "buyer", _("The buyer sends it back")
    UNDELIVERED = "undelivered", _("It could not be delivered")
    OTHER = "other", _("Another reason")


class Return(TenantModel):
    """Goods of one outbound list that are to come back to ``warehouse``.

    ``note`` says what people should know; ``closed_note`` why nothing more will come.
    """

    reference = models.TextField(db_collation="C")
    order = TenantForeignKey("orders.Order", related_name="+", db_index=False)
    outbound = TenantForeignKey("outbound.Outbound", related_name="+", db_index=False)
    warehouse = TenantForeignKey("stock.Warehouse", related_name="+", db_index=False)
    state = models.TextField(choices=ReturnState.choices, default=ReturnState.EXPECTED)
    reason = models.TextField(choices=ReturnReason.choices, default=ReturnReason.OTHER)
    tracking = models.TextField(blank=True)
    note = models.TextField(blank=True)
    closed_note = models.TextField(blank=True)
    created_by = models.TextField()
    created_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["merchant_id", "reference"], name="returns_reference_once"),
            models.UniqueConstraint(
                fields=["merchant_id", "outbound"], condition=~Q(state="closed"), name="returns_open_once"
            ),
            models.CheckConstraint(condition=Q(state__in=ReturnState.values), name="returns_state"),
            models.CheckConstraint(condition=Q(reason__in=ReturnReason.values), name="returns_reason"),
        ]
        indexes = [
            models.Index(fields=["merchant_id", "-id"], name="returns_list"),
            models.Index(fields=["merchant_id", "order"], name="returns_of_order"),
            models.Index(fields=["merchant_id", "outbound"], name="returns_of_outbound"),
        ]

    def __str__(self) -> str:
        return self.reference


class ReturnLine(TenantModel):
    """Pieces of one product: expected, and how many came back good or damaged so far; never more than expected."""

    returned = TenantForeignKey(Return, related_name="+", db_index=False)
    product = TenantForeignKey("catalog.MasterProduct", related_name="+", db_index=False)
    quantity = models.PositiveIntegerField()
    good = models.PositiveIntegerField(default=0)
    damaged = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["merchant_id", "returned", "product"], name="returns_line_once"),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="returns_line_quantity"),
            models.CheckConstraint(condition=Q(quantity__gte=F("good") + F("damaged")), name="returns_line_most"),
        ]

    @property
    def missing(self) -> int:
        """Pieces that have not come."""
        return self.quantity - self.good - self.damaged


class ReturnReceipt(TenantModel):
    """Append-only: pieces that came in addition to those before. The ledger's RETURN movement names this row."""

    line = TenantForeignKey(ReturnLine, related_name="+", db_index=False)
    good = models.PositiveIntegerField(default=0)
    damaged = models.PositiveIntegerField(default=0)
    actor = models.TextField()
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(good__gt=0) | Q(damaged__gt=0), name="returns_receipt_some"),
        ]
        indexes = [models.Index(fields=["merchant_id", "line", "id"], name="returns_receipt_of_line")]
