"""Locations of a warehouse and the products bound to them. They carry no quantities: figures are per warehouse."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from salur.tenancy.tenant_model import TenantForeignKey, TenantModel


class Location(TenantModel):
    """A shelf, rack or bin (R53, R54). ``number`` is kept in capitals, ``pick_key`` sorts as people walk.

    ``virtual``: it stands in the hub only, and no partner is ever told of it (R55). Those of a partner's warehouse
    are always virtual.
    """

    warehouse = TenantForeignKey("stock.Warehouse", related_name="+", db_index=False)
    number = models.TextField(db_collation="C")
    pick_key = models.TextField(db_collation="C")
    zone = models.TextField(blank=True, db_collation="C")
    note = models.TextField(blank=True)
    virtual = models.BooleanField(default=False)
    active = models.BooleanField(default=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["merchant_id", "warehouse", "number"], name="locations_number_once"),
            # What a binding points at, so that it cannot name the location of another warehouse.
            models.UniqueConstraint(fields=["merchant_id", "warehouse", "id"], name="locations_in_warehouse"),
            models.CheckConstraint(condition=~Q(number=""), name="locations_number_given"),
        ]
        indexes = [
            models.Index(fields=["merchant_id", "warehouse", "pick_key", "id"], name="locations_walk"),
            models.Index(fields=["merchant_id", "warehouse", "zone"], name="locations_zone"),
        ]

    def __str__(self) -> str:
        return self.number


class LocationBinding(TenantModel):
    """A product lies at a location (R56). ``warehouse`` is the location's, which the database checks."""

    warehouse = TenantForeignKey("stock.Warehouse", related_name="+", db_index=False)
    location = TenantForeignKey(Location, related_name="+", db_index=False)
    product = TenantForeignKey("catalog.MasterProduct", related_name="+", db_index=False)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["merchant_id", "location", "product"], name="locations_bound_once")
        ]
        indexes = [models.Index(fields=["merchant_id", "warehouse", "product"], name="locations_of_product")]
