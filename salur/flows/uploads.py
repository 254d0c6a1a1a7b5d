"""Order files that wait for a person: kept, told what their columns are, looked over, then imported or dropped.

Nothing of such a file is an order before somebody says "Import" (R145). What it would become is worked out by
``previews``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import BinaryIO

from django.db import connection
from django.utils.translation import gettext_lazy as _

from salur.foundation.clock import now
from salur.foundation.locks import lock_rows
from salur.foundation.problems import Problem, Refusal
from salur.integrations.models import StoreConnection
from salur.orders import mappings
from salur.orders.formats import ColumnMap, FileRefused, ReadOptions, peek
from salur.orders.formats.mapped import NEEDED
from salur.orders.formats.options import AS_IT_IS
from salur.orders.formats.reading import Peek
from salur.orders.formats.workbook import SIGNATURE
from salur.orders.models import OrderUpload, SyncRun, UploadChunk, UploadProblem
from salur.orders.states import UploadState
from salur.tenancy.scope import current_scope

from .filed import Reading, beginning, recognised, restored_reading, take
from .imports import queue_run
from .wakeups import wake

KEPT = timedelta(days=7)
# A header that a person can explain; with any other refusal there is nothing to explain.
FEWEST_COLUMNS = len(NEEDED) - 1  # the country may be said for the whole file
EXPLAINABLE = frozenset(("unknown_header", "missing_columns", "duplicate_column"))

PROBLEMS: tuple[Problem, ...] = (
    Problem(
        "preview_not_ready",
        _("The file is not ready to import"),
        _("The file %(name)s is “%(state)s”."),
        _("Wait until it has been checked, or say first which column is what."),
        "operator",
    ),
)


class NotReady(Refusal):
    """The upload has not been checked, or its columns are not known."""

    code = "preview_not_ready"


def keep_upload(store_id: int, name: str, stream: BinaryIO, *, options: ReadOptions = AS_IT_IS) -> OrderUpload:
    """Store a file and ask for its preview (inside a scope).

    Raises FileRefused where nothing could make it readable (nothing is kept then). A file whose header is not known is
    kept in the state ``columns``.
    """
    StoreConnection.objects.get(pk=store_id)
    taken = take(stream)
    upload = OrderUpload(
        store_id=store_id,
        name=name[:200],
        digest=taken.digest,
        size=taken.size,
        created_by=current_scope().actor,
        created_at=now(),
    )
    _judge(upload, lambda: iter(taken.pieces), options)
    upload.save()
    if upload.state == UploadState.QUEUED:
        wake("preview", upload.pk)
    for number, piece in enumerate(taken.pieces):
        UploadChunk(merchant_id=upload.merchant_id, upload=upload, number=number, content=piece).save(force_insert=True)
    return upload


def _judge(upload: OrderUpload, pieces: Callable[[], Iterator[bytes]], options: ReadOptions) -> None:
    """What the file is and how it is read; the caller saves. Raises FileRefused."""
    upload.code, upload.detail = "", {}
    try:
        upload.file_format, reading = recognised(pieces(), options)
    except FileRefused as refused:
        if refused.code not in EXPLAINABLE or len(_peek(pieces, options).headers) < FEWEST_COLUMNS:
            raise
        upload.state, upload.file_format = UploadState.COLUMNS, ""
        upload.code, upload.detail = refused.code, dict(refused.detail)
        upload.reading = Reading(options).stored()
        return
    _ask(upload, reading)


def _ask(upload: OrderUpload, reading: Reading) -> None:
    upload.state, upload.reading, upload.code, upload.detail = UploadState.QUEUED, reading.stored(), "", {}
    upload.read = upload.orders = upload.lines = upload.known = upload.problems = 0
    upload.sample, upload.lease_until = {}, None
    upload.epoch += 1  # whoever is still at the old preview loses it
    if upload.pk:
        wake("preview", upload.pk)


def pieces_of(upload_id: int) -> Iterator[bytes]:
    """The file's pieces (inside a scope)."""
    rows = UploadChunk.objects.filter(upload_id=upload_id).order_by("number")
    for number in list(rows.values_list("number", flat=True)):
        yield bytes(rows.get(number=number).content)


def first_rows(upload: OrderUpload) -> Peek:
    """The file's headers and first rows as a person sees them (inside a scope). Raises FileRefused."""
    return _peek(lambda: pieces_of(upload.pk), restored_reading(upload.reading).options)


def _peek(pieces: Callable[[], Iterator[bytes]], options: ReadOptions) -> Peek:
    is_workbook = next(pieces(), b"").startswith(SIGNATURE)
    return peek(beginning(pieces(), whole=is_workbook), options)


def read_again(upload_id: int, options: ReadOptions) -> OrderUpload:
    """Look the file over anew with other options (inside a scope). Raises FileRefused; the upload stays as it was."""
    upload = _locked(upload_id)
    _judge(upload, lambda: pieces_of(upload_id), options)
    upload.save()
    return upload


def say_columns(upload_id: int, said: ColumnMap, encoding: str) -> OrderUpload:
    """Take a person's word for the columns, remember it, and ask for the preview (inside a scope).

    ``said`` has been checked by :func:`salur.orders.formats.mapped.wrong_columns`.
    """
    upload = _locked(upload_id)
    mappings.save_mapping(said)
    mappings.used(said)
    _ask(upload, Reading(ReadOptions(encoding=encoding), said))
    upload.file_format = "mapped"
    upload.save()
    return upload


def import_upload(upload_id: int, *, trigger: str) -> SyncRun:
    """Import what the preview showed (inside a scope); the upload ends with it.

    Raises :class:`NotReady`, DoesNotExist, and :class:`~salur.flows.imports.ImportBusy`.
    """
    upload = _locked(upload_id)
    if upload.state != UploadState.READY:
        raise NotReady(name=upload.name, state=UploadState(upload.state).label)
    reading = restored_reading(upload.reading)
    run = queue_run(upload.store_id, upload.name, trigger, upload.digest, upload.size, upload.file_format, reading)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO orders_importchunk (merchant_id, run_id, number, content)"
            " SELECT merchant_id, %s, number, content FROM orders_uploadchunk"
            " WHERE merchant_id = %s AND upload_id = %s",
            [run.pk, run.merchant_id, upload.pk],
        )
    _remove([upload.pk])
    return run


def drop_upload(upload_id: int) -> None:
    """Forget the file (inside a scope)."""
    _remove([row.pk for row in lock_rows(OrderUpload.objects.all(), [upload_id])])


def forget_old_uploads() -> int:
    """Files that nobody has decided on for :data:`KEPT` go (inside a scope); answers how many."""
    old = list(OrderUpload.objects.filter(created_at__lt=now() - KEPT).values_list("pk", flat=True)[:100])
    _remove([row.pk for row in lock_rows(OrderUpload.objects.all(), old)])
    return len(old)


def _remove(uploads: list[int]) -> None:
    UploadProblem.objects.filter(upload_id__in=uploads).delete()
    UploadChunk.objects.filter(upload_id__in=uploads).delete()
    OrderUpload.objects.filter(pk__in=uploads).delete()


def _locked(upload_id: int) -> OrderUpload:
    rows = lock_rows(OrderUpload.objects.select_related("store"), [upload_id])
    if not rows:
        raise OrderUpload.DoesNotExist
    return rows[0]
