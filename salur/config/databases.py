"""Django's DATABASES from connection URLs."""

from __future__ import annotations

from typing import Any

from psycopg.conninfo import conninfo_to_dict

from salur.config.environment import Environment


def databases(environment: Environment) -> dict[str, dict[str, Any]]:
    """``default`` for the application's role, ``owner`` for migrations.

    Where no owner is configured, ``owner`` is the application's role too; ``salur migrate`` then refuses to start.
    """
    default = _entry(environment.database_url)
    if environment.database_pool:
        default["OPTIONS"]["pool"] = {
            "min_size": 1,
            "max_size": environment.database_pool,
            "timeout": 10,
            "max_idle": 300,
        }
    return {
        "default": default,
        "owner": _entry(environment.owner_database_url or environment.database_url),
    }


def _entry(url: str) -> dict[str, Any]:
    parts = conninfo_to_dict(url)
    named = {
        "NAME": parts.pop("dbname", ""),
        "USER": parts.pop("user", ""),
        "PASSWORD": parts.pop("password", ""),
        "HOST": parts.pop("host", ""),
        "PORT": parts.pop("port", ""),
    }
    return {
        "ENGINE": "django.db.backends.postgresql",
        **{name: str(value or "") for name, value in named.items()},
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {"application_name": "salur", **parts},
    }
