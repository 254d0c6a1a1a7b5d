"""Columns, encodings and options of order files in people's words."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from salur.orders.formats import FileRefused
from salur.orders.formats.messages import text_of
from salur.orders.formats.options import ENCODINGS
from salur.orders.formats.recognition import FORMATS
from salur.orders.models import OrderUpload
from salur.orders.states import UploadState
from salur.web.reports.words import code_words
from salur.web.words import channel_title

TARGETS: Mapping[str, str | Promise] = {
    "order_id": _("Order number"),
    "sku": "SKU",
    "quantity": _("Quantity"),
    "recipient_name": _("Recipient"),
    "address1": _("Street and number"),
    "address2": _("Flat, floor, building"),
    "district": _("District"),
    "city": _("City"),
    "province": _("Province or state"),
    "postal_code": _("Postal code"),
    "country": _("Country"),
    "recipient_phone": _("Phone of the recipient"),
    "recipient_email": _("E-mail of the recipient"),
    "item_name": _("Item"),
    "unit_price": _("Price of one piece"),
    "line_id": _("Number of the line"),
    "status": _("Order status"),
    "ordered_at": _("Ordered"),
    "paid_at": _("Paid"),
    "updated_at": _("Last changed"),
    "currency": _("Currency"),
    "total": _("Total"),
    "cash_on_delivery": _("Cash on delivery"),
    "courier": _("Courier"),
    "buyer": _("Buyer"),
    "note": _("Note"),
}
"""Every column that a file's may stand for, the needed ones first."""

# Each named in the languages that are written in it.
ENCODING_HINTS: Mapping[str, str] = {
    "cp1252": "Deutsch, Español, Français, Nederlands",
    "cp1250": "Čeština, Magyar, Polski",
    "cp1258": "Tiếng Việt",
    "cp874": "ไทย",
    "gb18030": "简体中文",
    "big5": "繁體中文",
    "cp932": "日本語",
}
WRONG: Mapping[str, str | Promise] = {
    "missing": _("No column is chosen for “%(target)s”, and it is needed."),
    "twice": _("Two columns are chosen for “%(target)s”. It can be read from one only."),
    "unknown": _("“%(target)s” is not something that a column can stand for."),
}


def encoding_choices() -> list[tuple[str, str]]:
    """Encodings to choose from."""
    named = [
        (codec, f"{title} · {ENCODING_HINTS[codec]}" if codec in ENCODING_HINTS else title)
        for codec, title in ENCODINGS.items()
    ]
    return [("", gettext("As the file says, else UTF-8")), *named]


def wrong_words(wrong: Mapping[str, str]) -> list[str]:
    """What a choice of columns lacks or has too much."""
    return [str(WRONG[kind]) % {"target": TARGETS.get(target, target)} for target, kind in wrong.items()]


def refused_words(refused: FileRefused) -> str:
    """Why a file is not taken."""
    if refused.code == "file_too_large":
        return gettext("The file is larger than %(most)s. Divide it.") % {"most": refused.detail.get("most", "")}
    return text_of(refused)


def kind_words(upload: OrderUpload) -> str:
    """What kind of file it is."""
    said = upload.reading.get("mapping")
    if said:
        return gettext("Columns as said: %(name)s") % {"name": said.get("title", "")}
    return next((one.info.title for one in FORMATS if one.info.name == upload.file_format), "")


def other_channel(upload: OrderUpload) -> str:
    """A warning where the file is another channel's than the store; empty where there is nothing to warn of."""
    known = next((one.info for one in FORMATS if one.info.name == upload.file_format), None)
    if known is None or not known.channel or upload.store.channel in (known.channel, "manual"):
        return ""
    told = gettext(
        "This is a file of the kind “%(kind)s”, but %(store)s is a store of %(channel)s. Is it the right store?"
    )
    return told % {"kind": known.title, "store": upload.store.name, "channel": channel_title(upload.store.channel)}


def upload_words(upload: OrderUpload) -> str:
    """Why a file cannot be read as it is; empty where there is nothing to tell that the page does not say itself."""
    if upload.state == UploadState.COLUMNS and upload.code == "unknown_header":
        return ""
    return code_words(upload.code, upload.detail) if upload.code else ""
