"""The two database roles: the owner migrates, the application reads and writes rows and nothing else.

Row-level security only means something for a role that neither owns the tables nor bypasses policies, so this is
prepared in the same way on the embedded and on any other server, and checked at every start (design 11).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import LiteralString

import psycopg
from psycopg import sql

OLDEST_SERVER = 150000
"""Lowest accepted ``server_version_num``."""


class RoleUnsafe(Exception):
    """The application's role may do what it must not; the text names everything found, and the cure."""


class ServerTooOld(Exception):
    """The server is older than PostgreSQL 15."""


@dataclass(frozen=True)
class Login:
    """A database role with its password."""

    name: str
    password: str

    def __repr__(self) -> str:
        return f"Login({self.name!r}, ***)"


def prepare(admin_url: str, *, database: str, owner: Login, app: Login) -> None:
    """Create or mend the roles, the database and their rights; may be repeated.

    ``admin_url`` is a superuser's, or that of a role with CREATEDB and CREATEROLE.
    """
    with psycopg.connect(admin_url, autocommit=True) as admin:
        refuse_old_server(admin)
        for login in (owner, app):
            _create_role(admin, login)
        _join(admin, owner)
        _create_database(admin, database, owner)
    with psycopg.connect(admin_url, dbname=database, autocommit=True) as admin:
        _grant(admin, database, owner, app)


def refuse_old_server(connection: psycopg.Connection) -> None:
    """Raise :class:`ServerTooOld` below PostgreSQL 15."""
    if connection.info.server_version < OLDEST_SERVER:
        raise ServerTooOld(
            f"Salur needs PostgreSQL 15 or newer; this server is {connection.info.server_version // 10000}."
        )


def check_application_role(url: str) -> None:
    """Connect as the application does and raise :class:`RoleUnsafe` if that role could step around the policies."""
    with psycopg.connect(url, autocommit=True) as connection:
        refuse_old_server(connection)
        found = _dangers(connection)
    if found:
        raise RoleUnsafe(
            f"The application's database role {' and '.join(found)}. With such a role one merchant's rows are not "
            "kept from another's. Run `salur database prepare --admin-url URL` and use the DATABASE_URL it prints."
        )


def _dangers(connection: psycopg.Connection) -> list[str]:
    checks: tuple[tuple[str, LiteralString], ...] = (
        ("is a superuser", "SELECT rolsuper FROM pg_roles WHERE rolname = current_user"),
        ("bypasses row-level security", "SELECT rolbypassrls FROM pg_roles WHERE rolname = current_user"),
        (
            "owns tables",
            "SELECT EXISTS (SELECT FROM pg_class WHERE relnamespace = 'public'::regnamespace"
            " AND relkind IN ('r', 'p', 'v', 'm') AND pg_has_role(current_user, relowner, 'MEMBER'))",
        ),
        ("may create tables", "SELECT has_schema_privilege(current_user, 'public', 'CREATE')"),
    )
    return [danger for danger, query in checks if _flag(connection, query)]


def _flag(connection: psycopg.Connection, query: LiteralString) -> bool:
    row = connection.execute(query).fetchone()
    return bool(row and row[0])


def _create_role(admin: psycopg.Connection, login: Login) -> None:
    known = admin.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [login.name]).fetchone()
    action = sql.SQL("ALTER" if known else "CREATE")
    admin.execute(
        sql.SQL("{} ROLE {} LOGIN PASSWORD {}").format(action, sql.Identifier(login.name), sql.Literal(login.password))
    )


def _join(admin: psycopg.Connection, owner: Login) -> None:
    """A managed service's administrator is no superuser and can only act for the owner as a member of it."""
    if not _flag(admin, "SELECT rolsuper FROM pg_roles WHERE rolname = current_user"):
        admin.execute(sql.SQL("GRANT {} TO CURRENT_USER").format(sql.Identifier(owner.name)))


def _create_database(admin: psycopg.Connection, database: str, owner: Login) -> None:
    row = admin.execute("SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = %s", [database]).fetchone()
    name, role = sql.Identifier(database), sql.Identifier(owner.name)
    if row is None:
        # The built-in provider sorts and folds the same on every machine, whatever its C library.
        provider = sql.SQL("")
        if admin.info.server_version >= 170000:
            provider = sql.SQL(" LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8' LOCALE 'C'")
        admin.execute(
            sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE template0 ENCODING 'UTF8'{}").format(name, role, provider)
        )
    elif row[0] != owner.name:
        admin.execute(sql.SQL("ALTER DATABASE {} OWNER TO {}").format(name, role))


def _grant(admin: psycopg.Connection, database: str, owner: Login, app: Login) -> None:
    names = {
        "database": sql.Identifier(database),
        "owner": sql.Identifier(owner.name),
        "app": sql.Identifier(app.name),
    }
    statements: tuple[LiteralString, ...] = (
        "SET ROLE {owner}",
        "REVOKE ALL ON DATABASE {database} FROM PUBLIC",
        "GRANT CONNECT, TEMPORARY ON DATABASE {database} TO {app}",
        "REVOKE CREATE ON SCHEMA public FROM PUBLIC",
        "GRANT USAGE ON SCHEMA public TO {app}",
        "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {app}",
        "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO {app}",
        "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT EXECUTE ON FUNCTIONS TO {app}",
        "RESET ROLE",
    )
    for statement in statements:
        admin.execute(sql.SQL(statement).format(**names))
