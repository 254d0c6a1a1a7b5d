"""``salur merchant`` and ``salur keys``, as programs of their own (R1, R2, R15)."""

from __future__ import annotations

import os

from cryptography.fernet import Fernet
from django.contrib.auth.hashers import PBKDF2PasswordHasher

from salur.integrations.models import Credential
from salur.integrations.sealing import seal, unseal
from salur.tenancy.accounts import memberships_of
from salur.tenancy.entitlements import granted
from salur.tenancy.models import Entitlement, User
from salur.tenancy.scope import merchant_scope
from tests.config.test_cli_orders import salur
from tests.harness.database import Database
from tests.world import make_world

THAI = ("--country", "TH", "--zone", "Asia/Bangkok", "--currency", "THB")


def test_a_merchant_is_made_with_its_owner_who_can_sign_in(db: Database) -> None:
    made = salur("merchant", "create", "Baan Suan", "--owner", "ana", *THAI)
    assert made.returncode == 0, made.stderr
    ana = User.objects.get(username="ana")
    password = made.stdout.split("password ")[1].split()[0]
    assert PBKDF2PasswordHasher().verify(password, ana.password)  # tests hash otherwise within this process
    (membership,) = memberships_of(ana)
    assert (membership.name, membership.role) == ("Baan Suan", "owner")
    with merchant_scope(membership.merchant_id, actor="test", cause="test"):
        assert granted() == set(Entitlement)


def test_a_wrong_zone_is_explained_and_leaves_nothing_behind(db: Database) -> None:
    made = salur("merchant", "create", "X", "--owner", "ana", "--country", "TH", "--zone", "Siam", "--currency", "THB")
    assert made.returncode == 1
    assert "Siam" in made.stderr
    assert not User.objects.filter(username="ana").exists()


def test_an_entitlement_can_be_taken_away_and_given_back(db: Database) -> None:
    salur("merchant", "create", "Baan Suan", "--owner", "ana", *THAI)
    (membership,) = memberships_of(User.objects.get(username="ana"))
    merchant = str(membership.merchant_id)
    assert salur("merchant", "grant", merchant, "warehouse_management", "--off").returncode == 0
    assert "warehouse_management" not in salur("merchant", "list").stdout
    assert salur("merchant", "grant", merchant, "warehouse_management").returncode == 0
    assert "warehouse_management" in salur("merchant", "list").stdout
    assert salur("merchant", "grant", "999", "warehouse_management").returncode == 1


def test_rotating_keys_encrypts_every_credential_with_the_newest(db: Database) -> None:
    world = make_world()
    owner = (world.merchant_id, "account", world.account_id)
    with world.scope():
        from salur.foundation.clock import now

        Credential(account_id=world.account_id, sealed=seal({"app_key": "k"}, *owner), updated_at=now()).save()
        before = Credential.objects.get().sealed
    old, newest = os.environ["SALUR_CREDENTIAL_KEYS"], Fernet.generate_key().decode()
    os.environ["SALUR_CREDENTIAL_KEYS"] = f"{newest},{old}"
    try:
        turned = salur("keys", "rotate")
    finally:
        os.environ["SALUR_CREDENTIAL_KEYS"] = old
    assert turned.stdout.startswith("1 credentials"), turned.stderr
    with world.scope():
        after = Credential.objects.get().sealed
    assert after != before
    assert Fernet(newest).decrypt(after.encode())
    assert unseal(before, *owner)["app_key"] == "k"
