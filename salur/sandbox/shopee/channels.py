"""Couriers per market. Names and ids of Thailand and the Philippines are assumed (shopee.md lists Indonesia's)."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Channel:
    """A logistics channel. ``modes`` is what info_needed offers, each with the fields it wants."""

    id: int
    name: str
    modes: Mapping[str, tuple[str, ...]]
    mask: int = 0
    service: str | None = None
    cod: bool = True
    preprint: bool = False
    prefix: str = "SPX"
    weight: int = 1


_PICKUP: Mapping[str, tuple[str, ...]] = {"pickup": ("address_id", "pickup_time_id")}
_NO_SLOTS: Mapping[str, tuple[str, ...]] = {"pickup": ()}
_BRANCH: Mapping[str, tuple[str, ...]] = {"dropoff": ("branch_id",)}
_DROPOFF: Mapping[str, tuple[str, ...]] = {"dropoff": ()}
_OWN: Mapping[str, tuple[str, ...]] = {"non_integrated": ("tracking_no",)}

CHANNELS: dict[str, tuple[Channel, ...]] = {
    "TH": (
        Channel(70021, "SPX Express", {**_PICKUP, **_DROPOFF}, prefix="SPXTH", weight=5),
        Channel(70023, "Flash Express", _PICKUP, prefix="TH", weight=3),
        Channel(70022, "J&T Express", _DROPOFF, prefix="JTTH", weight=2),
        Channel(70011, "Thailand Post - EMS", _BRANCH, cod=False, prefix="EMS", weight=1),
        Channel(70050, "SPX Instant", _NO_SLOTS, service="instant", cod=False, preprint=True, prefix="SPXI", weight=0),
        Channel(70099, "Seller Own Fleet", _OWN, cod=False, prefix="", weight=0),
    ),
    "ID": (
        Channel(8003, "SPX Standard", {**_PICKUP, **_DROPOFF}, prefix="SPXID", weight=5),
        Channel(80003, "JNE Reguler", _DROPOFF, prefix="JNE", weight=2),
        Channel(80012, "GoSend Instant", _NO_SLOTS, mask=8000, service="instant", cod=False, prefix="GK", weight=1),
        Channel(80019, "GrabExpress Instant", _NO_SLOTS, mask=8000, service="instant", cod=False, prefix="GR"),
        Channel(80044, "SPX Instant", _NO_SLOTS, mask=8000, service="instant", cod=False, prefix="SPXI"),
        Channel(80099, "GoSend Same Day", _NO_SLOTS, service="same_day", cod=False, prefix="GS"),
    ),
    "PH": (
        Channel(40021, "SPX Express", {**_PICKUP, **_DROPOFF}, prefix="SPXPH", weight=4),
        Channel(40014, "J&T Express", _PICKUP, prefix="JTPH", weight=2),
    ),
}


def channel(region: str, wanted: str | int) -> Channel | None:
    """A channel of the region by id or name."""
    for one in CHANNELS.get(region, ()):
        if str(one.id) == str(wanted) or one.name == wanted:
            return one
    return None
