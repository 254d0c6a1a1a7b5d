"""The base of every tenant table: it carries the merchant, and its manager sees the scope's merchant only."""

from __future__ import annotations

from typing import Any, ClassVar, Self, TypeVar

from django.db import models

from .scope import current_scope

M = TypeVar("M", bound=models.Model)


class TenantManager(models.Manager[M]):
    """Filters by the open scope's merchant; without a scope it raises rather than answering nothing."""

    def get_queryset(self) -> models.QuerySet[M]:
        """Rows of the scope's merchant."""
        return super().get_queryset().filter(merchant_id=current_scope().merchant_id)


class TenantForeignKey(models.ForeignKey):  # type: ignore[type-arg]  # django-stubs: generic only at type-check time
    """A key to another tenant table; the database's constraint is composite and made by the migration."""

    def __init__(self, to: Any, on_delete: Any = models.PROTECT, **kwargs: Any) -> None:
        kwargs["db_constraint"] = False
        super().__init__(to, on_delete, **kwargs)


class TenantModel(models.Model):
    """A row of one merchant. ``merchant_id`` is set from the scope when a new row is saved."""

    merchant_id = models.BigIntegerField(editable=False)

    objects: ClassVar[TenantManager[Self]] = TenantManager()

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save under the scope's merchant."""
        if getattr(self, "merchant_id", None) is None:
            self.merchant_id = current_scope().merchant_id
        super().save(*args, **kwargs)
