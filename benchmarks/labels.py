"""Many labels merged into one PDF, as a download reads it: the memory held should not grow with their number."""

from __future__ import annotations

from pathlib import Path

from .measuring import measured, peak_mb, report
from .shop import Shop


def merge_labels(shop: Shop, folder: Path, count: int) -> None:
    """Labels/s and most memory held while ``count`` labels of about 3 KB go into one file, in picking order."""
    from pypdf import PdfReader

    from salur.flows.papers import papers
    from salur.outbound.models import Outbound
    from salur.tenancy.scope import merchant_scope

    with merchant_scope(shop.merchant_id, actor="bench", cause="labels"):
        ids = list(Outbound.objects.filter(label__isnull=False).order_by("pk").values_list("pk", flat=True)[:count])
    path = folder / f"labels-{count}.pdf"
    before = peak_mb()
    with measured() as spent, path.open("wb") as out:
        for piece in papers(shop.merchant_id, ids, "labels", actor="bench"):
            out.write(piece)
    held = peak_mb()
    pages = len(PdfReader(path).pages)
    if (len(ids), pages) != (count, count):
        raise RuntimeError(f"{len(ids)} labels gave {pages} pages")
    report(
        f"labels_merged_{count}",
        count / spent.wall,
        "labels/s",
        count,
        seconds=spent.wall,
        cpu_seconds=spent.cpu,
        database_cpu_seconds=spent.database_cpu,
        peak_mb=held,
        peak_mb_before=before,
        file_mb=path.stat().st_size / 2**20,
    )
