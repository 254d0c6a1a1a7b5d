"""``salur merchant`` and ``salur keys``: what whoever runs the installation does for its merchants."""

from __future__ import annotations

import argparse
import secrets
import sys
from typing import TYPE_CHECKING

from salur.config.boot import start_django
from salur.config.cli_manage import refuse_missing_owner, refuse_old_tables

if TYPE_CHECKING:
    from salur.tenancy.models import User

    Commands = argparse._SubParsersAction[argparse.ArgumentParser]


def register(commands: Commands) -> None:
    """Add the commands."""
    merchant = commands.add_parser("merchant", help="make merchants, and say what their plan holds")
    actions = merchant.add_subparsers(metavar="ACTION", required=True)
    create = actions.add_parser("create", help="a new merchant with its first owner")
    create.add_argument("name", help="the merchant's name")
    create.add_argument("--owner", required=True, metavar="LOGIN", help="user name; made if there is none")
    create.add_argument("--email", default="", help="e-mail of a new user")
    create.add_argument("--country", required=True, help="two letters, for instance TH")
    create.add_argument("--zone", required=True, help="time zone, for instance Asia/Bangkok")
    create.add_argument("--currency", required=True, help="three letters, for instance THB")
    create.set_defaults(run=_create)
    listed = actions.add_parser("list", help="all merchants with what their plan holds")
    listed.set_defaults(run=_list)
    grant = actions.add_parser("grant", help="switch an entitlement on or off (R2)")
    grant.add_argument("merchant", type=int, metavar="ID")
    grant.add_argument("entitlement", choices=["master_products", "warehouse_management"])
    grant.add_argument("--off", action="store_true", help="take it away again")
    grant.set_defaults(run=_grant)
    keys = commands.add_parser("keys", help="the keys that encrypt partner credentials")
    key_actions = keys.add_subparsers(metavar="ACTION", required=True)
    rotate = key_actions.add_parser("rotate", help="encrypt all credentials anew with the newest key")
    rotate.set_defaults(run=_rotate)


def _create(chosen: argparse.Namespace) -> int:
    start_django()
    refuse_old_tables()
    from django.db import transaction

    from salur.foundation.problems import Refusal
    from salur.tenancy.accounts import create_merchant
    from salur.tenancy.entitlements import grant
    from salur.tenancy.models import Entitlement
    from salur.tenancy.scope import merchant_scope

    try:
        with transaction.atomic():
            owner, password = _owner(chosen.owner, chosen.email)
            merchant_id = create_merchant(owner, chosen.name, chosen.country, chosen.zone, chosen.currency)
        with merchant_scope(merchant_id, actor=f"user:{owner.pk}", cause="salur merchant create"):
            for entitlement in Entitlement:
                grant(entitlement)
    except Refusal as refused:
        text = refused.text()
        print(f"salur: {text.title}: {text.cause} {text.cure}", file=sys.stderr)
        return 1
    print(f"merchant {merchant_id}, owner {owner.username}")
    if password:
        print(f"password {password}   (shown this once; change it under the account menu)")
    return 0


def _owner(login: str, email: str) -> tuple[User, str]:
    """The user of that name, or a new one with a password of ours (empty: the user had been there)."""
    from salur.tenancy.models import User

    found = User.objects.filter(username=login).first()
    if found is not None:
        return found, ""
    password = secrets.token_urlsafe(12)
    return User.objects.create_user(username=login, email=email, password=password), password


def _list(chosen: argparse.Namespace) -> int:
    start_django()
    refuse_old_tables()
    from salur.tenancy.accounts import all_merchants, merchant
    from salur.tenancy.scope import merchant_scope

    for merchant_id in all_merchants():
        with merchant_scope(merchant_id, actor="command", cause="salur merchant list"):
            one = merchant()
        print(f"{one.pk:>5}  {one.name}  {one.country}  {one.time_zone}  {', '.join(one.entitlements) or '-'}")
    return 0


def _grant(chosen: argparse.Namespace) -> int:
    start_django()
    refuse_old_tables()
    from salur.tenancy import entitlements
    from salur.tenancy.accounts import all_merchants
    from salur.tenancy.models import Entitlement
    from salur.tenancy.scope import merchant_scope

    if chosen.merchant not in all_merchants():
        print(f"salur: there is no merchant {chosen.merchant}", file=sys.stderr)
        return 1
    change = entitlements.withdraw if chosen.off else entitlements.grant
    with merchant_scope(chosen.merchant, actor="command", cause="salur merchant grant"):
        change(Entitlement(chosen.entitlement))
    return 0


def _rotate(chosen: argparse.Namespace) -> int:
    environment = start_django()
    refuse_missing_owner(environment)
    refuse_old_tables()
    from salur.integrations.credentials import rotate_everywhere

    print(f"{rotate_everywhere()} credentials encrypted with the newest key")
    return 0
