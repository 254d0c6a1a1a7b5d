"""What tells one instance of the simulated warehouse from another."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from salur.sandbox.qimen.model import Account, Warehouse
from salur.sandbox.qimen.settings import FastockSettings, QimenSettings

PATH = "/router/qimen/service"


@dataclass(frozen=True)
class Profile:
    """``forms`` gives, for an account and the service's address, the values of the hub's two forms."""

    name: str
    settings: type[QimenSettings]
    customer: str
    warehouses: tuple[Warehouse, ...]
    forms: Callable[[Account, str], tuple[dict[str, Any], dict[str, Any]]]


def _qimen_forms(account: Account, url: str) -> tuple[dict[str, Any], dict[str, Any]]:
    form = {
        "base_url": url,
        "app_key": account.app_key,
        "secret": account.secret,
        "customer_id": account.customer_id,
        "owner_code": account.owner,
        "warehouse_codes": ",".join(account.warehouses),
        "country": next(iter(account.warehouses.values())).country,
    }
    return form, {}


def _fastock_forms(account: Account, url: str) -> tuple[dict[str, Any], dict[str, Any]]:
    form = {
        "country": "MY",
        "customer_code": account.customer_id,
        "app_key": account.app_key,
        "secret_key": account.secret,
        "warehouse_codes": ",".join(account.warehouses),
        "base_url": url,
    }
    return form, {}


QIMEN = Profile(
    "qimen",
    QimenSettings,
    "QM88001",
    (Warehouse("QM01", "Bangkok Lat Krabang", "TH"), Warehouse("QM02", "Chonburi", "TH")),
    _qimen_forms,
)
FASTOCK = Profile(
    "fastock",
    FastockSettings,
    "FMY88001",
    (Warehouse("MY01", "Shah Alam", "MY"), Warehouse("MY02", "Johor Bahru", "MY")),
    _fastock_forms,
)
