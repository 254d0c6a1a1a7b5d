"""The ``salur`` command. Each group of sub-commands is a module ``cli_*`` with a ``register`` function."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

import psycopg

from salur import __version__
from salur.config import (
    cli_conformance,
    cli_connector,
    cli_database,
    cli_demo,
    cli_doctor,
    cli_exchange,
    cli_manage,
    cli_merchant,
    cli_orders,
    cli_run,
    cli_stock,
    cli_why,
)
from salur.config.cli_manage import TablesOld
from salur.config.environment import SettingWrong
from salur.foundation.postgres.account import NoAccount
from salur.foundation.postgres.roles import RoleUnsafe, ServerTooOld
from salur.foundation.postgres.server import ServerFailed
from salur.foundation.postgres.wheels import NoPrograms

EXPLAINED = (
    SettingWrong,
    TablesOld,
    ServerFailed,
    NoAccount,
    NoPrograms,
    RoleUnsafe,
    ServerTooOld,
    psycopg.OperationalError,
)
"""Errors whose text tells the reader what to do: shown without a traceback."""

PASS_ON = (("manage",), ("sandbox",), ("database", "psql"))
"""Commands whose further arguments are another program's, ``--help`` included."""


def parser() -> argparse.ArgumentParser:
    """The whole command line."""
    root = argparse.ArgumentParser(prog="salur", description="Omnichannel fulfilment hub.")
    root.add_argument("--version", action="version", version=f"salur {__version__}")
    commands = root.add_subparsers(metavar="COMMAND", required=True)
    for module in (
        cli_run,
        cli_demo,
        cli_merchant,
        cli_orders,
        cli_stock,
        cli_why,
        cli_exchange,
        cli_conformance,
        cli_connector,
        cli_database,
        cli_manage,
        cli_doctor,
    ):
        module.register(commands)
    return root


def split(given: list[str]) -> tuple[list[str], list[str]]:
    """Salur's own arguments, and those that belong to the program behind the command, untouched."""
    for command in PASS_ON:
        if tuple(given[: len(command)]) == command:
            return given[: len(command)], given[len(command) :]
    return given, []


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the result is the exit code: 0 done, 1 failed, 2 refused with an explanation."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    own, passed_on = split(given)
    chosen = parser().parse_args(own)
    chosen.arguments = passed_on
    try:
        return int(chosen.run(chosen) or 0)
    except EXPLAINED as error:
        print(f"salur: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130
