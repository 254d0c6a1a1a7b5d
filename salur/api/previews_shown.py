"""Previews of order files and remembered columns, as the API shows and takes them."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from ninja import Field, Schema
from pydantic import ConfigDict

from salur.flows.filed import restored_reading
from salur.orders import models
from salur.orders.formats import ReadOptions
from salur.orders.mappings import as_map
from salur.orders.states import UploadState

from . import shown
from .paging import Page
from .presenting import reason, store_ref


class Options(Schema):
    """How a file's cells are written. Empty: as the file itself shows."""

    model_config = ConfigDict(extra="forbid")

    dates: str = Field("", description="`dmy` or `mdy`: what 01/05/2026 means.")
    decimal: str = Field("", description="The decimal sign, `.` or `,`.")
    encoding: str = Field("", description="Where files do not say it themselves, such as cp874.")
    zone: str = Field("", description="IANA time zone of times without an offset.")
    currency: str = Field("", description="ISO 4217, where the file names none.")
    country: str = Field("", description="ISO 3166 alpha-2, where the file names none.")
    statuses: dict[str, str] = Field(
        default_factory=dict, description="The file's own words for a status, in lower case, and what each means."
    )

    def as_options(self) -> ReadOptions:
        """As the reader takes it."""
        return ReadOptions(**{**self.dict(), "currency": self.currency.upper()})


NOTHING_SAID = Options.model_validate({})


class Columns(Schema):
    """Which column of a file is what."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(min_length=1, max_length=80)
    columns: dict[str, str] = Field(description="Header of the file: column of Salur's own order file.")
    options: Options = Field(default_factory=lambda: NOTHING_SAID)


class Mapping(Columns):
    """Columns that are remembered for every file with these headers."""

    model_config = ConfigDict(extra="ignore")

    id: int
    headers: list[str]
    changed_at: datetime
    used_at: datetime | None


class MappingList(Schema):
    """Every mapping that is remembered."""

    items: list[Mapping]


class Removed(Schema):
    """A file or a mapping that is gone."""

    id: int
    name: str


class PreviewLine(Schema):
    """A line of a previewed order."""

    sku: str
    name: str
    quantity: int


class PreviewOrder(Schema):
    """One of the first orders of a file. Its lines are at most five; `more` counts the others."""

    line: int = Field(description="Where it begins in the file, as a spreadsheet counts.")
    order_id: str
    status: str
    raw_status: str
    ordered_at: datetime | None
    recipient_name: str
    address: str
    country: str
    currency: str
    total: Decimal
    lines: list[PreviewLine]
    more: int


class Preview(Schema):
    """What a file would become. Nothing of it is an order yet."""

    id: int
    store: shown.StoreRef
    state: UploadState
    file_name: str
    file_format: str = Field(description="Empty while its columns are not known.")
    size: int
    read: int = Field(description="Bytes looked at so far.")
    orders: int = Field(description="Orders that would be imported.")
    lines: int
    known: int = Field(description="How many of them the store has already.")
    problems: int
    code: str = Field(description="Why the file cannot be read as it is; empty where it can.")
    reason: str
    headers: list[str] = Field(description="The file's columns, while they are not known.")
    columns: dict[str, str] = Field(description="Which column is what: as said, or guessed while they are not known.")
    unknown_statuses: list[str]
    first_orders: list[PreviewOrder]
    created_at: datetime


class PreviewProblem(Schema):
    """Why an order of the file would not be imported."""

    external_id: str
    line: int
    column: str
    code: str
    reason: str


class PreviewProblemPage(Page[PreviewProblem]):
    """One page of a file's problems."""


def preview(row: models.OrderUpload, headers: list[str], guessed: dict[str, str]) -> Preview:
    """A preview."""
    said = restored_reading(row.reading).mapping
    return Preview(
        id=row.pk,
        store=store_ref(row.store),
        state=UploadState(row.state),
        file_name=row.name,
        file_format=row.file_format,
        size=row.size,
        read=row.read,
        orders=row.orders,
        lines=row.lines,
        known=row.known,
        problems=row.problems,
        code=row.code,
        reason=reason(row.code, row.detail) if row.code else "",
        headers=headers,
        columns=dict(said.columns) if said else guessed,
        unknown_statuses=row.sample.get("words", []),
        first_orders=[_order(one) for one in row.sample.get("orders", [])],
        created_at=row.created_at,
    )


def _order(one: dict[str, Any]) -> PreviewOrder:
    return PreviewOrder(
        **{
            name: one[name]
            for name in (
                "line",
                "status",
                "raw_status",
                "ordered_at",
                "address",
                "country",
                "currency",
                "total",
                "more",
            )
        },
        order_id=one["number"],
        recipient_name=one["recipient"],
        lines=[PreviewLine(**line) for line in one["lines"]],
    )


def problem(row: models.UploadProblem) -> PreviewProblem:
    """What is wrong with a row."""
    return PreviewProblem(
        external_id=row.external_id,
        line=row.line,
        column=row.column,
        code=row.code,
        reason=reason(row.code, row.detail),
    )


def mapping(row: models.ColumnMapping) -> Mapping:
    """Remembered columns."""
    said = as_map(row)
    options = {name: getattr(said.options, name) for name in Options.model_fields}
    return Mapping(
        id=row.pk,
        name=row.name,
        headers=list(said.headers),
        columns=dict(said.columns),
        options=Options(**options),
        changed_at=row.changed_at,
        used_at=row.used_at,
    )
