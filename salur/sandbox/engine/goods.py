"""Forty invented SKUs: 22 listings without variants and 6 with three variants each."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Variant:
    """One SKU. ``name`` is empty for a listing without variants."""

    sku: str
    name: str
    price: float
    grams: int


@dataclass(frozen=True)
class Goods:
    """One listing."""

    title: str
    title_th: str
    variants: tuple[Variant, ...]


_SINGLE = (
    ("MUG-350-WHT", "Ceramic mug 350 ml", "แก้วเซรามิก 350 มล.", 129.0, 380),
    ("BTL-750-STL", "Steel bottle 750 ml", "ขวดน้ำสแตนเลส 750 มล.", 349.0, 420),
    ("TWL-BATH-GRY", "Bath towel", "ผ้าเช็ดตัว", 259.0, 510),
    ("PIL-COTTON", "Cotton pillow", "หมอนผ้าฝ้าย", 299.0, 900),
    ("LMP-DESK-LED", "LED desk lamp", "โคมไฟตั้งโต๊ะ", 590.0, 760),
    ("CHG-USBC-30", "USB-C charger 30 W", "หัวชาร์จ USB-C 30 วัตต์", 490.0, 110),
    ("CBL-USBC-1M", "USB-C cable 1 m", "สายชาร์จ USB-C 1 เมตร", 99.0, 40),
    ("PAN-24-NST", "Non-stick pan 24 cm", "กระทะ 24 ซม.", 459.0, 850),
    ("KNF-CHEF-20", "Chef knife 20 cm", "มีดเชฟ 20 ซม.", 389.0, 210),
    ("BRD-BAMBOO", "Bamboo cutting board", "เขียงไม้ไผ่", 199.0, 640),
    ("UMB-FOLD-BLK", "Folding umbrella", "ร่มพับ", 249.0, 330),
    ("BAG-TOTE-NAT", "Canvas tote bag", "ถุงผ้าแคนวาส", 159.0, 180),
    ("NTB-A5-DOT", "Notebook A5 dotted", "สมุด A5", 89.0, 240),
    ("PEN-GEL-5PK", "Gel pens, 5 pieces", "ปากกาเจล 5 ด้าม", 75.0, 60),
    ("SOAP-HERB-4", "Herbal soap, 4 bars", "สบู่สมุนไพร 4 ก้อน", 139.0, 400),
    ("SHM-RICE-300", "Rice shampoo 300 ml", "แชมพูข้าว 300 มล.", 179.0, 340),
    ("TEA-JASMINE", "Jasmine tea 200 g", "ชามะลิ 200 ก.", 149.0, 230),
    ("COF-DOI-250", "Coffee beans 250 g", "เมล็ดกาแฟ 250 ก.", 279.0, 260),
    ("MNG-DRIED-3", "Dried mango, 3 packs", "มะม่วงอบแห้ง 3 ซอง", 189.0, 330),
    ("TOY-WOOD-TRN", "Wooden train", "รถไฟไม้", 329.0, 480),
    ("MAT-YOGA-6MM", "Yoga mat 6 mm", "เสื่อโยคะ", 499.0, 980),
    ("HMR-CLAW-16", "Claw hammer", "ค้อน", 219.0, 720),
)
_FAMILIES = (
    ("TSHIRT-BAS", "Basic T-shirt", "เสื้อยืด", 199.0, 180, ("S", "M", "L")),
    ("SOCK-ANKLE", "Ankle socks", "ถุงเท้า", 59.0, 45, ("WHT", "BLK", "GRY")),
    ("CASE-PHONE", "Phone case", "เคสโทรศัพท์", 149.0, 35, ("RED", "BLU", "CLR")),
    ("CAP-COTTON", "Cotton cap", "หมวก", 229.0, 120, ("NVY", "KHK", "BLK")),
    ("STRAP-WATCH", "Watch strap", "สายนาฬิกา", 259.0, 30, ("20", "22", "24")),
    ("CANDLE-SOY", "Soy candle", "เทียนหอม", 289.0, 310, ("ROSE", "LEMN", "PINE")),
)


def goods() -> tuple[Goods, ...]:
    """All listings, 40 SKUs together."""
    single = [Goods(title, thai, (Variant(sku, "", price, grams),)) for sku, title, thai, price, grams in _SINGLE]
    families = [
        Goods(title, thai, tuple(Variant(f"{base}-{name}", name, price, grams) for name in names))
        for base, title, thai, price, grams, names in _FAMILIES
    ]
    return (*single, *families)


def find(sku: str) -> tuple[str, Variant] | None:
    """Title and variant of a SKU of the list above."""
    for entry in goods():
        for variant in entry.variants:
            if variant.sku == sku:
                return entry.title, variant
    return None
