"""Merchants, members and roles (R1)."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from django.db import connections

from salur.foundation.problems import Refusal
from salur.tenancy import accounts
from salur.tenancy.models import AuditEntry, Membership, Merchant, Role, User
from salur.tenancy.scope import NoMerchantScope, merchant_scope
from tests.harness.database import Database

NewUser = Callable[[str], User]


def test_a_merchant_begins_with_its_owner_and_without_entitlements(new_user: NewUser) -> None:
    owner = new_user("som")
    merchant_id = accounts.create_merchant(owner, "Baan Suan", "th", "Asia/Bangkok", "thb")

    assert accounts.memberships_of(owner) == [accounts.MembershipInfo(merchant_id, "Baan Suan", Role.OWNER)]
    with merchant_scope(merchant_id, actor="test", cause="look"):
        made = accounts.merchant()
        assert (made.country, made.currency, made.entitlements) == ("TH", "THB", [])
        assert AuditEntry.objects.get(action="merchant.created").actor == f"user:{owner.pk}"


@pytest.mark.parametrize(
    ("zone", "currency", "code"), [("Mars/Base", "THB", "field_zone"), ("Asia/Bangkok", "BAHT", "field_currency")]
)
def test_a_merchant_needs_a_real_time_zone_and_currency(
    new_user: NewUser, db: Database, zone: str, currency: str, code: str
) -> None:
    with pytest.raises(Refusal) as refusal:
        accounts.create_merchant(new_user("som"), "Baan", "TH", zone, currency)
    assert refusal.value.code == code
    assert db.rows("SELECT count(*) FROM tenancy_merchant") == [(0,)]


def test_a_user_sees_each_merchant_once_with_the_role_there(
    new_user: NewUser, new_merchant: Callable[[str], int]
) -> None:
    first, second, guest = new_merchant("first"), new_merchant("second"), new_user("guest")
    for merchant_id, role in ((first, Role.VIEWER), (second, Role.OPERATOR)):
        with merchant_scope(merchant_id, actor="test", cause="invite"):
            accounts.add_member(guest, role)

    found = [(info.merchant_id, info.role) for info in accounts.memberships_of(guest)]
    assert found == [(first, Role.VIEWER), (second, Role.OPERATOR)]
    assert accounts.memberships_of(new_user("stranger")) == []


def test_members_of_another_merchant_are_invisible(merchant_id: int, new_merchant: Callable[[str], int]) -> None:
    other = new_merchant("other")
    with merchant_scope(other, actor="test", cause="look"):
        assert [user.username for user, _ in accounts.members()] == ["owner-of-other"]
        assert list(Merchant.objects.values_list("pk", flat=True)) == [other]
    with pytest.raises(NoMerchantScope):
        accounts.members()


def test_a_role_includes_the_lesser_ones_only() -> None:
    assert accounts.at_least(Role.OWNER, Role.VIEWER)
    assert accounts.at_least(Role.OPERATOR, Role.OPERATOR)
    assert not accounts.at_least(Role.VIEWER, Role.OPERATOR)
    assert not accounts.at_least("stranger", Role.VIEWER)
    with pytest.raises(accounts.RoleTooLow) as refusal:
        accounts.require_role(Role.VIEWER, Role.OWNER)
    assert "Owner" in refusal.value.text().cause
    assert "Viewer" in refusal.value.text().cause


def test_changing_a_role_is_on_record_with_what_it_was(merchant_id: int, new_user: NewUser) -> None:
    guest = new_user("guest")
    with merchant_scope(merchant_id, actor="user:1", cause="invite"):
        accounts.add_member(guest, Role.VIEWER)
        accounts.add_member(guest, Role.OPERATOR)
        accounts.add_member(guest, Role.OPERATOR)
        seen = AuditEntry.objects.filter(action="member.role").order_by("id").values_list("detail", flat=True)
        assert list(seen) == [{"role": "viewer", "before": ""}, {"role": "operator", "before": "viewer"}]


def test_the_last_owner_can_neither_leave_nor_step_down(merchant_id: int) -> None:
    with merchant_scope(merchant_id, actor="test", cause="leave"):
        ((owner, _),) = accounts.members()
        with pytest.raises(accounts.LastOwner):
            accounts.remove_member(owner)
        with pytest.raises(accounts.LastOwner):
            accounts.add_member(owner, Role.VIEWER)
        assert accounts.members() == [(owner, Role.OWNER)]


def test_two_owners_who_leave_at_once_leave_one_behind(merchant_id: int, new_user: NewUser) -> None:
    second = new_user("second")
    with merchant_scope(merchant_id, actor="test", cause="invite"):
        accounts.add_member(second, Role.OWNER)
        owners = [user for user, _ in accounts.members()]
    together, refused = threading.Barrier(2), []

    def leave(user: User) -> None:
        try:
            with merchant_scope(merchant_id, actor=f"user:{user.pk}", cause="leave"):
                together.wait(60)
                accounts.remove_member(user)
        except accounts.LastOwner:
            refused.append(user.pk)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=leave, args=(user,)) for user in owners]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    with merchant_scope(merchant_id, actor="test", cause="look"):
        left = list(Membership.objects.filter(role=Role.OWNER).values_list("user_id", flat=True))
    assert left == refused
    assert len(left) == 1
