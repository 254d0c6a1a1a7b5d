"""Invented recipients and addresses of some countries, in their own script and romanised."""

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
    "MY": [(name, name) for name in ("Aisyah", "Hafiz", "Nurul", "Wei Ling", "Kumar", "Faizal", "Siew Mei")],
    "SG": [(name, name) for name in ("Jia Hui", "Daniel", "Priya", "Wei Jie", "Farah", "Xin Yi")],
    "VN": [("Nguyên", "Nguyen"), ("Thảo", "Thao"), ("Minh", "Minh"), ("Hương", "Huong"), ("Đức", "Duc")],
    "US": [(name, name) for name in ("Emily", "Michael", "Ashley", "José", "Hannah", "Tyler", "Grace")],
    "GB": [(name, name) for name in ("Oliver", "Amelia", "Harry", "Isla", "Siobhán", "George")],
}  # fmt: skip
_FAMILY = {
    "TH": [
        ("ใจดี", "Jaidee"), ("แสงทอง", "Saengthong"), ("ศรีสุข", "Srisuk"), ("วงศ์ไทย", "Wongthai"),
        ("บุญมี", "Boonmee"), ("ทองดี", "Thongdee"), ("รักไทย", "Rakthai"), ("พงษ์พันธ์", "Pongpan"),
    ],
    "ID": [(name, name) for name in ("Santoso", "Wijaya", "Pratama", "Lestari", "Nugroho", "Hidayat")],
    "PH": [(name, name) for name in ("Santos", "Reyes", "Cruz", "Bautista", "Ocampo", "Dela Peña")],
    "MY": [(name, name) for name in ("binti Rahman", "bin Abdullah", "Tan", "Lim", "Subramaniam", "Wong")],
    "SG": [(name, name) for name in ("Tan", "Lim", "Ng", "Nair", "Goh", "bte Osman")],
    "VN": [("Trần", "Tran"), ("Lê", "Le"), ("Phạm", "Pham"), ("Võ", "Vo"), ("Đặng", "Dang")],
    "US": [(name, name) for name in ("Smith", "Johnson", "García", "O'Neill", "Brown", "Nguyen")],
    "GB": [(name, name) for name in ("Jones", "Taylor", "Davies", "Patel", "Evans", "Wright")],
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
    "MY": [
        (("Jalan Ampang", "Jalan Ampang"), ("KLCC", "KLCC"), ("Kuala Lumpur", "Kuala Lumpur"),
         ("Wilayah Persekutuan", "Wilayah Persekutuan"), "50450"),
        (("Jalan Burma", "Jalan Burma"), ("George Town", "George Town"), ("Pulau Pinang", "Pulau Pinang"),
         ("Pulau Pinang", "Pulau Pinang"), "10050"),
    ],
    "SG": [
        (("Orchard Road", "Orchard Road"), ("Orchard", "Orchard"), ("Singapore", "Singapore"),
         ("Singapore", "Singapore"), "238801"),
        (("Tampines Street 81", "Tampines Street 81"), ("Tampines", "Tampines"), ("Singapore", "Singapore"),
         ("Singapore", "Singapore"), "520821"),
    ],
    "VN": [
        (("Đường Lê Lợi", "Le Loi Street"), ("Quận 1", "District 1"), ("Thành phố Hồ Chí Minh", "Ho Chi Minh City"),
         ("Hồ Chí Minh", "Ho Chi Minh"), "700000"),
        (("Phố Hàng Bài", "Hang Bai Street"), ("Hoàn Kiếm", "Hoan Kiem"), ("Hà Nội", "Hanoi"), ("Hà Nội", "Hanoi"),
         "100000"),
    ],
    "US": [
        (("Market Street", "Market Street"), ("", ""), ("San Francisco", "San Francisco"), ("CA", "CA"), "94103"),
        (("Elm Avenue", "Elm Avenue"), ("", ""), ("Columbus", "Columbus"), ("OH", "OH"), "43215-1234"),
        (("Broadway", "Broadway"), ("", ""), ("New York", "New York"), ("NY", "NY"), "10007"),
    ],
    "GB": [
        (("High Street", "High Street"), ("", ""), ("Bristol", "Bristol"), ("", ""), "BS1 2AW"),
        (("Deansgate", "Deansgate"), ("", ""), ("Manchester", "Manchester"), ("", ""), "M3 4LZ"),
    ],
}  # fmt: skip
_DIAL = {"TH": "66", "ID": "62", "PH": "63", "MY": "60", "SG": "65", "VN": "84", "US": "1", "GB": "44"}
_NUMBER = ("No. {}", "No. {}")
_HOUSE = {
    "TH": ("บ้านเลขที่ {}", "No. {}"),
    "ID": _NUMBER,
    "PH": ("Unit {}", "Unit {}"),
    "MY": _NUMBER,
    "SG": ("Blk {}", "Blk {}"),
    "VN": ("Số {}", "No. {}"),
    "US": ("{}", "{}"),
    "GB": ("{}", "{}"),
}
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
        return ", ".join(part for part in (self.street, self.district, self.city, self.state, self.zipcode) if part)


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
        latin_area=", ".join(part for part in (district[1], city[1], f"{state[1]} {zipcode}".strip()) if part),
    )
