"""Order files: taken in whole, read as a stream, brought in batch by batch (R145; issue texts in orders/formats)."""

from __future__ import annotations

import json
import queue
import threading
from collections.abc import Iterator
from typing import BinaryIO

from django.db import IntegrityError, transaction

from salur.foundation.clock import now
from salur.integrations.models import StoreConnection
from salur.orders.formats import FileRefused, ParsedOrder, ReadOptions, RowProblem, read_orders
from salur.orders.formats.options import AS_IT_IS
from salur.orders.models import ImportChunk, OrderSource, SyncRun
from salur.tenancy.models import Merchant
from salur.tenancy.scope import merchant_scope

from .filed import Reading, as_file, recognised, restored_reading, take
from .ingest import Incoming, RunRow, ingest_batch
from .runs import ACTOR, RunHold, advance, fail, finish, new_run

BATCH = 2000


class ImportBusy(Exception):
    """The very same file is being imported into the store right now; ``run_id`` is that run."""

    def __init__(self, run_id: int) -> None:
        super().__init__(f"run {run_id} imports this file already")
        self.run_id = run_id


def start_file_import(
    store_id: int, name: str, stream: BinaryIO, *, trigger: str, options: ReadOptions = AS_IT_IS
) -> SyncRun:
    """Store the file and queue its run (inside a scope).

    Raises :class:`FileRefused` when its header cannot be recognised or it is too large (nothing is saved then), and
    :class:`ImportBusy` when the same file is under way.
    """
    StoreConnection.objects.get(pk=store_id)
    taken = take(stream)
    file_format, reading = recognised(taken.pieces, options)
    run = queue_run(store_id, name, trigger, taken.digest, taken.size, file_format, reading)
    for number, piece in enumerate(taken.pieces):
        ImportChunk(merchant_id=run.merchant_id, run=run, number=number, content=piece).save(force_insert=True)
    return run


def queue_run(
    store_id: int, name: str, trigger: str, digest: str, size: int, file_format: str, reading: Reading
) -> SyncRun:
    """A queued run whose pieces the caller stores in the same transaction; raises :class:`ImportBusy`."""
    try:
        with transaction.atomic():
            return new_run(
                store_id,
                OrderSource.FILE,
                trigger,
                file_name=name[:200],
                file_format=file_format,
                file_digest=digest,
                file_reading=reading.stored(),
                progress={"size": size, "read": 0, "line": 0},
            )
    except IntegrityError as error:
        busy = SyncRun.objects.filter(store_id=store_id, file_digest=digest, state__in=["queued", "running"]).first()
        if busy is None:
            raise
        raise ImportBusy(busy.pk) from error


def run_file(hold: RunHold) -> None:
    """Carry a file's run to its end, from the line where it stood."""
    cause = f"run:{hold.id}"
    with merchant_scope(hold.merchant_id, actor=ACTOR, cause=cause):
        zone = Merchant.objects.get(pk=hold.merchant_id).time_zone
        reading = restored_reading(SyncRun.objects.values_list("file_reading", flat=True).get(pk=hold.id))
    with as_file(_pieces(hold)) as (copy, size):
        try:
            _bring_in(hold, copy, size, zone, reading)
        except FileRefused as refused:
            with merchant_scope(hold.merchant_id, actor=ACTOR, cause=cause):
                fail(hold, refused.code, json.dumps(refused.detail))
            return
    with merchant_scope(hold.merchant_id, actor=ACTOR, cause=cause):
        finish(hold)
        ImportChunk.objects.filter(run_id=hold.id).delete()


def _pieces(hold: RunHold) -> Iterator[bytes]:
    with merchant_scope(hold.merchant_id, actor=ACTOR, cause=f"run:{hold.id}"):
        numbers = list(ImportChunk.objects.filter(run_id=hold.id).order_by("number").values_list("number", flat=True))
        for number in numbers:
            yield bytes(ImportChunk.objects.get(run_id=hold.id, number=number).content)


def _bring_in(hold: RunHold, copy: BinaryIO, size: int, zone: str, reading: Reading) -> None:
    done_until = int(hold.progress.get("line", 0))
    for batch, bad, line, read in _read_ahead(copy, zone, reading):
        if line <= done_until:
            continue
        place = {"line": line, "read": read, "size": size}
        ingest_batch(
            hold.merchant_id,
            hold.store_id,
            OrderSource.FILE,
            batch,
            run_id=hold.id,
            actor=ACTOR,
            bad_rows=bad,
            with_batch=lambda counts, last, place=place: advance(  # type: ignore[misc]  # mypy cannot infer the bound default
                hold, counts, last=last, progress=place
            ),
        )


Batch = tuple[list[Incoming], list[RunRow], int, int]


def _read_ahead(copy: BinaryIO, zone: str, reading: Reading) -> Iterator[Batch]:
    """Batches in file order, parsed by a thread one batch ahead, while the database works on the one before."""
    ready: queue.Queue[Batch | BaseException | None] = queue.Queue(maxsize=2)
    abandoned = threading.Event()

    def put(item: Batch | BaseException | None) -> None:
        while not abandoned.is_set():
            try:
                ready.put(item, timeout=0.2)
            except queue.Full:
                continue
            return

    def parse() -> None:
        try:
            for batch in _batches(copy, zone, reading):
                put(batch)
                if abandoned.is_set():
                    return
            put(None)
        except BaseException as error:  # noqa: BLE001 - handed to the reader, who raises it
            put(error)

    thread = threading.Thread(target=parse, name="order-file", daemon=True)
    thread.start()
    try:
        while (item := ready.get()) is not None:
            if isinstance(item, BaseException):
                raise item
            yield item
    finally:
        abandoned.set()
        thread.join()


def _batches(copy: BinaryIO, zone: str, reading: Reading) -> Iterator[Batch]:
    batch: list[Incoming] = []
    bad: list[RunRow] = []
    line = 0
    for item in read_orders(copy, zone=zone, now=now(), options=reading.options, mapping=reading.mapping):
        line = max(line, item.line)
        if isinstance(item, ParsedOrder):
            batch.append(Incoming(item.order, item.line))
        else:
            bad.append(_bad_row(item))
        if len(batch) + len(bad) >= BATCH:
            yield batch, bad, line, copy.tell()
            batch, bad = [], []
    if batch or bad:
        yield batch, bad, line, copy.tell()


def _bad_row(problem: RowProblem) -> RunRow:
    return RunRow(problem.external_id, "failed", problem.line, problem.column, problem.code, dict(problem.detail))
