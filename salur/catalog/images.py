"""Pictures of master products: looked over, made small, kept in PostgreSQL (inside a scope; ADR 4).

What is kept is drawn anew from what was uploaded: no larger than a page needs, turned upright, and without what a
camera writes beside the picture.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from salur.foundation.clock import now
from salur.foundation.problems import Problem, Refusal
from salur.tenancy import audit

from .models import MasterProduct, ProductImage

LARGEST = 8 * 1024 * 1024  # bytes of an upload
MOST_PIXELS = 40_000_000  # a picture of few bytes may unfold to very many
LONGEST_SIDE, SMALL_SIDE = 1600, 160  # pixels
MOST_IMAGES = 8  # of a product
READ = ("JPEG", "PNG", "WEBP")

PROBLEMS: tuple[Problem, ...] = (
    Problem(
        "image_unreadable",
        _("This is no picture"),
        _("The file %(name)s cannot be read as a JPEG, PNG or WebP picture."),
        _("Save it as JPEG or PNG and upload that file."),
        "operator",
    ),
    Problem(
        "image_too_large",
        _("The picture is too large"),
        _("The file %(name)s has %(found)s; at most %(limit)s can be taken."),
        _("Make it smaller and upload it again."),
        "operator",
    ),
    Problem(
        "too_many_images",
        _("Too many pictures"),
        _("A product has at most %(limit)s pictures."),
        _("Remove one first."),
        "operator",
    ),
)


@dataclass(frozen=True, slots=True)
class CheckedImage:
    """A picture as it is kept, with its small one for lists."""

    content: bytes
    thumbnail: bytes
    media_type: str
    sha256: str


def check_image(name: str, content: bytes) -> CheckedImage:
    """The file as a picture; raises Refusal ``image_unreadable`` or ``image_too_large``."""
    from PIL import Image, ImageOps  # here, because it is slow to import and few pages need it

    if len(content) > LARGEST:
        found = f"{len(content) / 1024 / 1024:.1f} MB"
        raise Refusal("image_too_large", name=name[:100], found=found, limit=f"{LARGEST >> 20} MB")
    try:
        with Image.open(io.BytesIO(content), formats=READ) as source:
            pixels = source.width * source.height
            if pixels <= MOST_PIXELS:
                picture = ImageOps.exif_transpose(source)
                picture = picture.convert("RGBA" if picture.has_transparency_data else "RGB")
    except Exception as error:  # a reader of foreign files ends in more than its own errors; all mean unreadable
        raise Refusal("image_unreadable", name=name[:100]) from error
    if pixels > MOST_PIXELS:
        found, limit = (f"{count / 1_000_000:.0f} megapixels" for count in (pixels, MOST_PIXELS))
        raise Refusal("image_too_large", name=name[:100], found=found, limit=limit)
    kind = "PNG" if picture.mode == "RGBA" else "JPEG"

    def drawn(side: int) -> bytes:
        small = picture.copy()
        small.thumbnail((side, side))
        written = io.BytesIO()
        small.save(written, kind, **({"quality": 85} if kind == "JPEG" else {}))
        return written.getvalue()

    kept = drawn(LONGEST_SIDE)
    return CheckedImage(kept, drawn(SMALL_SIDE), f"image/{kind.lower()}", hashlib.sha256(kept).hexdigest())


def add_image(product: MasterProduct, image: CheckedImage) -> ProductImage:
    """Keep a picture of a held product, after those there are; the same one is kept once. Raises Refusal."""
    known = ProductImage.objects.filter(product=product)
    same = known.filter(sha256=image.sha256).first()
    if same is not None:
        return same
    if known.count() >= MOST_IMAGES:
        raise Refusal("too_many_images", limit=MOST_IMAGES)
    last = known.aggregate(last=Max("position"))["last"]
    row = ProductImage(
        product=product,
        position=0 if last is None else last + 1,
        content=image.content,
        thumbnail=image.thumbnail,
        media_type=image.media_type,
        sha256=image.sha256,
        created_at=now(),
    )
    row.save()
    audit.record("product.image_added", f"product:{product.pk}", image=row.pk)
    return row


def remove_image(product_id: int, image_id: int) -> bool:
    """Forget a picture; whether there was one."""
    gone, _tables = ProductImage.objects.filter(pk=image_id, product_id=product_id).delete()
    if gone:
        audit.record("product.image_removed", f"product:{product_id}", image=image_id)
    return bool(gone)


def show_first(product_id: int, image_id: int) -> bool:
    """Let lists show this picture; whether there is one."""
    rows = ProductImage.objects.filter(product_id=product_id)
    order = [image_id, *rows.exclude(pk=image_id).order_by("position", "id").values_list("pk", flat=True)]
    if not rows.filter(pk=image_id).exists():
        return False
    for position, one in enumerate(order):  # at most MOST_IMAGES
        rows.filter(pk=one).update(position=position)
    audit.record("product.image_first", f"product:{product_id}", image=image_id)
    return True


def image_ids(product_id: int) -> list[int]:
    """A product's pictures in their order."""
    return list(
        ProductImage.objects.filter(product_id=product_id).order_by("position", "id").values_list("pk", flat=True)
    )


def first_images(product_ids: Iterable[int]) -> dict[int, int]:
    """The picture that lists show, by product; those without one are left out."""
    rows = ProductImage.objects.filter(product_id__in=list(product_ids)).order_by("product_id", "position", "id")
    return dict(rows.distinct("product_id").values_list("product_id", "pk"))


def find_image(product_id: int, image_id: int, *, small: bool) -> ProductImage | None:
    """A picture with its bytes, the small ones or the others."""
    rows = ProductImage.objects.filter(pk=image_id, product_id=product_id)
    return rows.only("product_id", "media_type", "sha256", "thumbnail" if small else "content").first()
