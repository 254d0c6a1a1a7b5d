"""Merchants and their members: made, listed, given roles (R1)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import available_timezones

from django.db import connection, transaction

from salur.foundation.locks import lock_rows
from salur.foundation.problems import Refusal

from . import audit
from .models import Membership, Merchant, Role, User
from .scope import current_scope, merchant_scope

RANK = {Role.VIEWER: 1, Role.OPERATOR: 2, Role.OWNER: 3}


class RoleTooLow(Refusal):
    """The member's role does not include what is asked."""

    code = "role_too_low"


class LastOwner(Refusal):
    """A merchant cannot be left without an owner."""

    code = "last_owner"


@dataclass(frozen=True, slots=True)
class MembershipInfo:
    """A merchant that a user belongs to, with the role there."""

    merchant_id: int
    name: str
    role: Role


def at_least(role: str, needed: Role) -> bool:
    """Whether ``role`` includes ``needed``: an owner may do all that an operator may, an operator what a viewer may."""
    return RANK.get(Role(role), 0) >= RANK[needed] if role in Role.values else False


def require_role(role: str, needed: Role) -> None:
    """Raise :class:`RoleTooLow` unless ``role`` includes ``needed``."""
    if not at_least(role, needed):
        shown = Role(role).label if role in Role.values else role
        raise RoleTooLow(needed=needed.label, role=shown)


def create_merchant(owner: User, name: str, country: str, time_zone: str, currency: str) -> int:
    """A new merchant with its first owner; answers its id. ``time_zone`` is an IANA name (else :class:`Refusal`)."""
    if time_zone not in available_timezones():
        raise Refusal("field_zone", value=time_zone)
    if len(currency) != 3 or not currency.isalpha():
        raise Refusal("field_currency", value=currency)
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT salur_create_merchant(%s, %s, %s, %s, %s)",
                [name, country.upper(), time_zone, currency.upper(), owner.pk],
            )
            merchant_id = int(cursor.fetchone()[0])
        with merchant_scope(merchant_id, actor=f"user:{owner.pk}", cause="create merchant"):
            audit.record("merchant.created", f"merchant:{merchant_id}", name=name, owner=owner.pk)
    return merchant_id


def memberships_of(user: User) -> Sequence[MembershipInfo]:
    """The merchants of a user, outside any scope, oldest first."""
    if not user.pk:
        return []
    with connection.cursor() as cursor:
        cursor.execute("SELECT merchant_id, name, role FROM salur_memberships(%s)", [user.pk])
        return [MembershipInfo(merchant, name, Role(role)) for merchant, name, role in cursor.fetchall()]


def all_merchants() -> list[int]:
    """The ids of all merchants, outside any scope, oldest first: for commands of whoever runs the installation."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT merchant_id FROM salur_merchants()")
        return [row[0] for row in cursor.fetchall()]


def merchant() -> Merchant:
    """The scope's merchant."""
    return Merchant.objects.get(pk=current_scope().merchant_id)


def members() -> Sequence[tuple[User, Role]]:
    """The members of the scope's merchant with their roles, by user name."""
    rows = Membership.objects.select_related("user").order_by("user__username")
    return [(row.user, Role(row.role)) for row in rows]


def add_member(user: User, role: Role) -> None:
    """Make ``user`` a member, or change the role of one; raises :class:`LastOwner`."""
    held = _locked_memberships()
    before = held.get(user.pk)
    if before is None:
        Membership.objects.create(user=user, role=role)
    elif before.role == role:
        return
    else:
        _keep_an_owner(held, user, role)
        Membership.objects.filter(pk=before.pk).update(role=role)
    audit.record("member.role", f"user:{user.pk}", role=str(role), before=before.role if before else "")


def remove_member(user: User) -> None:
    """End a membership; raises :class:`LastOwner`. Somebody who is no member is left alone."""
    held = _locked_memberships()
    before = held.get(user.pk)
    if before is None:
        return
    _keep_an_owner(held, user, None)
    Membership.objects.filter(pk=before.pk).delete()
    audit.record("member.removed", f"user:{user.pk}", before=before.role)


def _locked_memberships() -> dict[int, Membership]:
    """All of them, locked: two owners who demote each other at once must not both succeed."""
    ids = list(Membership.objects.values_list("pk", flat=True))
    return {row.user_id: row for row in lock_rows(Membership.objects.all(), ids)}


def _keep_an_owner(held: dict[int, Membership], user: User, role: Role | None) -> None:
    owners = {user_id for user_id, row in held.items() if row.role == Role.OWNER}
    if role != Role.OWNER and owners == {user.pk}:
        raise LastOwner
