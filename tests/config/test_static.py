import httpx

from tests.harness.web import LiveWeb


def test_static_files_come_from_the_packages_and_are_asked_for_again_only_when_changed(live_web: LiveWeb) -> None:
    address = live_web.url + "/static/django_htmx/django-htmx.js"
    first = httpx.get(address)
    assert (first.status_code, first.headers["x-content-type-options"]) == (200, "nosniff")
    assert httpx.get(address, headers={"If-None-Match": first.headers["etag"]}).status_code == 304


def test_a_missing_static_file_is_not_found(live_web: LiveWeb) -> None:
    assert httpx.get(live_web.url + "/static/no-such.js").status_code == 404


def test_static_files_do_not_lead_outside_their_folders(live_web: LiveWeb) -> None:
    answer = httpx.get(live_web.url + "/static/..%2f..%2f..%2fdjango_htmx/__init__.py")
    assert answer.status_code == 404


def test_static_files_cannot_be_written(live_web: LiveWeb) -> None:
    assert httpx.put(live_web.url + "/static/django_htmx/django-htmx.js").status_code == 405
