"""Delivery-warehouse rules (R72): the first active rule that matches an order line names its warehouse."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from salur.tenancy.tenant_model import TenantForeignKey, TenantModel


class RoutingRule(TenantModel):
    """Conditions are lists; an empty list means any. Rules are tried by ``position``, lowest first."""

    name = models.TextField()
    position = models.IntegerField()
    active = models.BooleanField(default=True)
    warehouse = TenantForeignKey("stock.Warehouse", related_name="+")
    store_ids = ArrayField(models.BigIntegerField(), default=list, blank=True)
    channels = ArrayField(models.TextField(), default=list, blank=True)
    countries = ArrayField(models.TextField(), default=list, blank=True)
    mskus = ArrayField(models.TextField(), default=list, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["merchant_id", "name"], name="routing_rule_name")]

    def __str__(self) -> str:
        return self.name
