"""Reading the settings."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from salur.config.databases import databases
from salur.config.environment import VARIABLES, SettingWrong, prepare_home, read

URL = "postgresql://salur_app:secret@db.example:5433/salur?sslmode=require"


def test_without_anything_set_salur_uses_its_own_server_in_its_home(tmp_path: Path) -> None:
    environment = read({"SALUR_HOME": str(tmp_path)})
    assert environment.embedded
    assert environment.postgres_folder == tmp_path / "postgres"
    assert environment.owner_database_url


def test_a_given_database_is_used_with_all_its_options() -> None:
    entry = databases(read({"DATABASE_URL": URL, "SALUR_HOME": "/nowhere"}))["default"]
    assert (entry["HOST"], entry["PORT"], entry["NAME"], entry["USER"]) == ("db.example", "5433", "salur", "salur_app")
    assert entry["OPTIONS"]["sslmode"] == "require"


def test_the_pool_can_be_switched_off() -> None:
    given = {"DATABASE_URL": URL, "SALUR_HOME": "/nowhere"}
    assert databases(read(given))["default"]["OPTIONS"]["pool"]["max_size"] == 32
    assert "pool" not in databases(read({**given, "SALUR_DATABASE_POOL": "0"}))["default"]["OPTIONS"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_URL", "sqlite:///x.db"),
        ("SALUR_OWNER_DATABASE_URL", "mysql://x"),
        ("SALUR_DATABASE_POOL", "many"),
        ("SALUR_BASE_URL", "salur.example"),
        ("SALUR_BASE_URL", "https://salur.example/below"),
        ("SALUR_DEBUG", "maybe"),
        ("SALUR_LOG_LEVEL", "loud"),
        ("SALUR_CREDENTIAL_KEYS", "too-short"),
        ("SALUR_DATABSE_POOL", "3"),
    ],
)
def test_a_value_that_cannot_be_used_is_refused_by_the_name_of_its_variable(name: str, value: str) -> None:
    with pytest.raises(SettingWrong, match=f"^{name}:"):
        read({"DATABASE_URL": URL, "SALUR_HOME": "/nowhere", name: value})


def test_reading_writes_nothing(tmp_path: Path) -> None:
    read({"SALUR_HOME": str(tmp_path / "home")})
    assert list(tmp_path.iterdir()) == []


def test_keys_are_made_once_for_the_owner_of_the_folder_alone(tmp_path: Path) -> None:
    given = {"SALUR_HOME": str(tmp_path / "home")}
    prepare_home(given)
    first = read(given)
    prepare_home(given)
    assert read(given) == first
    assert len(first.credential_keys) == 1
    for name in ("secret.key", "credential.key"):
        assert stat.S_IMODE((tmp_path / "home" / name).stat().st_mode) == 0o600


def test_without_a_key_nothing_could_be_encrypted_that_is_lost_later(tmp_path: Path) -> None:
    assert read({"SALUR_HOME": str(tmp_path)}).credential_keys == ()


def test_a_key_file_that_others_may_read_is_refused(tmp_path: Path) -> None:
    given = {"SALUR_HOME": str(tmp_path)}
    prepare_home(given)
    (tmp_path / "credential.key").chmod(0o644)
    with pytest.raises(SettingWrong, match="chmod 600"):
        read(given)


def test_several_keys_are_kept_in_their_order() -> None:
    keys = [Fernet.generate_key().decode() for _ in range(2)]
    environment = read({"DATABASE_URL": URL, "SALUR_HOME": "/nowhere", "SALUR_CREDENTIAL_KEYS": ", ".join(keys)})
    assert list(environment.credential_keys) == keys


def test_secrets_do_not_show_in_the_settings_text() -> None:
    environment = read({"DATABASE_URL": URL, "SALUR_HOME": "/nowhere", "SALUR_SECRET_KEY": "very-secret"})
    assert "secret" not in repr(environment)


def test_the_host_of_the_base_url_is_answered_and_others_are_not() -> None:
    environment = read({"DATABASE_URL": URL, "SALUR_HOME": "/x", "SALUR_BASE_URL": "https://hub.example/"})
    assert environment.allowed_hosts == ("hub.example",)
    assert environment.secure


def test_every_url_and_key_counts_as_secret() -> None:
    assert {variable.name for variable in VARIABLES if variable.secret} == {
        "DATABASE_URL",
        "SALUR_OWNER_DATABASE_URL",
        "SALUR_SECRET_KEY",
        "SALUR_CREDENTIAL_KEYS",
        "SALUR_PARTNER_APPS",
    }


def test_applications_at_partners_are_read_by_partner() -> None:
    text = '{"jd": {"app_key": " K ", "app_secret": "S"}}'
    environment = read({"DATABASE_URL": URL, "SALUR_HOME": "/x", "SALUR_PARTNER_APPS": text})
    assert environment.partner_apps == {"jd": {"app_key": "K", "app_secret": "S"}}
    assert read({"DATABASE_URL": URL, "SALUR_HOME": "/x"}).partner_apps == {}


@pytest.mark.parametrize(
    "text",
    [
        "very-hidden",
        '["very-hidden"]',
        '{"jd": "very-hidden"}',
        '{"JD": {"app_key": "very-hidden"}}',
        '{"jd": {"app_key": {"x": "very-hidden"}}}',
        '{"jd": {"app_key": ""}}',
    ],
)
def test_applications_that_cannot_be_read_are_told_without_their_keys(text: str) -> None:
    with pytest.raises(SettingWrong, match=r"^SALUR_PARTNER_APPS:") as refusal:
        read({"DATABASE_URL": URL, "SALUR_HOME": "/x", "SALUR_PARTNER_APPS": text})
    assert "very-hidden" not in str(refusal.value)
    assert refusal.value.__cause__ is None
