"""Invented recipients and addresses of the three countries, in their own script and romanised."""

import random
from dataclasses import dataclass

#: (native, romanised); for Thailand the native form is Thai script.
_GIVEN = {
    "TH": [
        ("สมชาย", "Somchai"), ("สมหญิง", "Somying"), ("กิตติ", "Kitti"), ("วราภรณ์", "Waraporn"),
        ("ณัฐพล", "Nattapon"), ("พิมพ์ชนก", "Pimchanok"), ("อนุชา", "Anucha"), ("ศิริพร", "Siriporn"),
        ("ธนากร", "Thanakorn"), ("กมลวรรณ", "Kamonwan"), ("ปิยะ", "Piya"), ("จิราพร", "Jiraporn"),
    ],
    "ID": [(name, name) for name in ("Budi", "Siti", "Agus", "Dewi", "Rizky", "Putri", "Joko", "Ayu", "Hendra")],
    "PH": [(name, name) for name in ("Maria", "Jose", "Angelica", "Juan", "Cristina", "Mark", "Liza", "Niño")],
}  # fmt: skip
_FAMILY = {
    "TH": [
        ("ใจดี", "Jaidee"), ("แสงทอง", "Saengthong"), ("ศรีสุข", "Srisuk"), ("วงศ์ไทย", "Wongthai"),
        ("บุญมี", "Boonmee"), ("ทองดี", "Thongdee"), ("รักไทย", "Rakthai"), ("พงษ์พันธ์", "Pongpan"),
    ],
    "ID": [(name, name) for name in ("Santoso", "Wijaya", "Pratama", "Lestari", "Nugroho", "Hidayat")],
    "PH": [(name, name) for name in ("Santos", "Reyes", "Cruz", "Bautista", "Ocampo", "Dela Peña")],
}  # fmt: skip
#: (street, district, city, state, zip code) as (native, romanised)
_PLACES: dict[str, list[tuple[tuple[str, str], tuple[str, str], tuple[str, str], tuple[str, str], str]]] = {
    "TH": [
        (("ถนนสุขุมวิท", "Sukhumvit Road"), ("คลองเตย", "Khlong Toei"), ("คลองเตย", "Khlong Toei"),
         ("กรุงเทพมหานคร", "Bangkok"), "10110"),
        (("ถนนพหลโยธิน", "Phahonyothin Road"), ("ลาดยาว", "Lat Yao"), ("จตุจักร", "Chatuchak"),
         ("กรุงเทพมหานคร", "Bangkok"), "10900"),
        (("ถนนนิมมานเหมินท์", "Nimmanhaemin Road"), ("สุเทพ", "Suthep"), ("เมืองเชียงใหม่", "Mueang Chiang Mai"),
         ("เชียงใหม่", "Chiang Mai"), "50200"),
        (("ถนนมิตรภาพ", "Mittraphap Road"), ("ในเมือง", "Nai Mueang"), ("เมืองขอนแก่น", "Mueang Khon Kaen"),
         ("ขอนแก่น", "Khon Kaen"), "40000"),
        (("ถนนราษฎร์อุทิศ", "Rat Uthit Road"), ("หาดใหญ่", "Hat Yai"), ("หาดใหญ่", "Hat Yai"),
         ("สงขลา", "Songkhla"), "90110"),
        (("ถนนพัทยาใต้", "South Pattaya Road"), ("หนองปรือ", "Nong Prue"), ("บางละมุง", "Bang Lamung"),
         ("ชลบุรี", "Chon Buri"), "20150"),
    ],
    "ID": [
        (("Jl. Sudirman", "Jl. Sudirman"), ("Setiabudi", "Setiabudi"), ("Jakarta Selatan", "Jakarta Selatan"),
         ("DKI Jakarta", "DKI Jakarta"), "12920"),
        (("Jl. Dago", "Jl. Dago"), ("Coblong", "Coblong"), ("Bandung", "Bandung"), ("Jawa Barat", "Jawa Barat"),
         "40135"),
        (("Jl. Darmo", "Jl. Darmo"), ("Wonokromo", "Wonokromo"), ("Surabaya", "Surabaya"),
         ("Jawa Timur", "Jawa Timur"), "60241"),
    ],
    "PH": [
        (("Ayala Avenue", "Ayala Avenue"), ("Bel-Air", "Bel-Air"), ("Makati", "Makati"),
         ("Metro Manila", "Metro Manila"), "1209"),
        (("Colon Street", "Colon Street"), ("Santo Niño", "Santo Nino"), ("Cebu City", "Cebu City"),
         ("Cebu", "Cebu"), "6000"),
    ],
}  # fmt: skip
_DIAL = {"TH": "66", "ID": "62", "PH": "63"}
_HOUSE = {"TH": ("บ้านเลขที่ {}", "No. {}"), "ID": ("No. {}", "No. {}"), "PH": ("Unit {}", "Unit {}")}
COUNTRIES = tuple(_DIAL)


@dataclass(frozen=True)
class Person:
    """A recipient; the ``latin_*`` fields are for the printed label."""

    name: str
    latin_name: str
    username: str
    phone: str
    email: str
    street: str
    district: str
    city: str
    state: str
    zipcode: str
    region: str
    latin_street: str
    latin_area: str

    def full_address(self) -> str:
        """The address on one line, as Shopee gives it."""
        return ", ".join((self.street, self.district, self.city, self.state, self.zipcode))


def person(generator: random.Random, country: str) -> Person:
    """An invented person; about one Thai in four writes in Latin script."""
    given, family = generator.choice(_GIVEN[country]), generator.choice(_FAMILY[country])
    street, district, city, state, zipcode = generator.choice(_PLACES[country])
    number = f"{generator.randint(1, 299)}/{generator.randint(1, 60)}"
    script = 1 if generator.random() < 0.25 else 0
    latin = f"{given[1]} {family[1]}"
    handle = f"{given[1]}.{family[1]}{generator.randint(1, 999)}".lower().replace(" ", "")
    handle = handle.encode("ascii", "ignore").decode()
    return Person(
        name=f"{given[script]} {family[script]}",
        latin_name=latin,
        username=handle,
        phone=f"{_DIAL[country]}8{generator.randint(10_000_000, 99_999_999)}",
        email=f"{handle}@example.com",
        street=f"{_HOUSE[country][script].format(number)} {street[script]}",
        district=district[script],
        city=city[script],
        state=state[script],
        zipcode=zipcode,
        region=country,
        latin_street=f"{_HOUSE[country][1].format(number)} {street[1]}",
        latin_area=f"{district[1]}, {city[1]}, {state[1]} {zipcode}",
    )
