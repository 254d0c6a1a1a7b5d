import httpx
import psycopg
import pytest
from django.contrib.auth import get_user_model
from django.db import connection
from playwright.sync_api import Page, expect

from salur.foundation.postgres.roles import check_application_role
from tests.harness.database import Database
from tests.harness.web import LiveWeb


@pytest.mark.parametrize("attempt", [1, 2])
def test_rows_that_a_test_commits_are_gone_in_the_next(db: Database, attempt: int) -> None:
    assert get_user_model().objects.count() == 0
    user = get_user_model().objects.create_user("somebody", password="x")
    assert user.pk == 1
    assert db.rows("SELECT count(*) FROM tenancy_user") == [(1,)]


@pytest.mark.parametrize("attempt", [1, 2])
def test_rows_of_the_migrations_come_back_after_a_test_removed_them(db: Database, attempt: int) -> None:
    assert db.rows("SELECT count(*) FROM django_content_type") != [(0,)]
    db.admin.execute("DELETE FROM auth_permission")
    db.admin.execute("TRUNCATE django_content_type CASCADE")


def test_the_application_runs_under_a_role_that_policies_bind(db: Database) -> None:
    check_application_role(db.url)
    with connection.cursor() as cursor, pytest.raises(Exception, match="permission denied"):
        cursor.execute("CREATE TABLE mine (id int)")


def test_a_test_that_did_not_ask_for_the_database_does_not_get_it() -> None:
    with pytest.raises(RuntimeError, match="without asking"):
        get_user_model().objects.count()


def test_the_web_application_answers_over_http(live_web: LiveWeb) -> None:
    answer = httpx.get(live_web.url + "/accounts/login/")
    assert answer.status_code == 200
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert httpx.get(live_web.url + "/accounts/signup/").status_code == 200


def test_a_page_opens_in_a_browser(live_web: LiveWeb, page: Page) -> None:
    page.goto(live_web.url + "/accounts/login/")
    expect(page.locator("input[name=login]")).to_have_count(1)


def test_the_database_of_a_test_process_belongs_to_the_owner(database: Database) -> None:
    with psycopg.connect(database.owner_url) as owner:
        assert owner.execute(
            "SELECT pg_get_userbyid(datdba) = current_user FROM pg_database WHERE datname = %s", [database.name]
        ).fetchone() == (True,)
