"""Connections to partners: stores, warehouse accounts, their credentials, claims, rate budgets and exchanges."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from salur.tenancy.tenant_model import TenantForeignKey, TenantModel


class ConnectionState(models.TextChoices):
    """Whether the hub may call the partner for this connection."""

    CONNECTED = "connected", _("Connected")
    PAUSED = "paused", _("Paused")
    DISCONNECTED = "disconnected", _("Disconnected")


class LastLook(models.TextChoices):
    """Whether a store is asked how an order stands just before its list is pushed, and what its silence means."""

    OFF = "off", _("Push without asking")
    PUSH = "push", _("Ask; push all the same when it does not answer")
    HOLD = "hold", _("Ask; hold the list until it answers")


class StoreConnection(TenantModel):
    """A store of the merchant. One that was never opened at its channel (``by_file``) has no ``identity_key``.

    ``auto_confirm``: the store is told that a parcel has left; ``sync_tracking``: and its tracking number, where the
    store takes the two apart (ability ``track``).
    ``last_look``: the safety gate before push; a sight of ``look_fresh_seconds`` or less needs no asking, and
    ``look_wait_seconds`` is how long an answer is waited for where the list is then pushed all the same.
    ``push_stock``: what is free is written to the store's listings, over ``stock_warehouses`` (ids; none: all), less
    ``stock_buffer`` pieces, of that ``stock_share`` per cent and at most ``stock_most`` pieces (None: no limit); all
    listings are worked out anew at ``stock_recount_at``.
    """

    channel = models.TextField()
    name = models.TextField()
    country = models.CharField(max_length=2)
    currency = models.CharField(max_length=3, blank=True)
    identity_key = models.TextField(blank=True)
    state = models.TextField(choices=ConnectionState.choices, default=ConnectionState.CONNECTED)
    pause_reason = models.TextField(blank=True)
    automatic_sync = models.BooleanField(default=True)
    synced_until = models.DateTimeField(null=True, blank=True)
    next_poll_at = models.DateTimeField(null=True, blank=True)
    auto_arrange = models.BooleanField(default=True)
    auto_confirm = models.BooleanField(default=True)
    sync_tracking = models.BooleanField(default=True, db_default=True)
    last_look = models.TextField(choices=LastLook.choices, default=LastLook.PUSH, db_default=LastLook.PUSH)
    look_fresh_seconds = models.PositiveIntegerField(default=60, db_default=60)
    look_wait_seconds = models.PositiveIntegerField(default=300, db_default=300)
    push_stock = models.BooleanField(default=False, db_default=False)
    stock_warehouses = ArrayField(models.BigIntegerField(), default=list, db_default=[], blank=True)
    stock_buffer = models.PositiveIntegerField(default=0, db_default=0)
    stock_share = models.PositiveSmallIntegerField(default=100, db_default=100)
    stock_most = models.PositiveIntegerField(null=True, blank=True)
    stock_recount_at = models.DateTimeField(null=True, blank=True)
    settings = models.JSONField(default=dict)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["merchant_id", "name"], name="integrations_store_name"),
            models.CheckConstraint(
                condition=models.Q(state__in=ConnectionState.values), name="integrations_store_state"
            ),
            models.CheckConstraint(
                condition=models.Q(last_look__in=LastLook.values)
                & models.Q(look_fresh_seconds__gte=5, look_fresh_seconds__lte=3600, look_wait_seconds__lte=86400),
                name="integrations_store_last_look",
            ),
            models.CheckConstraint(
                condition=models.Q(stock_share__gte=1, stock_share__lte=100), name="integrations_store_stock_share"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def by_file(self) -> bool:
        """Its orders come by file, form or API only, even where its channel has a connector."""
        return not self.identity_key


class WarehouseAccount(TenantModel):
    """An account at a third-party warehouse partner; several per merchant and partner (R13)."""

    partner = models.TextField()
    name = models.TextField()
    identity_key = models.TextField()
    state = models.TextField(choices=ConnectionState.choices, default=ConnectionState.CONNECTED)
    pause_reason = models.TextField(blank=True)
    subscribed_until = models.DateTimeField(null=True, blank=True)
    next_follow_up_at = models.DateTimeField(null=True, blank=True)
    settings = models.JSONField(default=dict)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=ConnectionState.values), name="integrations_account_state"
            )
        ]

    def __str__(self) -> str:
        return self.name


class Credential(TenantModel):
    """The sealed secrets of one store or account.

    ``version`` counts refreshes and new authorisations; ``refresh_lease_until`` is held by whoever renews, so that a
    refresh token is used once only without a transaction open during the call.
    """

    store = TenantForeignKey(StoreConnection, null=True, related_name="+")
    account = TenantForeignKey(WarehouseAccount, null=True, related_name="+")
    sealed = models.TextField()
    version = models.PositiveIntegerField(default=1)
    access_expires_at = models.DateTimeField(null=True, blank=True)
    refresh_expires_at = models.DateTimeField(null=True, blank=True)
    refresh_lease_until = models.DateTimeField(null=True, blank=True)
    updated_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["merchant_id", "store"], name="integrations_credential_store"),
            models.UniqueConstraint(fields=["merchant_id", "account"], name="integrations_credential_account"),
            models.CheckConstraint(
                condition=models.Q(store__isnull=True, account__isnull=False)
                | models.Q(store__isnull=False, account__isnull=True),
                name="integrations_credential_owner",
            ),
        ]


class KeyHandover(TenantModel):
    """A store's own page was opened to make keys for us, and they are awaited; used once, and never for long.

    ``handle`` is the digest of the word that comes back; ``typed`` holds what was typed, ``keys`` what the store sent
    (empty: nothing yet), both sealed for this row.
    """

    channel = models.TextField()
    actor = models.TextField()
    handle = models.CharField(max_length=64)
    typed = models.TextField()
    keys = models.TextField(blank=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["merchant_id", "handle"], name="integrations_handover_once")]


class IdentityClaim(TenantModel):
    """One partner identity belongs to one merchant: unique over all merchants (R12)."""

    partner = models.TextField()
    identity_key = models.TextField()
    claimed_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["partner", "identity_key"], name="integrations_identity_once")]


class RateBudget(TenantModel):
    """A token bucket shared by all workers: ``tokens`` as of ``counted_at``; nothing before ``blocked_until``.

    ``granted`` is what the latest taker got: it lets one UPDATE count and answer.
    """

    store = TenantForeignKey(StoreConnection, null=True, related_name="+")
    account = TenantForeignKey(WarehouseAccount, null=True, related_name="+")
    per_second = models.FloatField()
    burst = models.PositiveIntegerField()
    tokens = models.FloatField()
    counted_at = models.DateTimeField()
    blocked_until = models.DateTimeField(null=True, blank=True)
    granted = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["merchant_id", "store"], name="integrations_budget_store"),
            models.UniqueConstraint(fields=["merchant_id", "account"], name="integrations_budget_account"),
        ]


class ExchangeRecord(TenantModel):
    """One call to a partner, redacted before it was written (the black box)."""

    exchange_id = models.CharField(max_length=32)
    store = TenantForeignKey(StoreConnection, null=True, related_name="+", db_index=False)
    account = TenantForeignKey(WarehouseAccount, null=True, related_name="+", db_index=False)
    operation = models.TextField()
    effect = models.TextField()
    subject = models.TextField(blank=True)
    method = models.TextField()
    url = models.TextField()
    request_body = models.TextField(blank=True)
    status = models.PositiveSmallIntegerField(null=True)
    response_body = models.TextField(blank=True)
    outcome = models.TextField()
    started_at = models.DateTimeField()
    duration_ms = models.PositiveIntegerField()

    class Meta:
        indexes = [
            models.Index(fields=["merchant_id", "subject", "id"], name="integrations_exchange_subject"),
            models.Index(fields=["merchant_id", "started_at"], name="integrations_exchange_age"),
        ]


class WebhookDelivery(TenantModel):
    """A partner's message, stored once by its delivery id, processed afterwards."""

    store = TenantForeignKey(StoreConnection, null=True, related_name="+", db_index=False)
    account = TenantForeignKey(WarehouseAccount, null=True, related_name="+", db_index=False)
    delivery_id = models.TextField()
    kind = models.TextField()
    subject = models.TextField()
    raw_status = models.TextField(blank=True)
    received_at = models.DateTimeField()
    processed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["merchant_id", "delivery_id"], name="integrations_delivery_once")
        ]
        indexes = [
            models.Index(
                fields=["merchant_id", "id"],
                condition=models.Q(processed_at__isnull=True),
                name="integrations_delivery_todo",
            ),
            models.Index(fields=["merchant_id", "subject", "id"], name="integrations_delivery_subject"),
        ]
