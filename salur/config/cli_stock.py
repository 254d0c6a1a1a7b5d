"""``salur stock``: proof that figures are the sum of their movements and lists, and setting them to it (design 10)."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from salur.config.boot import start_django
from salur.config.cli_manage import refuse_old_tables

if TYPE_CHECKING:
    from salur.stock.verifying import Discrepancy

    Commands = argparse._SubParsersAction[argparse.ArgumentParser]


def register(commands: Commands) -> None:
    """Add the command."""
    group = commands.add_parser("stock", help="look over the stock ledger")
    actions = group.add_subparsers(metavar="ACTION", required=True)
    verify = actions.add_parser(
        "verify", help="compare balances with their movements and with open lists; exit code 1 if one differs"
    )
    recompute = actions.add_parser(
        "recompute",
        help="set balances that differ to the sum of their movements, and name them; 1 if lists differ then",
    )
    for action, run in ((verify, _verify), (recompute, _recompute)):
        action.add_argument("--merchant", type=int, metavar="ID", help="of this merchant only (all)")
        action.set_defaults(run=run)


def _merchants(chosen: argparse.Namespace) -> list[int] | None:
    """Those to be looked at; None, and a word about it, if the one named is not there."""
    start_django()
    refuse_old_tables()
    from salur.tenancy.accounts import all_merchants

    merchants = all_merchants()
    if chosen.merchant is None:
        return merchants
    if chosen.merchant not in merchants:
        print(f"salur: there is no merchant {chosen.merchant}", file=sys.stderr)
        return None
    return [chosen.merchant]


def _told(merchant_id: int, wrong: Iterable[Discrepancy], names: Mapping[int, str]) -> int:
    """Print each difference; answers how many there were."""
    count = 0
    for one in wrong:
        count += 1
        name = names.get(one.balance_id, "")
        print(
            f"merchant {merchant_id}, balance {one.balance_id}{name}: {one.figure} is {one.balance},"
            f" it should be {one.ledger}"
        )
    return count


def _names(wrong: Iterable[Discrepancy]) -> dict[int, str]:
    """MSKU and warehouse of each balance, for people."""
    from salur.stock.models import Balance

    rows = Balance.objects.filter(pk__in={one.balance_id for one in wrong}).select_related("warehouse")
    return {row.pk: f" ({row.msku} in {row.warehouse.name})" for row in rows}


def _verify(chosen: argparse.Namespace) -> int:
    merchants = _merchants(chosen)
    if merchants is None:
        return 1
    from salur.flows.verify import verify_stock
    from salur.tenancy.scope import merchant_scope

    wrong = 0
    for merchant_id in merchants:
        with merchant_scope(merchant_id, actor="command", cause="salur stock verify"):
            found = verify_stock()
            wrong += _told(merchant_id, found, _names(found))
    print(f"{len(merchants)} merchants verified, {wrong} figures differ", flush=True)
    return 1 if wrong else 0


def _recompute(chosen: argparse.Namespace) -> int:
    merchants = _merchants(chosen)
    if merchants is None:
        return 1
    from salur.flows.verify import verify_stock
    from salur.stock.verifying import recompute
    from salur.tenancy.scope import merchant_scope

    mended, wrong = 0, 0
    for merchant_id in merchants:
        with merchant_scope(merchant_id, actor="command", cause="salur stock recompute"):
            found = recompute()
            mended += _told(merchant_id, found, _names(found))
            left = verify_stock()
            wrong += _told(merchant_id, left, _names(left))
    print(f"{len(merchants)} merchants, {mended} figures set to their movements, {wrong} still differ", flush=True)
    return 1 if wrong else 0
