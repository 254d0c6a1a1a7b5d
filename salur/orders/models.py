"""Orders of all stores, their lines and problems; sync runs with a row per order."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from salur.foundation.clock import now
from salur.tenancy.tenant_model import TenantForeignKey, TenantModel

from .cure_model import Cure as Cure
from .states import OrderState, RunState, UploadState


class OrderSource(models.TextChoices):
    """How an order reached the hub (R136)."""

    SYNC = "sync", _("Store sync")
    FILE = "file", _("File import")
    API = "api", _("API")
    MANUAL = "manual", _("Entered by hand")


ORDERS, RETRY_OF, ZONE = "orders", "retry_of", "zone"
"""Names in a run's progress: the orders asked for by number, the run they failed in, the zone of its window."""


class SyncRun(TenantModel):
    """One run that brought orders in: a poll of a store, a file, an API batch (R142)."""

    store = TenantForeignKey("integrations.StoreConnection", related_name="+")
    source = models.TextField(choices=OrderSource.choices)
    trigger = models.TextField()  # schedule | button | webhook | file | api | command | retry
    state = models.TextField(choices=RunState.choices, default=RunState.QUEUED)
    window_since = models.DateTimeField(null=True, blank=True)
    window_until = models.DateTimeField(null=True, blank=True)
    file_name = models.TextField(blank=True)
    file_format = models.TextField(blank=True)
    file_digest = models.CharField(max_length=64, blank=True)
    file_reading = models.JSONField(default=dict, db_default={})  # options and columns as a person said them
    expected = models.PositiveIntegerField(null=True, blank=True)
    found = models.PositiveIntegerField(default=0)
    created = models.PositiveIntegerField(default=0)
    updated = models.PositiveIntegerField(default=0)
    unchanged = models.PositiveIntegerField(default=0)
    failed = models.PositiveIntegerField(default=0)
    progress = models.JSONField(default=dict)
    lease_until = models.DateTimeField(null=True, blank=True)
    epoch = models.PositiveIntegerField(default=0)
    attempts = models.PositiveIntegerField(default=0)
    next_at = models.DateTimeField(null=True, blank=True)
    error_code = models.TextField(blank=True)
    error_message = models.TextField(blank=True)
    created_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["merchant_id", "-id"], name="orders_run_list")]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=RunState.values), name="orders_run_state"),
            models.UniqueConstraint(
                fields=["merchant_id", "store", "file_digest"],
                condition=Q(state__in=[RunState.QUEUED, RunState.RUNNING]) & ~Q(file_digest=""),
                name="orders_run_file_once_at_a_time",
            ),
        ]

    @property
    def duration(self) -> timedelta | None:
        """From its first step to its end, with what it waited in between; None while it has not ended."""
        if self.started_at is None or self.finished_at is None:
            return None
        return self.finished_at - self.started_at

    @property
    def remaining(self) -> timedelta | None:
        """How long it will still take at its pace so far; None while that cannot be told."""
        if self.state != RunState.RUNNING or self.started_at is None or not self.expected or not self.found:
            return None
        return (now() - self.started_at) / self.found * max(0, self.expected - self.found)

    @property
    def orders_per_second(self) -> float | None:
        """How many orders a second it looked at; None where it has not ended or found none."""
        took = self.duration.total_seconds() if self.duration is not None else 0.0
        return round(self.found / took, 1) if took > 0 and self.found else None


class ImportChunk(TenantModel):
    """A piece of an uploaded file, in order; kept in PostgreSQL so that any worker on any machine can read it."""

    run = TenantForeignKey(SyncRun, related_name="+", db_index=False)
    number = models.PositiveIntegerField()
    content = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["merchant_id", "run", "number"], name="orders_chunk_once")]


class ColumnMapping(TenantModel):
    """Which column is what in files with these headers: said once by a person, used for every file like it.

    ``columns`` is header -> column of the template; ``headers_key`` stands for the set of headers.
    """

    name = models.TextField()
    headers = ArrayField(models.TextField())
    headers_key = models.CharField(max_length=64)
    columns = models.JSONField()
    options = models.JSONField(default=dict)
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["merchant_id", "headers_key"], name="orders_mapping_once")]

    def __str__(self) -> str:
        return self.name


class OrderUpload(TenantModel):
    """An uploaded order file that waits for a person: its columns to be told, or its preview to be approved.

    ``reading`` is how it is to be read (options, columns), ``code`` and ``detail`` say why it cannot be read as it is,
    ``sample`` holds its first orders. Nothing of it is an order yet.
    """

    store = TenantForeignKey("integrations.StoreConnection", related_name="+", db_index=False)
    name = models.TextField(blank=True)
    digest = models.CharField(max_length=64)
    size = models.BigIntegerField()
    state = models.TextField(choices=UploadState.choices)
    file_format = models.TextField(blank=True)
    reading = models.JSONField(default=dict)
    code = models.TextField(blank=True)
    detail = models.JSONField(default=dict)
    read = models.BigIntegerField(default=0)
    orders = models.PositiveIntegerField(default=0)
    lines = models.PositiveIntegerField(default=0)
    known = models.PositiveIntegerField(default=0)
    problems = models.PositiveIntegerField(default=0)
    sample = models.JSONField(default=dict)
    lease_until = models.DateTimeField(null=True, blank=True)
    epoch = models.PositiveIntegerField(default=0)
    created_by = models.TextField(blank=True)
    created_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["merchant_id", "-id"], name="orders_upload_list")]
        constraints = [models.CheckConstraint(condition=Q(state__in=UploadState.values), name="orders_upload_state")]


class UploadChunk(TenantModel):
    """A piece of such a file, as :class:`ImportChunk`."""

    upload = TenantForeignKey(OrderUpload, related_name="+", db_index=False)
    number = models.PositiveIntegerField()
    content = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["merchant_id", "upload", "number"], name="orders_upchunk_once")]


class UploadProblem(TenantModel):
    """Why an order of the file would not be imported, by line and column."""

    upload = TenantForeignKey(OrderUpload, related_name="+", db_index=False)
    external_id = models.TextField(blank=True)
    line = models.PositiveIntegerField()
    column = models.TextField(blank=True)
    code = models.TextField()
    detail = models.JSONField(default=dict)

    class Meta:
        indexes = [models.Index(fields=["merchant_id", "upload", "id"], name="orders_upproblem_list")]


class SyncRunRow(TenantModel):
    """What became of one order (or one bad row) in a run: created, updated, unchanged or failed with the reason."""

    run = TenantForeignKey(SyncRun, related_name="+", db_index=False)
    external_id = models.TextField(blank=True)
    outcome = models.TextField()
    line = models.PositiveIntegerField(null=True)
    column = models.TextField(blank=True)
    code = models.TextField(blank=True)
    detail = models.JSONField(null=True)

    class Meta:
        indexes = [models.Index(fields=["merchant_id", "run", "outcome", "id"], name="orders_runrow_list")]


class HoldReason(models.TextChoices):
    """Why a person holds an order."""

    BUYER = "buyer", _("The buyer asked to wait")
    ADDRESS = "address", _("The address is to be checked")
    PAYMENT = "payment", _("The payment is to be checked")
    STOCK = "stock", _("The stock is to be checked")
    FRAUD = "fraud", _("Suspected fraud")
    OTHER = "other", _("Another reason")


class NoteKind(models.TextChoices):
    """What a note on an order records."""

    NOTE = "note", _("Note")
    HELD = "held", _("Held")
    RELEASED = "released", _("Released")
    TAGGED = "tagged", _("Tagged")
    UNTAGGED = "untagged", _("Tag removed")


class Order(TenantModel):
    """An order as its store shows it. ``status`` is the store's view; what holds it back stands in problems and gates.

    ``version`` is the store's update time: an older sight never replaces a newer one. ``first_status`` is the status
    in which it reached the hub (R95, R106). ``number`` is what people call it by, where that is not ``external_id``.
    ``wish_overruled_at``: since when a person ships it although its buyer asks to cancel; empty again as soon as the
    store shows no such wish.
    ``address_corrected_at``: since when a person's address counts; what the store shows meanwhile is kept beside it, in
    ``address_at_store``, and changes nothing.
    ``hold_reason`` is '' unless a person holds the order; the hold ends by itself at ``hold_until``, where one is set.
    """

    store = TenantForeignKey("integrations.StoreConnection", related_name="+", db_index=False)
    external_id = models.TextField(db_collation="C")
    number = models.TextField(db_collation="C", blank=True, db_default="")
    source = models.TextField(choices=OrderSource.choices)
    status = models.TextField(choices=OrderState.choices)
    raw_status = models.TextField(blank=True)
    first_status = models.TextField()
    version = models.DateTimeField()
    ordered_at = models.DateTimeField()
    paid_at = models.DateTimeField(null=True, blank=True)
    ship_by = models.DateTimeField(null=True, blank=True)
    currency = models.CharField(max_length=3)
    total = models.DecimalField(max_digits=18, decimal_places=4, default=Decimal(0))
    cash_on_delivery = models.BooleanField(default=False)
    courier = models.TextField(blank=True)
    buyer = models.TextField(blank=True)
    note = models.TextField(blank=True)
    cancel_reason = models.TextField(blank=True)
    recipient_name = models.TextField(blank=True)
    recipient_phone = models.TextField(blank=True)
    recipient_email = models.TextField(blank=True)
    address_lines = ArrayField(models.TextField(), default=list)
    district = models.TextField(blank=True)
    city = models.TextField(blank=True)
    province = models.TextField(blank=True)
    postal_code = models.TextField(blank=True)
    country = models.CharField(max_length=2, blank=True)
    first_seen_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    wish_overruled_at = models.DateTimeField(null=True, blank=True)
    address_corrected_at = models.DateTimeField(null=True, blank=True)
    address_at_store = models.JSONField(null=True, blank=True)
    hold_reason = models.TextField(choices=HoldReason.choices, blank=True, default="", db_default="")
    hold_note = models.TextField(blank=True, default="", db_default="")
    hold_until = models.DateTimeField(null=True, blank=True)
    held_at = models.DateTimeField(null=True, blank=True)
    held_by = models.TextField(blank=True, default="", db_default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["merchant_id", "store", "external_id"], name="orders_order_once"),
            models.CheckConstraint(condition=Q(status__in=OrderState.values), name="orders_order_status"),
            models.CheckConstraint(
                condition=Q(hold_reason="", held_at__isnull=True, hold_until__isnull=True)
                | (~Q(hold_reason="") & Q(held_at__isnull=False)),
                name="orders_order_hold_whole",
            ),
        ]
        indexes = [
            models.Index(fields=["merchant_id", "status", "-id"], name="orders_order_list"),
            models.Index(fields=["merchant_id", "external_id"], name="orders_order_search"),
            models.Index(fields=["merchant_id", "number"], condition=~Q(number=""), name="orders_order_number"),
            models.Index(fields=["merchant_id", "changed_at", "id"], name="orders_order_changed"),
            models.Index(fields=["merchant_id", "-id"], condition=~Q(hold_reason=""), name="orders_order_held"),
            models.Index(fields=["hold_until"], condition=Q(hold_until__isnull=False), name="orders_order_hold_ends"),
        ]

    @property
    def shown(self) -> str:
        """The number that people know it by."""
        return self.number or self.external_id

    @property
    def names(self) -> set[str]:
        """What somebody may type for it: both numbers, the one people use with its ``#`` or without."""
        return {self.external_id, self.number, self.number.removeprefix("#")} - {""}

    def __str__(self) -> str:
        return self.external_id


class OrderNote(TenantModel):
    """What a person put on an order; the database refuses to change or delete it."""

    order = TenantForeignKey(Order, related_name="+", db_index=False)
    kind = models.TextField(choices=NoteKind.choices)
    text = models.TextField(blank=True)
    detail = models.JSONField(default=dict)
    actor = models.TextField()
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["merchant_id", "order", "id"], name="orders_note_list")]
        constraints = [models.CheckConstraint(condition=Q(kind__in=NoteKind.values), name="orders_note_kind")]


class OrderTag(TenantModel):
    """A tag on an order; a table of its own, because under row-level security no index finds a word in a list."""

    order = TenantForeignKey(Order, related_name="+", db_index=False)
    tag = models.TextField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["merchant_id", "order", "tag"], name="orders_tag_once")]
        indexes = [models.Index(fields=["merchant_id", "tag", "-order"], name="orders_tag_list")]


class OrderLine(TenantModel):
    """One line as the store wrote it. ``bound`` says whether its SKU is linked to master products (R44)."""

    order = TenantForeignKey(Order, related_name="+", db_index=False)
    key = models.TextField()
    sku = models.TextField(blank=True)
    name = models.TextField()
    quantity = models.PositiveIntegerField()
    unit_price = models.DecimalField(max_digits=18, decimal_places=4, default=Decimal(0))
    item_id = models.TextField(blank=True)
    model_id = models.TextField(blank=True)
    bound = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["merchant_id", "order", "key"], name="orders_line_once"),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="orders_line_quantity"),
        ]
        indexes = [models.Index(fields=["merchant_id", "sku"], condition=Q(bound=False), name="orders_line_unbound")]


class OrderProblem(TenantModel):
    """Why an order cannot go on (R112, R113); closed by itself when the cause goes."""

    order = TenantForeignKey(Order, related_name="+", db_index=False)
    cause = models.TextField()
    evidence = models.JSONField(default=dict)
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["merchant_id", "order", "cause"],
                condition=Q(closed_at__isnull=True),
                name="orders_problem_open_once",
            )
        ]
        indexes = [
            models.Index(
                fields=["merchant_id", "cause", "id"], condition=Q(closed_at__isnull=True), name="orders_problem_list"
            )
        ]


class SavedFilter(TenantModel):
    """A filter of the order list under a name. ``owner`` is who alone sees it (``user:7``); empty: all of the merchant.

    ``query`` is the list's address after its question mark.
    """

    name = models.TextField()
    query = models.TextField()
    owner = models.TextField(blank=True, default="")
    created_by = models.TextField()
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["merchant_id", "owner", "name"], name="orders_savedfilter_name"),
        ]
