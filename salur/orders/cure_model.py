"""The record of one remedy for many orders."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from salur.tenancy.tenant_model import TenantModel


class Cure(TenantModel):
    """One remedy applied to all orders that one cause held: what was done, by whom, and for which orders.

    What became of each order is not kept: it is read from the order's problems, which close by themselves.
    """

    cause = models.TextField()
    key = models.JSONField()
    shown = models.JSONField(default=dict)
    remedy = models.TextField()
    orders = ArrayField(models.BigIntegerField())
    actor = models.TextField()
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["merchant_id", "-id"], name="orders_cure_list")]
