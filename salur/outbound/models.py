"""Outbound lists: one per order and warehouse, with the store's side (AWB, label) and the warehouse's side."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from salur.tenancy.tenant_model import TenantForeignKey, TenantModel

from .bulk import BulkRow as BulkRow
from .bulk import BulkRun as BulkRun
from .states import CancellationState, ConfirmationState, Look, PushState, ShipmentState, TaskState, Told


class Outbound(TenantModel):
    """What one warehouse is asked to send for one order (R79).

    ``reference`` is ours, fixed at creation, and never changes with a re-push. ``closed_gates`` holds the push
    conditions that do not hold, as {code: {"since": time, "evidence": {...}}}; ``blocked_by`` is the first of them.
    ``push_warning`` is what the warehouse says it did not take of a list that it has. ``awb_given`` is the AWB number
    as the store or a person wrote it, where that is not its form here. ``settled_at`` and ``settled_note``: a person
    has settled with the warehouse what it refused to stop, or had sent already (R120).
    ``look``: what came of asking the store just before the push, at ``looked_at``; ``look_failed_since``: since when
    it has not answered.
    ``confirmation_tells``: what the store is told when the confirmation is due.
    ``handover``: how its parcel is handed over, where somebody chose it ({"kind": ..., "fields": {...}}).
    ``together``: the list in whose parcel this one goes. ``by_hand``: a person chose its warehouse, not the rules.
    Each machine that calls a partner has its own next_at (backoff), lease_until, epoch (fencing) and attempts.
    """

    reference = models.TextField(db_collation="C")
    order = TenantForeignKey("orders.Order", related_name="+", db_index=False)
    store = TenantForeignKey("integrations.StoreConnection", related_name="+", db_index=False)
    warehouse = TenantForeignKey("stock.Warehouse", related_name="+", db_index=False)
    account = TenantForeignKey("integrations.WarehouseAccount", null=True, related_name="+", db_index=False)
    priority = models.SmallIntegerField(default=100)
    reserved = models.BooleanField(default=False)

    push = models.TextField(choices=PushState.choices, default=PushState.WAITING)
    push_attempts = models.PositiveIntegerField(default=0)
    push_epoch = models.PositiveIntegerField(default=0)
    push_next_at = models.DateTimeField(null=True, blank=True)
    push_lease_until = models.DateTimeField(null=True, blank=True)
    push_digest = models.CharField(max_length=64, blank=True)
    push_error_code = models.TextField(blank=True)
    push_error_message = models.TextField(blank=True)
    pushed_at = models.DateTimeField(null=True, blank=True)
    look = models.TextField(choices=Look.choices, default=Look.NONE, db_default="", blank=True)
    looked_at = models.DateTimeField(null=True, blank=True)
    look_failed_since = models.DateTimeField(null=True, blank=True)
    partner_number = models.TextField(blank=True)
    push_warning = models.TextField(blank=True, db_default="")
    warning_settled_at = models.DateTimeField(null=True, blank=True)

    task = models.TextField(choices=TaskState.choices, default=TaskState.NONE)
    task_raw = models.TextField(blank=True)
    task_version = models.DateTimeField(null=True, blank=True)
    task_reason = models.TextField(blank=True)
    task_checked_at = models.DateTimeField(null=True, blank=True)
    completed_at = models.DateTimeField(null=True, blank=True)
    pick_list = TenantForeignKey("outbound.PickList", null=True, related_name="+", db_index=False)
    together = TenantForeignKey("outbound.Outbound", null=True, related_name="+", db_index=False)
    by_hand = models.BooleanField(default=False, db_default=False)

    shipment = models.TextField(choices=ShipmentState.choices, default=ShipmentState.NONE)
    shipment_attempts = models.PositiveIntegerField(default=0)
    shipment_epoch = models.PositiveIntegerField(default=0)
    shipment_next_at = models.DateTimeField(null=True, blank=True)
    shipment_lease_until = models.DateTimeField(null=True, blank=True)
    shipment_error_code = models.TextField(blank=True)
    shipment_error_message = models.TextField(blank=True)
    shipment_hint = models.TextField(blank=True)
    handover = models.JSONField(default=dict, db_default={}, blank=True)
    awb = models.TextField(blank=True)
    awb_given = models.TextField(blank=True, db_default="")
    package = models.TextField(blank=True)
    courier = models.TextField(blank=True)
    label = TenantForeignKey("outbound.Label", null=True, related_name="+", db_index=False)

    cancellation = models.TextField(choices=CancellationState.choices, default=CancellationState.NONE)
    cancellation_attempts = models.PositiveIntegerField(default=0)
    cancellation_epoch = models.PositiveIntegerField(default=0)
    cancellation_next_at = models.DateTimeField(null=True, blank=True)
    cancellation_lease_until = models.DateTimeField(null=True, blank=True)
    cancellation_reason = models.TextField(blank=True)
    settled_at = models.DateTimeField(null=True, blank=True)
    settled_note = models.TextField(blank=True, db_default="")

    confirmation = models.TextField(choices=ConfirmationState.choices, default=ConfirmationState.NONE)
    confirmation_tells = models.TextField(choices=Told.choices, default=Told.BOTH, db_default=Told.BOTH)
    confirmation_attempts = models.PositiveIntegerField(default=0)
    confirmation_epoch = models.PositiveIntegerField(default=0)
    confirmation_next_at = models.DateTimeField(null=True, blank=True)
    confirmation_lease_until = models.DateTimeField(null=True, blank=True)
    confirmation_error_code = models.TextField(blank=True)
    confirmation_error_message = models.TextField(blank=True)
    confirmed_at = models.DateTimeField(null=True, blank=True)

    closed_gates = models.JSONField(default=dict)
    blocked_by = models.TextField(blank=True)
    blocked_since = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["merchant_id", "reference"], name="outbound_reference_once"),
            models.UniqueConstraint(
                fields=["merchant_id", "order", "warehouse"], condition=~Q(push="void"), name="outbound_order_once"
            ),
            models.CheckConstraint(condition=Q(push__in=PushState.values), name="outbound_push_state"),
            models.CheckConstraint(condition=Q(task__in=TaskState.values), name="outbound_task_state"),
            models.CheckConstraint(condition=Q(shipment__in=ShipmentState.values), name="outbound_shipment_state"),
            models.CheckConstraint(
                condition=Q(cancellation__in=CancellationState.values), name="outbound_cancel_state"
            ),
            models.CheckConstraint(
                condition=Q(confirmation__in=ConfirmationState.values), name="outbound_confirm_state"
            ),
            models.CheckConstraint(condition=Q(look__in=Look.values), name="outbound_look_state"),
            models.CheckConstraint(condition=Q(confirmation_tells__in=Told.values), name="outbound_confirm_tells"),
            models.CheckConstraint(
                condition=~Q(push="pushing") | Q(push_lease_until__isnull=False), name="outbound_pushing_leased"
            ),
            models.CheckConstraint(
                condition=Q(task="none") | Q(push__in=["pushed", "void", "pushing", "unknown", "rejected"]),
                name="outbound_task_only_after_push",
            ),
            models.CheckConstraint(
                condition=~Q(push="ready") | Q(closed_gates={}), name="outbound_ready_has_open_gates"
            ),
            models.CheckConstraint(
                condition=~Q(shipment="labelled") | (Q(label__isnull=False) & ~Q(awb="")),
                name="outbound_labelled_whole",
            ),
            models.CheckConstraint(
                condition=~Q(task="completed") | Q(reserved=False), name="outbound_completed_released"
            ),
            models.CheckConstraint(condition=~Q(push="void") | Q(reserved=False), name="outbound_void_released"),
        ]
        indexes = [
            models.Index(fields=["merchant_id", "-id"], name="outbound_list"),
            models.Index(fields=["merchant_id", "push", "-id"], name="outbound_list_push"),
            models.Index(fields=["merchant_id", "task", "-id"], condition=~Q(task="none"), name="outbound_list_task"),
            models.Index(fields=["merchant_id", "order"], name="outbound_of_order"),
            models.Index(
                fields=["merchant_id", "warehouse", "id"], condition=Q(reserved=True), name="outbound_holding"
            ),
            models.Index(fields=["merchant_id", "awb"], condition=~Q(awb=""), name="outbound_awb"),
            models.Index(
                fields=["merchant_id", "pick_list", "id"],
                condition=Q(pick_list__isnull=False),
                name="outbound_of_pick_list",
            ),
            models.Index(
                fields=["merchant_id", "together"], condition=Q(together__isnull=False), name="outbound_together"
            ),
            models.Index(
                fields=["merchant_id", "warehouse", "task", "priority", "id"],
                condition=Q(account__isnull=True, push__in=["ready", "pushed"]),
                name="outbound_own_floor",
            ),
            models.Index(
                fields=["merchant_id", "blocked_by", "-id"], condition=Q(push="waiting"), name="outbound_blocked"
            ),
            models.Index(
                fields=["merchant_id", "account", "priority", "id"],
                condition=Q(push="ready"),
                name="outbound_todo_push",
            ),
            models.Index(
                fields=["merchant_id", "account", "push_next_at"],
                condition=Q(push__in=["pushing", "unknown"]),
                name="outbound_todo_doubt",
            ),
            models.Index(
                fields=["merchant_id", "store", "priority", "id"],
                condition=Q(shipment__in=["due", "arranged", "numbered"]),
                name="outbound_todo_shipment",
            ),
            models.Index(
                fields=["merchant_id", "account", "task_checked_at"],
                condition=Q(push="pushed") & ~Q(task__in=["completed", "cancelled"]),
                name="outbound_todo_follow",
            ),
            models.Index(
                fields=["merchant_id", "store", "id"], condition=Q(confirmation="due"), name="outbound_todo_confirm"
            ),
            models.Index(
                fields=["merchant_id", "-id"],
                condition=Q(confirmation__in=["due", "failed"]),
                name="outbound_unconfirmed",
            ),
            models.Index(
                fields=["merchant_id", "-id"],
                condition=Q(cancellation__in=["refused", "conflict"]),
                name="outbound_unsettled",
            ),
            models.Index(
                fields=["merchant_id", "account", "id"],
                condition=Q(cancellation__in=["asked", "sent", "pending"]),
                name="outbound_todo_cancel",
            ),
            models.Index(
                fields=["merchant_id", "account", "-id"],
                condition=Q(cancellation__in=["done", "refused", "conflict"]),
                name="outbound_races",
            ),
            models.Index(fields=["merchant_id", "account", "-id"], condition=Q(task="completed"), name="outbound_sent"),
        ]

    def __str__(self) -> str:
        return self.reference


class PickList(TenantModel):
    """Lists of an own warehouse that one person fetches in one walk (a batch, a wave; or a single list)."""

    warehouse = TenantForeignKey("stock.Warehouse", related_name="+", db_index=False)
    created_at = models.DateTimeField()
    created_by = models.TextField()

    class Meta:
        indexes = [models.Index(fields=["merchant_id", "warehouse", "-id"], name="outbound_pick_lists")]

    def __str__(self) -> str:
        return f"PL{self.pk}"


class OutboundLine(TenantModel):
    """Pieces of one master product for one order line; a bundle makes several.

    ``packed``: pieces of it that were scanned at the packing table of an own warehouse.
    """

    outbound = TenantForeignKey(Outbound, related_name="+", db_index=False)
    order_line = TenantForeignKey("orders.OrderLine", related_name="+", db_index=False)
    product = TenantForeignKey("catalog.MasterProduct", related_name="+", db_index=False)
    quantity = models.PositiveIntegerField()
    packed = models.PositiveIntegerField(default=0, db_default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["merchant_id", "outbound", "order_line", "product"], name="outbound_line_once"
            ),
            models.CheckConstraint(condition=Q(packed__lte=F("quantity")), name="outbound_line_packed"),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="outbound_line_quantity"),
        ]


class Label(TenantModel):
    """A label PDF as the store gave it; kept in PostgreSQL, so that every worker on every machine has it (R110)."""

    outbound = TenantForeignKey(Outbound, related_name="+")
    content = models.BinaryField()
    sha256 = models.CharField(max_length=64)
    pages = models.PositiveSmallIntegerField()
    created_at = models.DateTimeField()


class PushAttempt(TenantModel):
    """One try at pushing or looking up: the receipt chain that proves once-only."""

    outbound = TenantForeignKey(Outbound, related_name="+")
    kind = models.TextField()  # push | lookup
    epoch = models.PositiveIntegerField()
    digest = models.CharField(max_length=64, blank=True)
    outcome = models.TextField()
    code = models.TextField(blank=True)
    message = models.TextField(blank=True)
    exchange_id = models.CharField(max_length=32, blank=True)
    at = models.DateTimeField()
    late = models.BooleanField(default=False)
