"""``salur stock verify``: figures are the sum of their movements, reservations those of open lists (design 10)."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from salur.config.boot import start_django
from salur.config.cli_manage import refuse_old_tables

if TYPE_CHECKING:
    Commands = argparse._SubParsersAction[argparse.ArgumentParser]


def register(commands: Commands) -> None:
    """Add the command."""
    group = commands.add_parser("stock", help="look over the stock ledger")
    actions = group.add_subparsers(metavar="ACTION", required=True)
    verify = actions.add_parser(
        "verify", help="compare balances with their movements and with open lists; exit code 1 if one differs"
    )
    verify.add_argument("--merchant", type=int, metavar="ID", help="of this merchant only (all)")
    verify.set_defaults(run=_verify)


def _verify(chosen: argparse.Namespace) -> int:
    start_django()
    refuse_old_tables()
    from salur.flows.verify import verify_stock
    from salur.tenancy.accounts import all_merchants
    from salur.tenancy.scope import merchant_scope

    merchants = all_merchants()
    if chosen.merchant is not None:
        if chosen.merchant not in merchants:
            print(f"salur: there is no merchant {chosen.merchant}", file=sys.stderr)
            return 1
        merchants = [chosen.merchant]
    wrong = 0
    for merchant_id in merchants:
        with merchant_scope(merchant_id, actor="command", cause="salur stock verify"):
            for one in verify_stock():
                wrong += 1
                print(
                    f"merchant {merchant_id}, balance {one.balance_id}: {one.figure} is {one.balance},"
                    f" it should be {one.ledger}"
                )
    print(f"{len(merchants)} merchants verified, {wrong} figures differ", flush=True)
    return 1 if wrong else 0
