"""Inbound lists, their lines, what arrived (append-only) and every try at telling the warehouse. Whole pieces."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from salur.tenancy.tenant_model import TenantForeignKey, TenantModel

from .states import InboundCancellationState, InboundPushState, InboundSource, InboundTaskState


class InboundList(TenantModel):
    """Goods announced to one warehouse (R61, R66). Without ``account`` the warehouse is the merchant's own.

    ``reference`` is ours, fixed at creation, and never changes with a re-push. ``autosubmit``: it goes by itself once
    the warehouse knows its products. ``flags`` name what is odd about the reports (see ``states.InboundFlag``).
    ``task_next_at``: when the warehouse is asked next. ``warning`` is what the partner took not or not wholly.
    """

    reference = models.TextField(db_collation="C")
    warehouse = TenantForeignKey("stock.Warehouse", related_name="+", db_index=False)
    account = TenantForeignKey("integrations.WarehouseAccount", null=True, related_name="+", db_index=False)
    source = models.TextField(choices=InboundSource.choices, default=InboundSource.PAGE)
    autosubmit = models.BooleanField(default=False)
    note = models.TextField(blank=True)
    currency = models.CharField(max_length=3, blank=True)
    expected_on = models.DateField(null=True, blank=True)
    carrier = models.TextField(blank=True)
    tracking = models.TextField(blank=True)

    push = models.TextField(choices=InboundPushState.choices, default=InboundPushState.DRAFT)
    push_attempts = models.PositiveIntegerField(default=0)
    push_epoch = models.PositiveIntegerField(default=0)
    push_next_at = models.DateTimeField(null=True, blank=True)
    push_lease_until = models.DateTimeField(null=True, blank=True)
    push_digest = models.CharField(max_length=64, blank=True)
    push_error_code = models.TextField(blank=True)
    push_error_message = models.TextField(blank=True)
    partner_number = models.TextField(blank=True)
    warning = models.TextField(blank=True)

    task = models.TextField(choices=InboundTaskState.choices, default=InboundTaskState.NONE)
    task_raw = models.TextField(blank=True)
    task_version = models.DateTimeField(null=True, blank=True)
    task_reason = models.TextField(blank=True)
    task_checked_at = models.DateTimeField(null=True, blank=True)
    task_next_at = models.DateTimeField(null=True, blank=True)
    task_attempts = models.PositiveIntegerField(default=0)
    task_error_code = models.TextField(blank=True)
    task_error_message = models.TextField(blank=True)
    flags = models.JSONField(default=list)

    cancellation = models.TextField(choices=InboundCancellationState.choices, default=InboundCancellationState.NONE)
    cancellation_attempts = models.PositiveIntegerField(default=0)
    cancellation_epoch = models.PositiveIntegerField(default=0)
    cancellation_next_at = models.DateTimeField(null=True, blank=True)
    cancellation_lease_until = models.DateTimeField(null=True, blank=True)
    cancellation_reason = models.TextField(blank=True)
    cancellation_error_code = models.TextField(blank=True)
    cancellation_error_message = models.TextField(blank=True)

    created_by = models.TextField(blank=True)
    created_at = models.DateTimeField()
    submitted_at = models.DateTimeField(null=True, blank=True)
    pushed_at = models.DateTimeField(null=True, blank=True)
    completed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["merchant_id", "reference"], name="inbound_reference_once"),
            models.CheckConstraint(condition=Q(push__in=InboundPushState.values), name="inbound_push_state"),
            models.CheckConstraint(condition=Q(task__in=InboundTaskState.values), name="inbound_task_state"),
            models.CheckConstraint(
                condition=Q(cancellation__in=InboundCancellationState.values), name="inbound_cancel_state"
            ),
            models.CheckConstraint(
                condition=~Q(push="pushing") | Q(push_lease_until__isnull=False), name="inbound_pushing_leased"
            ),
            models.CheckConstraint(
                condition=Q(task="none") | Q(push__in=["pushed", "pushing", "unknown", "rejected"]),
                name="inbound_task_only_after_push",
            ),
            models.CheckConstraint(
                condition=~Q(push="pushing") | Q(account__isnull=False), name="inbound_own_unpushed"
            ),
        ]
        indexes = [
            models.Index(fields=["merchant_id", "-id"], name="inbound_list"),
            models.Index(fields=["merchant_id", "warehouse", "-id"], name="inbound_of_warehouse"),
            models.Index(fields=["merchant_id", "account", "partner_number"], name="inbound_by_number"),
            models.Index(fields=["merchant_id", "account", "id"], condition=Q(push="ready"), name="inbound_todo_push"),
            models.Index(
                fields=["merchant_id", "account", "push_next_at"],
                condition=Q(push__in=["pushing", "unknown"]),
                name="inbound_todo_doubt",
            ),
            models.Index(
                fields=["merchant_id", "account", "task_next_at"],
                condition=Q(push="pushed") & ~Q(task__in=["completed", "cancelled"]),
                name="inbound_todo_follow",
            ),
            models.Index(
                fields=["merchant_id", "account", "id"],
                condition=Q(cancellation__in=["asked", "sent"]),
                name="inbound_todo_cancel",
            ),
            models.Index(
                fields=["merchant_id", "id"], condition=Q(push="draft", autosubmit=True), name="inbound_todo_submit"
            ),
        ]

    def __str__(self) -> str:
        return self.reference


class InboundLine(TenantModel):
    """Pieces of one master product, and of one batch where given.

    ``arrived`` counts good pieces that the warehouse has reported so far, ``received`` those that are stock already,
    ``damaged`` those not fit for sale, ``expected`` those of the line that the balance still holds as incoming. More
    than was announced may arrive (over-receipt).
    """

    inbound = TenantForeignKey(InboundList, related_name="+", db_index=False)
    product = TenantForeignKey("catalog.MasterProduct", related_name="+")
    quantity = models.PositiveIntegerField()
    unit_cost = models.DecimalField(max_digits=18, decimal_places=4, null=True, blank=True)
    batch = models.TextField(blank=True)
    expires_on = models.DateField(null=True, blank=True)
    arrived = models.PositiveIntegerField(default=0, db_default=0)
    received = models.PositiveIntegerField(default=0)
    damaged = models.PositiveIntegerField(default=0)
    expected = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["merchant_id", "inbound", "product", "batch"], name="inbound_line_once"),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="inbound_line_quantity"),
            models.CheckConstraint(condition=Q(unit_cost__isnull=True) | Q(unit_cost__gte=0), name="inbound_line_cost"),
            models.CheckConstraint(condition=Q(expected__lte=models.F("quantity")), name="inbound_line_expected"),
        ]


class ReceiptKind(models.TextChoices):
    """What a receipt says; all but the first move no stock and are kept for people to look at."""

    RECEIVED = "received", pgettext_lazy("inbound receipt", "Received")
    FELL = "fell", _("Smaller than reported before")
    UNKNOWN_SKU = "unknown_sku", _("SKU that is not on the list")


class InboundReceipt(TenantModel):
    """Append-only: pieces that came in addition to those before (``pieces``, ``damaged``), as the report said it.

    The ledger's RECEIVE movement names this row as its cause, which makes it happen once (R67, R133). ``total`` and
    ``total_damaged`` are the report's own figures of the SKU; ``raw`` is what it said besides.
    """

    inbound = TenantForeignKey(InboundList, related_name="+", db_index=False)
    line = TenantForeignKey(InboundLine, null=True, related_name="+", db_index=False)
    kind = models.TextField(choices=ReceiptKind.choices, default=ReceiptKind.RECEIVED)
    sku = models.TextField()
    pieces = models.PositiveIntegerField(default=0)
    damaged = models.PositiveIntegerField(default=0)
    batch = models.TextField(blank=True)
    expires_on = models.DateField(null=True, blank=True)
    total = models.PositiveIntegerField(default=0)
    total_damaged = models.PositiveIntegerField(default=0)
    at = models.DateTimeField()
    reported_at = models.DateTimeField(null=True, blank=True)
    actor = models.TextField()
    raw = models.JSONField(default=dict)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=ReceiptKind.values), name="inbound_receipt_kind"),
            models.CheckConstraint(
                condition=Q(kind="received", line__isnull=False) | Q(~Q(kind="received"), pieces=0, damaged=0),
                name="inbound_receipt_whole",
            ),
            # A report that comes again and again leaves one row of evidence.
            models.UniqueConstraint(
                fields=["merchant_id", "inbound", "kind", "sku", "total", "total_damaged"],
                condition=~Q(kind="received"),
                name="inbound_evidence_once",
            ),
        ]
        indexes = [models.Index(fields=["merchant_id", "inbound", "id"], name="inbound_receipt_of_list")]


class InboundPushAttempt(TenantModel):
    """One try at pushing, looking up or cancelling: the receipt chain that proves once-only."""

    inbound = TenantForeignKey(InboundList, related_name="+")
    kind = models.TextField()  # push | lookup | cancel
    epoch = models.PositiveIntegerField()
    digest = models.CharField(max_length=64, blank=True)
    outcome = models.TextField()
    code = models.TextField(blank=True)
    message = models.TextField(blank=True)
    exchange_id = models.CharField(max_length=32, blank=True)
    at = models.DateTimeField()
    late = models.BooleanField(default=False)
