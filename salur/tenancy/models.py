"""Users, merchants, members, tokens, and the records of who did what."""

from __future__ import annotations

from django.contrib.auth.models import AbstractUser
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from .tenant_model import TenantModel


class Role(models.TextChoices):
    """What a member may do; each includes the one after it."""

    OWNER = "owner", _("Owner")
    OPERATOR = "operator", _("Operator")
    VIEWER = "viewer", _("Viewer")


class Entitlement(models.TextChoices):
    """What the merchant's plan must hold for fulfilment (R2)."""

    MASTER_PRODUCTS = "master_products", _("Master Products")
    WAREHOUSE_MANAGEMENT = "warehouse_management", _("Warehouse Management")


class User(AbstractUser):
    """Somebody who signs in; may be a member of several merchants."""

    language = models.CharField(max_length=10, blank=True)


class Merchant(models.Model):
    """The tenant: everything else belongs to exactly one (R1). Made by ``salur_create_merchant`` only."""

    name = models.TextField()
    country = models.CharField(max_length=2)
    time_zone = models.TextField(default="UTC")
    currency = models.CharField(max_length=3)
    entitlements = ArrayField(models.TextField(), default=list, blank=True)
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name


class Membership(TenantModel):
    """A user's role with a merchant."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    role = models.TextField(choices=Role.choices)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["merchant_id", "user"], name="tenancy_membership_once"),
            models.CheckConstraint(condition=models.Q(role__in=Role.values), name="tenancy_membership_role"),
        ]


class ApiToken(TenantModel):
    """A key for the API: stored as a digest, with scopes; ``prefix`` is what is shown again."""

    name = models.TextField()
    prefix = models.CharField(max_length=12)
    digest = models.CharField(max_length=64, unique=True)
    scopes = ArrayField(models.TextField())
    created_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)


class Transition(TenantModel):
    """One move of one state machine: written by the database's triggers, never by code."""

    machine = models.TextField()
    subject_id = models.BigIntegerField()
    origin = models.TextField()
    target = models.TextField()
    at = models.DateTimeField()
    actor = models.TextField()
    cause = models.TextField()

    class Meta:
        indexes = [
            models.Index(fields=["merchant_id", "machine", "subject_id", "id"], name="tenancy_transition_subject")
        ]


class AuditEntry(TenantModel):
    """Something a person or token did to settings, members or accounts."""

    at = models.DateTimeField()
    actor = models.TextField()
    action = models.TextField()
    subject = models.TextField(blank=True)
    detail = models.JSONField(default=dict)

    class Meta:
        indexes = [models.Index(fields=["merchant_id", "subject", "id"], name="tenancy_audit_subject")]


class IdempotencyKey(TenantModel):
    """An API write's key with its request's digest and the answer given (design 9)."""

    key = models.TextField()
    digest = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(null=True)
    answer = models.JSONField(null=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["merchant_id", "key"], name="tenancy_idempotency_once")]
