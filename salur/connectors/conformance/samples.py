"""What the kit sends: addresses per country, a label of one page, values in many scripts, and values too long."""

from __future__ import annotations

from salur.connectors.base.capabilities import FormField
from salur.connectors.base.types import Address, Document

PERSON = "Salur Conformance"
PHONE = "0812345678"
STREET = "99 Sukhumvit Road"

PLACES: dict[str, Address] = {
    "TH": Address(city="Bangkok", province="Bangkok", district="Bang Na", postal_code="10110", country="TH"),
    "ID": Address(city="Jakarta", province="DKI Jakarta", district="Gambir", postal_code="10110", country="ID"),
    "PH": Address(city="Manila", province="Metro Manila", district="Ermita", postal_code="1000", country="PH"),
    "MY": Address(city="Petaling Jaya", province="Selangor", district="Petaling", postal_code="46000", country="MY"),
    "VN": Address(city="Ha Noi", province="Ha Noi", district="Ba Dinh", postal_code="100000", country="VN"),
    "US": Address(city="Houston", province="TX", district="Harris", postal_code="77002", country="US"),
}

SCRIPTS: dict[str, str] = {
    "Chinese": "李小龙 北京市朝阳区",
    "Thai": "สมชาย ใจดี ถนนสุขุมวิท",
    "Vietnamese": "Nguyễn Thị Thảo, phường Đống Đa",
    "emoji": "Budi 🎁👩‍👩‍👧 Santoso",
    "right to left": "محمد علي שלום",
    "signs of markup": 'Ann & <b>"O\'Neil"</b> ]]> %41 \\u0041 +',
}

TAIL = "Zq7Tail"  # how the kit sees that a long value was sent whole
LONG_PHONE = "08" * 300 + "7730977309"  # digits: a partner may leave out other signs
PHONE_TAIL = "7730977309"
WRONG_COUNTRY = "US"


def long_text(length: int) -> str:
    """A text of that many characters that ends in :data:`TAIL`."""
    return ("Long words " * (length // 11 + 1))[: length - len(TAIL)] + TAIL


def address(country: str, **changes: object) -> Address:
    """A buyer in ``country``."""
    place = PLACES.get(country, PLACES["US"])
    values = {
        "name": PERSON,
        "phone": PHONE,
        "email": "buyer@conformance.example",
        "lines": (STREET,),
        "district": place.district,
        "city": place.city,
        "province": place.province,
        "postal_code": place.postal_code,
        "country": country or place.country,
    }
    return Address(**(values | changes))  # type: ignore[arg-type]  # changes are named by the caller


def label() -> Document:
    """A label as a marketplace gives it: a PDF of one page, 100 by 150 millimetres."""
    stream = b"BT /F1 18 Tf 40 380 Td (SALUR CONFORMANCE) Tj ET"
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 283 425] /Contents 4 0 R"
        b" /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    body, places = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, start=1):
        places.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    whole = b"%sxref\n0 %d\n0000000000 65535 f \n%strailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (
        body,
        len(objects) + 1,
        table,
        len(objects) + 1,
        len(body),
    )
    return Document("label.pdf", "application/pdf", whole)


def filled(fields: tuple[FormField, ...], sku: str) -> dict[str, str]:
    """A value for each of the partner's own product fields; the product's own number where it names one there."""
    return {field.key: _value(field, sku) for field in fields}


def _value(field: FormField, sku: str) -> str:
    if field.choices:
        return field.default or field.choices[0][0]
    return field.default or ("https://conformance.example/print.png" if "http" in field.pattern else sku)
