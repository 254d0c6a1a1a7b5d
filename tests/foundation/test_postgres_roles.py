"""Roles and their rights, on whichever server the tests run."""

from __future__ import annotations

from collections.abc import Iterator
from typing import LiteralString

import psycopg
import pytest
from psycopg import sql

from salur.config.cli_database import role_url
from salur.foundation.postgres import roles
from tests.harness.database import Database


def test_the_application_reads_and_writes_rows_of_the_owners_tables(database: Database) -> None:
    with psycopg.connect(database.owner_url, autocommit=True) as owner, psycopg.connect(database.url) as app:
        owner.execute("CREATE TABLE probe (id bigint GENERATED ALWAYS AS IDENTITY, word text)")
        try:
            app.execute("INSERT INTO probe (word) VALUES ('a')")
            app.execute("UPDATE probe SET word = 'b'")
            assert app.execute("SELECT word FROM probe").fetchone() == ("b",)
            app.execute("CREATE TEMPORARY TABLE staging (id int)")
            app.rollback()
        finally:
            owner.execute("DROP TABLE probe")


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE mine (id int)",
        "DROP TABLE tenancy_user",
        "TRUNCATE tenancy_user",
        "ALTER TABLE tenancy_user DISABLE ROW LEVEL SECURITY",
        "CREATE SCHEMA mine",
        "SET session_replication_role = replica",
    ],
)
def test_the_application_changes_no_tables_and_switches_nothing_off(database: Database, statement: str) -> None:
    with psycopg.connect(database.url) as app, pytest.raises(psycopg.errors.InsufficientPrivilege):
        app.execute(statement.encode())


def test_the_applications_role_passes_the_check(database: Database) -> None:
    roles.check_application_role(database.url)


def test_the_owners_role_is_refused_as_the_applications(database: Database) -> None:
    with pytest.raises(roles.RoleUnsafe, match="owns tables and may create tables"):
        roles.check_application_role(database.owner_url)


@pytest.fixture
def other_role(database: Database) -> Iterator[tuple[sql.Identifier, str]]:
    """A role of this test alone (roles are shared by all databases of the server), with its URL."""
    login = roles.Login(f"{database.name}_other", "x")
    name = sql.Identifier(login.name)
    database.admin.execute(sql.SQL("CREATE ROLE {} LOGIN PASSWORD 'x'").format(name))
    database.admin.execute(sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(sql.Identifier(database.name), name))
    yield name, role_url(database.run.admin_url, login, database.name)
    database.admin.execute(sql.SQL("DROP OWNED BY {}").format(name))
    database.admin.execute(sql.SQL("DROP ROLE {}").format(name))


@pytest.mark.parametrize(
    ("attribute", "danger"), [("BYPASSRLS", "bypasses row-level security"), ("SUPERUSER", "is a superuser")]
)
def test_a_role_that_steps_around_the_policies_is_refused(
    database: Database, other_role: tuple[sql.Identifier, str], attribute: LiteralString, danger: str
) -> None:
    name, url = other_role
    roles.check_application_role(url)
    database.admin.execute(sql.SQL("ALTER ROLE {} " + attribute).format(name))
    with pytest.raises(roles.RoleUnsafe, match=danger):
        roles.check_application_role(url)


def test_a_member_of_the_owner_is_refused(database: Database, other_role: tuple[sql.Identifier, str]) -> None:
    name, url = other_role
    database.admin.execute(sql.SQL("GRANT {} TO {}").format(sql.Identifier(database.run.owner), name))
    with pytest.raises(roles.RoleUnsafe, match="owns tables"):
        roles.check_application_role(url)


def test_an_administrator_who_is_no_superuser_can_prepare_a_database(database: Database) -> None:
    stem = f"{database.name}_managed"
    admin_url, made = _administrator(database, stem)
    owner, app = roles.Login(f"{stem}_o", "x"), roles.Login(f"{stem}_a", "y")
    try:
        for _ in range(2):
            roles.prepare(admin_url, database=stem, owner=owner, app=app)
        roles.check_application_role(admin_url.replace(f"{made}:z@", f"{app.name}:y@").replace("/postgres", f"/{stem}"))
    finally:
        database.admin.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(stem)))
        for name in (app.name, owner.name, made):
            database.admin.execute(sql.SQL("DROP ROLE IF EXISTS {}").format(sql.Identifier(name)))


def _administrator(database: Database, stem: str) -> tuple[str, str]:
    name = f"{stem}_adm"
    database.admin.execute(
        sql.SQL("CREATE ROLE {} LOGIN CREATEDB CREATEROLE PASSWORD 'z'").format(sql.Identifier(name))
    )
    return role_url(database.run.admin_url, roles.Login(name, "z"), "postgres"), name
