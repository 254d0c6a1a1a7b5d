"""The time zone of a warehouse that nobody has named one for (R130: the daily sync begins at 02:00 there)."""

from __future__ import annotations

from zoneinfo import available_timezones

OF_COUNTRY = {
    "ID": "Asia/Jakarta",
    "MY": "Asia/Kuala_Lumpur",
    "PH": "Asia/Manila",
    "SG": "Asia/Singapore",
    "TH": "Asia/Bangkok",
    "VN": "Asia/Ho_Chi_Minh",
    "TW": "Asia/Taipei",
    "CN": "Asia/Shanghai",
    "HK": "Asia/Hong_Kong",
    "KR": "Asia/Seoul",
    "JP": "Asia/Tokyo",
    "BR": "America/Sao_Paulo",
    "MX": "America/Mexico_City",
    "US": "America/Los_Angeles",
}
"""Where a country has several zones, that of most of its fulfilment warehouses: an owner may change it."""

OTHERWISE = "UTC"


def zone_of(named: str, country: str) -> str:
    """The partner's own word for it if it is an IANA name, else the country's zone, else UTC."""
    if named in available_timezones():
        return named
    return OF_COUNTRY.get(country.upper(), OTHERWISE)
