"""Credentials at rest: bound to their row, readable after the keys were turned (R15)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from cryptography.fernet import Fernet
from django.conf import settings

from salur.integrations import credentials
from salur.integrations.calling import ConnectionPaused, store_line
from salur.integrations.connect import Acting
from salur.integrations.models import Credential
from tests.harness.database import Database

from .conftest import Desk


def keys(*chosen: str) -> object:
    return replace(settings.SALUR, credential_keys=chosen)


def test_a_ciphertext_moved_to_another_merchants_row_does_not_open(
    new_acting: Callable[[str], Acting], desk: Desk, db: Database
) -> None:
    first, second = new_acting("first"), new_acting("second")
    mine = desk.connect_shop(first)
    desk.sandbox.control("shopee/shops", {"shop_id": 600002, "name": "Other", "region": "TH"})
    theirs = desk.connect_shop(second, shop_id=600002)
    db.admin.execute(
        "UPDATE integrations_credential SET sealed = (SELECT sealed FROM integrations_credential WHERE store_id = %s)"
        " WHERE store_id = %s",
        [mine, theirs],
    )
    with first.scope("look"):
        assert store_line(mine).credentials["shop_id"] == "600001"
    with second.scope("look"), pytest.raises(ConnectionPaused) as refusal:
        store_line(theirs)
    assert refusal.value.code == "credentials_unreadable"


def test_after_turning_the_keys_the_old_one_may_go(
    acting: Acting, desk: Desk, db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    old, new = settings.SALUR.credential_keys[0], Fernet.generate_key().decode()
    store_id = desk.connect_shop(acting)
    with acting.scope("look"):
        before = store_line(store_id).credentials

    monkeypatch.setattr(settings, "SALUR", keys(new, old))
    assert credentials.rotate_all(acting.merchant_id) == 1
    monkeypatch.setattr(settings, "SALUR", keys(new))
    with acting.scope("look"):
        line = store_line(store_id)
    assert line.credentials == before
    assert line.credential_version == 1
    monkeypatch.setattr(settings, "SALUR", keys(old))
    with acting.scope("look"), pytest.raises(ConnectionPaused):
        store_line(store_id)


def test_turning_the_keys_touches_one_merchant_only(
    new_acting: Callable[[str], Acting], desk: Desk, db: Database
) -> None:
    first, second = new_acting("first"), new_acting("second")
    desk.connect_shop(first)
    before = db.rows("SELECT sealed FROM integrations_credential")
    assert credentials.rotate_all(second.merchant_id) == 0
    assert db.rows("SELECT sealed FROM integrations_credential") == before
    assert credentials.rotate_all(first.merchant_id) == 1
    assert db.rows("SELECT sealed FROM integrations_credential") != before
    with second.scope("look"):
        assert not Credential.objects.exists()


def test_turning_the_keys_everywhere_reaches_every_merchant(
    new_acting: Callable[[str], Acting], desk: Desk, db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = new_acting("first"), new_acting("second")
    desk.sandbox.control("shopee/shops", {"shop_id": 600002, "name": "Other", "region": "TH"})
    stores = [(first, desk.connect_shop(first)), (second, desk.connect_shop(second, shop_id=600002))]
    old, new = settings.SALUR.credential_keys[0], Fernet.generate_key().decode()
    monkeypatch.setattr(settings, "SALUR", keys(new, old))
    assert credentials.rotate_everywhere() == 2
    monkeypatch.setattr(settings, "SALUR", keys(new))
    for acting, store_id in stores:
        with acting.scope("look"):
            assert store_line(store_id).credentials["partner_key"]
