"""Idempotency keys: one key, one request, one answer."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from django.db import connections

from salur.tenancy import idempotency
from salur.tenancy.scope import merchant_scope

ONE = idempotency.digest_of("post", "/orders", b'{"a": 1}')
TWO = idempotency.digest_of("POST", "/orders", b'{"a": 2}')


def test_a_repeated_request_gets_the_first_answer(merchant_id: int) -> None:
    with merchant_scope(merchant_id, actor="token:1", cause="api"):
        assert idempotency.begin("k", ONE) is None
        idempotency.finish("k", 201, {"id": 7})
    with merchant_scope(merchant_id, actor="token:1", cause="api"):
        assert idempotency.begin("k", ONE) == idempotency.StoredAnswer(201, {"id": 7})


def test_the_same_key_with_other_content_is_refused(merchant_id: int) -> None:
    with merchant_scope(merchant_id, actor="token:1", cause="api"):
        idempotency.begin("k", ONE)
        idempotency.finish("k", 201, {})
        with pytest.raises(idempotency.KeyConflict) as refusal:
            idempotency.begin("k", TWO)
    assert "k" in refusal.value.text().cause


def test_method_path_and_body_all_count() -> None:
    again = idempotency.digest_of("POST", "/orders", b'{"a": 1}')
    others = {TWO, idempotency.digest_of("PUT", "/orders", b'{"a": 1}'), idempotency.digest_of("POST", "/runs", b"")}
    assert again == ONE
    assert ONE not in others
    assert len(others) == 3


def test_work_that_fails_leaves_the_key_free(merchant_id: int) -> None:
    with pytest.raises(ZeroDivisionError), merchant_scope(merchant_id, actor="token:1", cause="api"):
        idempotency.begin("k", ONE)
        raise ZeroDivisionError
    with merchant_scope(merchant_id, actor="token:1", cause="api"):
        assert idempotency.begin("k", TWO) is None


def test_work_begun_in_another_transaction_is_told_as_running(merchant_id: int) -> None:
    with merchant_scope(merchant_id, actor="token:1", cause="api"):
        idempotency.begin("k", ONE)
    with merchant_scope(merchant_id, actor="token:1", cause="api"), pytest.raises(idempotency.StillRunning):
        idempotency.begin("k", ONE)


def test_merchants_do_not_share_keys(merchant_id: int, new_merchant: Callable[[str], int]) -> None:
    for owner, digest in ((merchant_id, ONE), (new_merchant("other"), TWO)):
        with merchant_scope(owner, actor="token:1", cause="api"):
            assert idempotency.begin("k", digest) is None


def test_a_twin_at_the_same_time_waits_and_gets_the_answer(merchant_id: int) -> None:
    """Eight twins: the work is done once, and everybody is given its answer."""
    together, did, answers = threading.Barrier(8), [], []

    def request(number: int) -> None:
        try:
            together.wait(60)
            with merchant_scope(merchant_id, actor="token:1", cause="api"):
                stored = idempotency.begin("k", ONE)
                if stored is None:
                    did.append(number)
                    idempotency.finish("k", 200, {"by": number})
                    stored = idempotency.StoredAnswer(200, {"by": number})
            answers.append(stored.answer["by"])
        finally:
            connections.close_all()

    threads = [threading.Thread(target=request, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert len(did) == 1
    assert answers == did * 8


@pytest.mark.parametrize("key", ["", "k" * 201])
def test_a_key_has_a_sensible_length(merchant_id: int, key: str) -> None:
    with merchant_scope(merchant_id, actor="token:1", cause="api"), pytest.raises(ValueError, match="1 to 200"):
        idempotency.begin(key, ONE)
