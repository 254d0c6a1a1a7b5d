"""API tokens: shown once, stored as a digest, limited, ended."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from salur.foundation.clock import fixed, now
from salur.tenancy import tokens
from salur.tenancy.models import ApiToken
from salur.tenancy.scope import merchant_scope
from tests.harness.database import Database


def made(merchant_id: int, **more: Any) -> tokens.NewToken:
    with merchant_scope(merchant_id, actor="user:1", cause="token"):
        return tokens.create("till", ["orders:read", "stock:read"], **more)


def test_a_token_opens_its_merchant_with_its_scopes(merchant_id: int) -> None:
    token = made(merchant_id)
    identity = tokens.authenticate(token.secret)
    assert identity == tokens.TokenIdentity(merchant_id, token.token_id, frozenset({"orders:read", "stock:read"}))
    assert identity.allows("orders:read")
    assert not identity.allows("orders:write")


def test_the_secret_is_stored_nowhere(merchant_id: int, db: Database) -> None:
    token = made(merchant_id)
    for table in ("tenancy_apitoken", "tenancy_auditentry"):
        stored = str(db.rows(f"SELECT to_jsonb(t)::text FROM {table} t"))
        assert token.secret not in stored
        assert token.secret[tokens.SHOWN :] not in stored
    assert token.secret not in repr(token)


@pytest.mark.parametrize("change", [lambda raw: raw[:-1], lambda raw: raw + "x", lambda raw: raw.upper(), lambda _: ""])
def test_anything_but_the_whole_secret_is_refused(merchant_id: int, change: Callable[[str], str]) -> None:
    assert tokens.authenticate(change(made(merchant_id).secret)) is None


def test_a_revoked_token_is_refused_at_once(merchant_id: int) -> None:
    token = made(merchant_id)
    with merchant_scope(merchant_id, actor="user:1", cause="token"):
        assert tokens.revoke(token.token_id)
        assert not tokens.revoke(token.token_id)
    assert tokens.authenticate(token.secret) is None


def test_a_token_ends_when_it_says(merchant_id: int) -> None:
    token = made(merchant_id, expires_at=now() + timedelta(hours=1))
    assert tokens.authenticate(token.secret) is not None
    with fixed(now() + timedelta(hours=1, seconds=1)):
        assert tokens.authenticate(token.secret) is None


def test_another_merchant_cannot_revoke_it(merchant_id: int, new_merchant: Callable[[str], int]) -> None:
    token = made(merchant_id)
    with merchant_scope(new_merchant("other"), actor="user:2", cause="token"):
        assert not tokens.revoke(token.token_id)
    assert tokens.authenticate(token.secret) is not None


def test_unknown_scopes_are_refused(merchant_id: int) -> None:
    with merchant_scope(merchant_id, actor="user:1", cause="token"):
        with pytest.raises(tokens.UnknownScope, match="orders:admin"):
            tokens.create("till", ["orders:admin"])
        assert not ApiToken.objects.exists()


def test_use_is_noted_once_a_minute(merchant_id: int) -> None:
    token, start = made(merchant_id), now()

    def noted() -> object:
        with merchant_scope(merchant_id, actor="test", cause="look"):
            return ApiToken.objects.values_list("last_used_at", flat=True).get()

    for seconds, expected in ((0, 0), (30, 0), (61, 61)):
        with fixed(start + timedelta(seconds=seconds)):
            assert tokens.authenticate(token.secret)
        assert noted() == start + timedelta(seconds=expected)
