"""Transfers, their lines, and what left or came back (append-only; the ledger names these rows). Whole pieces."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from salur.tenancy.tenant_model import TenantForeignKey, TenantModel

from .states import TransferState


class Transfer(TenantModel):
    """Goods that go from one warehouse to another. ``inbound`` is the list that announces them to the target.

    ``reason`` says why pieces that never arrived are taken as lost.
    """

    reference = models.TextField(db_collation="C")
    source = TenantForeignKey("stock.Warehouse", related_name="+", db_index=False)
    target = TenantForeignKey("stock.Warehouse", related_name="+", db_index=False)
    state = models.TextField(choices=TransferState.choices, default=TransferState.DRAFT)
    inbound = TenantForeignKey(  # a list that is deleted as a draft leaves nothing here (the database sees to it)
        "inbound.InboundList", models.DO_NOTHING, null=True, related_name="+", db_index=False
    )
    note = models.TextField(blank=True)
    carrier = models.TextField(blank=True)
    tracking = models.TextField(blank=True)
    reason = models.TextField(blank=True)
    created_by = models.TextField()
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["merchant_id", "reference"], name="transfers_reference_once"),
            models.UniqueConstraint(fields=["merchant_id", "inbound"], name="transfers_inbound_once"),
            models.CheckConstraint(condition=Q(state__in=TransferState.values), name="transfers_state"),
            models.CheckConstraint(condition=~Q(source=F("target")), name="transfers_elsewhere"),
        ]
        indexes = [models.Index(fields=["merchant_id", "-id"], name="transfers_list")]

    def __str__(self) -> str:
        return self.reference


class TransferLine(TenantModel):
    """Pieces of a product. ``received`` and ``damaged`` as the target says, ``back`` and ``lost`` as a person does."""

    transfer = TenantForeignKey(Transfer, related_name="+", db_index=False)
    product = TenantForeignKey("catalog.MasterProduct", related_name="+", db_index=False)
    quantity = models.PositiveIntegerField()
    unit_cost = models.DecimalField(max_digits=18, decimal_places=4, null=True, blank=True)
    received = models.PositiveIntegerField(default=0)
    damaged = models.PositiveIntegerField(default=0)
    back = models.PositiveIntegerField(default=0)
    lost = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["merchant_id", "transfer", "product"], name="transfers_line_once"),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="transfers_line_quantity"),
            models.CheckConstraint(condition=Q(quantity__gte=F("back") + F("lost")), name="transfers_line_settled"),
        ]

    @property
    def under_way(self) -> int:
        """Pieces that left and of which nobody has said what became of them."""
        return max(0, self.quantity - self.received - self.damaged - self.back - self.lost)

    @property
    def too_many(self) -> int:
        """Pieces that arrived beyond what was sent."""
        return max(0, self.received + self.damaged + self.back + self.lost - self.quantity)


class TransferMoveKind(models.TextChoices):
    """Which way pieces went at the source."""

    SENT = "sent", _("Left the source")
    BACK = "back", _("Came back to the source")


class TransferMove(TenantModel):
    """Append-only: pieces that left the source, or came back. The ledger's TRANSFER movement names this row."""

    line = TenantForeignKey(TransferLine, related_name="+", db_index=False)
    kind = models.TextField(choices=TransferMoveKind.choices)
    pieces = models.PositiveIntegerField()
    actor = models.TextField()
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["merchant_id", "line", "kind"], name="transfers_move_once"),
            models.CheckConstraint(condition=Q(kind__in=TransferMoveKind.values), name="transfers_move_kind"),
            models.CheckConstraint(condition=Q(pieces__gt=0), name="transfers_move_pieces"),
        ]
