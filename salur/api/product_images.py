"""Pictures of master products."""

from __future__ import annotations

from typing import Literal

from django.http import HttpResponse
from ninja import File, Query, Router, Schema, UploadedFile

from salur.catalog.editing import hold_product
from salur.catalog.images import LARGEST, add_image, check_image, find_image, image_ids, remove_image
from salur.catalog.models import ProductImage
from salur.catalog.queries import find_product
from salur.tenancy.models import Entitlement

from .access import ApiRequest, acting
from .answers import READ_ERRORS, WRITE_ERRORS, needs, writes
from .problems import NotFound
from .products_shown import ImageGone, ShownImage
from .writes import Answer, once

router = Router(tags=["products"])
READ, WRITE = "products:read", "products:write"
NEEDS = Entitlement.MASTER_PRODUCTS


class Size(Schema):
    """Which picture."""

    size: Literal["full", "small"] = "full"


def _shown(row: ProductImage) -> ShownImage:
    return ShownImage(id=row.pk, sha256=row.sha256, media_type=row.media_type)


@router.get(
    "/products/{product_id}/images",
    response={200: list[ShownImage], **READ_ERRORS},
    summary="List a product's pictures",
    openapi_extra=needs(READ),
)
def list_product_images(request: ApiRequest, product_id: int) -> list[ShownImage]:
    """The pictures in their order; lists show the first."""
    with acting(request, READ, entitlement=NEEDS):
        if find_product(product_id) is None:
            raise NotFound
        rows = ProductImage.objects.filter(product_id=product_id).only("sha256", "media_type").in_bulk()
        return [_shown(rows[pk]) for pk in image_ids(product_id)]


@router.get(
    "/products/{product_id}/images/{image_id}",
    response={200: None, **READ_ERRORS},
    summary="Read a picture",
    openapi_extra=needs(READ),
)
def read_product_image(request: ApiRequest, product_id: int, image_id: int, query: Query[Size]) -> HttpResponse:
    """The picture itself, JPEG or PNG; `small` is the one of lists."""
    with acting(request, READ, entitlement=NEEDS):
        row = find_image(product_id, image_id, small=query.size == "small")
        if row is None:
            raise NotFound
        content = row.thumbnail if query.size == "small" else row.content
        return HttpResponse(bytes(content), content_type=row.media_type)


@router.post(
    "/products/{product_id}/images",
    response={201: ShownImage, **WRITE_ERRORS},
    summary="Add a picture",
    openapi_extra=writes(WRITE),
)
def add_product_image(request: ApiRequest, product_id: int, picture: File[UploadedFile]) -> HttpResponse:
    """JPEG, PNG or WebP, at most 8 MB; kept at 1600 pixels at most. The same picture is kept once."""

    def add() -> Answer:
        if find_product(product_id) is None:
            raise NotFound
        checked = check_image(picture.name or "", picture.read(LARGEST + 1))
        row = add_image(hold_product(product_id), checked)
        return Answer(_shown(row), 201, f"/api/v1/products/{product_id}/images/{row.pk}")

    def content() -> bytes:
        read: bytes = picture.read(LARGEST + 1)
        picture.seek(0)
        return read

    with acting(request, WRITE, entitlement=NEEDS):
        return once(request, add, content=content)


@router.delete(
    "/products/{product_id}/images/{image_id}",
    response={200: ImageGone, **WRITE_ERRORS},
    summary="Remove a picture",
    openapi_extra=writes(WRITE),
)
def remove_product_image(request: ApiRequest, product_id: int, image_id: int) -> HttpResponse:
    """Forget a picture."""

    def remove() -> Answer:
        if not remove_image(product_id, image_id):
            raise NotFound
        return Answer(ImageGone(id=image_id))

    with acting(request, WRITE, entitlement=NEEDS):
        return once(request, remove)
