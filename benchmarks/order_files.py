"""Order files in Salur's template: two lines an order, goods and people drawn by a seeded die."""

from __future__ import annotations

import csv
import random
from datetime import datetime, timedelta, timezone
from pathlib import Path

from salur.orders.formats.template import HEADER

from .shop import PRODUCTS, msku

BANGKOK = timezone(timedelta(hours=7))
FIRST = datetime(2026, 1, 1, 8, 0, tzinfo=BANGKOK)
NAMES = ("สมชาย ใจดี", "Somsak Wong", "นภา ศรีสุข", "Anong Chai", "ประยุทธ์ แสงทอง", "Malee Suk")
STREETS = ("ถนนสุขุมวิท", "Rama IV Road", "ถนนพหลโยธิน", "Silom Road")
COURIERS = ("SPX Standard", "Flash Express", "J&T Express")


def write_orders(path: Path, first: int, count: int) -> None:
    """Orders number ``first`` to ``first + count - 1``."""
    die = random.Random(first)
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(HEADER)
        for number in range(first, first + count):
            rows.writerows(_rows(number, die))


def _rows(number: int, die: random.Random) -> list[list[str]]:
    at = FIRST + timedelta(seconds=number % 10**6 * 7)
    goods = [(number % PRODUCTS, die.randint(1, 3)), (die.randrange(PRODUCTS), 1)]
    name = die.choice(NAMES)
    head = [
        f"B{number:08d}",
        "ready",
        at.isoformat(),
        (at + timedelta(minutes=3)).isoformat(),
        "THB",
        f"{die.randint(100, 3000)}.00",
        "no",
        die.choice(COURIERS),
        f"buyer{die.randrange(10**6)}",
        name,
        f"+668{die.randrange(10**8):08d}",
        "",
        f"{die.randint(1, 999)}/{die.randint(1, 99)} {die.choice(STREETS)}",
        "",
        "วัฒนา",
        "กรุงเทพมหานคร",
        "กรุงเทพมหานคร",
        f"10{die.randint(100, 999)}",
        "TH",
        "",
    ]
    return [
        [*head, str(place), msku(product), f"Product {product}", str(pieces), f"{die.randint(20, 900)}.50"]
        for place, (product, pieces) in enumerate(goods, 1)
    ]
