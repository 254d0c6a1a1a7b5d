"""What differs between the warehouses that speak Qimen: which input is which parameter, and the assumed places."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from salur.connectors.base.errors import ContractBroken
from salur.connectors.base.types import Credentials

DEFAULT_PREFIX = "taobao.qimen."


@dataclass(frozen=True, slots=True)
class Profile:
    """Names of the credentials that feed each Qimen parameter; one line to change where an assumption was wrong."""

    url: str = "base_url"
    app_key: str = "app_key"
    secret: str = "secret"  # noqa: S105 - the name of a field
    customer_id: str = "customer_id"
    owner_code: str = "owner_code"
    warehouses: str = "warehouse_codes"
    place_code: str = "warehouse_code"
    country: str = "country"
    fixed_country: str = ""


@dataclass(frozen=True, slots=True)
class Account:
    """One account's values, read once from credentials and settings."""

    url: str
    app_key: str
    secret: str
    customer_id: str
    owner_code: str
    warehouse_codes: tuple[str, ...]
    country: str
    prefix: str
    label_url_key: str
    label_data_key: str
    logistics_code: str
    shop_nick: str
    sender: Mapping[str, str]

    def __repr__(self) -> str:
        return f"Account({self.customer_id})"


SENDER = {
    "name": "sender_name",
    "mobile": "sender_phone",
    "province": "sender_province",
    "city": "sender_city",
    "detailAddress": "sender_address",
}


def read_account(profile: Profile, credentials: Credentials) -> Account:
    """The account; the owner of the goods is the customer unless the warehouse names another (A1)."""
    customer = credentials[profile.customer_id]
    return Account(
        url=credentials[profile.url],
        app_key=credentials[profile.app_key],
        secret=credentials[profile.secret],
        customer_id=customer,
        owner_code=credentials.get(profile.owner_code) or customer,
        warehouse_codes=_codes(profile, credentials),
        country=(profile.fixed_country or credentials.get(profile.country)).upper(),
        prefix=_prefix(credentials.get("method_prefix")),
        label_url_key=credentials.get("label_url_key") or "labelUrl",
        label_data_key=credentials.get("label_data_key") or "labelData",
        logistics_code=credentials.get("logistics_code") or "OTHER",
        shop_nick=credentials.get("shop_nick"),
        sender={key: credentials.get(name) for key, name in SENDER.items()},
    )


def _prefix(chosen: str) -> str:
    return "" if chosen == "none" else DEFAULT_PREFIX


def _codes(profile: Profile, credentials: Credentials) -> tuple[str, ...]:
    """Those of the form, then those added later; each once."""
    typed = [code.strip() for code in credentials.get(profile.warehouses).split(",")]
    added = credentials.get("places")
    try:
        places = json.loads(added) if added else []
        later = [str(place[profile.place_code]).strip() for place in places]
    except (ValueError, KeyError, TypeError) as error:
        raise ContractBroken("places", "the warehouses added to this account cannot be read", "places") from error
    return tuple(dict.fromkeys(code for code in (*typed, *later) if code))
