"""What pages and the API read of files that wait to be imported, in a constant number of statements each."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import QuerySet

from salur.foundation.paging import Keyset, keyset_page

from .models import OrderUpload, UploadProblem


def waiting_uploads(limit: int = 20) -> list[OrderUpload]:
    """The newest files that wait for a decision."""
    return list(_uploads().order_by("-id")[:limit])


def find_upload(upload_id: int) -> OrderUpload | None:
    """One upload of the scope's merchant."""
    return _uploads().filter(pk=upload_id).first()


def upload_problems(upload_id: int, cursor: str | None, size: int = 50) -> Keyset[UploadProblem]:
    """What is wrong in a file, in the file's order."""
    return keyset_page(UploadProblem.objects.filter(upload_id=upload_id), order=["id"], cursor=cursor, size=size)


def every_problem(upload_id: int, size: int = 1000) -> Iterator[UploadProblem]:
    """All of them, read in pages so that a bad file does not fill the memory."""
    after = 0
    while True:
        page = list(UploadProblem.objects.filter(upload_id=upload_id, pk__gt=after).order_by("pk")[:size])
        yield from page
        if len(page) < size:
            return
        after = page[-1].pk


def _uploads() -> QuerySet[OrderUpload]:
    return OrderUpload.objects.select_related("store")
