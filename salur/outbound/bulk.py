"""Bulk runs: one action over many orders or lists, with what became of each (R113; many rows are a job)."""

from __future__ import annotations

from datetime import timedelta

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from salur.foundation.clock import now
from salur.orders.states import RunState
from salur.tenancy.tenant_model import TenantForeignKey, TenantModel

MOVING = (RunState.QUEUED, RunState.RUNNING)


class BulkOutcome(models.TextChoices):
    """What became of one row."""

    WAITING = "waiting", _("Not begun")
    DONE = "done", _("Done")
    SKIPPED = "skipped", _("Skipped")
    FAILED = "failed", _("Failed")


class BulkRun(TenantModel):
    """One action over rows that were chosen when it was asked for; ``source`` is the list's address they came from.

    The counts are those of its rows. ``actor`` is who asked: the action is carried out in that person's name.
    ``cure`` is the remedy that the run carries out for a group of problem orders.
    """

    action = models.TextField()
    cure = TenantForeignKey("orders.Cure", related_name="+", db_index=False, null=True, blank=True)
    options = models.JSONField(default=dict)
    source = models.TextField(blank=True)
    state = models.TextField(choices=RunState.choices, default=RunState.QUEUED)
    total = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    skipped = models.PositiveIntegerField(default=0)
    failed = models.PositiveIntegerField(default=0)
    epoch = models.PositiveIntegerField(default=0)
    lease_until = models.DateTimeField(null=True, blank=True)
    error_code = models.TextField(blank=True)
    actor = models.TextField()
    created_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["merchant_id", "-id"], name="outbound_bulk_list")]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=RunState.values), name="outbound_bulk_state"),
            models.UniqueConstraint(
                fields=["merchant_id", "cure"], condition=Q(cure__isnull=False), name="outbound_bulk_cure"
            ),
        ]

    @property
    def settled(self) -> int:
        """Rows whose outcome is known."""
        return self.done + self.skipped + self.failed

    @property
    def left(self) -> int:
        """Rows not begun."""
        return self.total - self.settled

    @property
    def moving(self) -> bool:
        """Whether it waits or works."""
        return self.state in MOVING

    @property
    def remaining(self) -> timedelta | None:
        """How long it will still take at its pace so far; None while that cannot be told."""
        if not self.moving or self.started_at is None or not self.settled:
            return None
        return (now() - self.started_at) / self.settled * self.left


class BulkRow(TenantModel):
    """One order (or one outbound list of it) of a bulk run; ``code`` and ``evidence`` say why it was not done."""

    run = TenantForeignKey(BulkRun, related_name="+", db_index=False)
    order = TenantForeignKey("orders.Order", related_name="+", db_index=False)
    outbound = TenantForeignKey("outbound.Outbound", related_name="+", db_index=False, null=True, blank=True)
    outcome = models.TextField(choices=BulkOutcome.choices, default=BulkOutcome.WAITING)
    code = models.TextField(blank=True)
    evidence = models.JSONField(default=dict)

    class Meta:
        indexes = [models.Index(fields=["merchant_id", "run", "outcome", "id"], name="outbound_bulkrow_list")]
        constraints = [
            models.UniqueConstraint(
                fields=["merchant_id", "run", "order", "outbound"], name="outbound_bulkrow_once", nulls_distinct=False
            ),
            models.CheckConstraint(condition=Q(outcome__in=BulkOutcome.values), name="outbound_bulkrow_outcome"),
        ]

    @property
    def target(self) -> int:
        """What the action is given: the list, or the order."""
        return self.order_id if self.outbound_id is None else self.outbound_id
