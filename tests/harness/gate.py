"""Keeps the database from tests that did not ask for it."""

from __future__ import annotations


class Gate:
    """Refuses the database to tests that did not ask for it: they would see another test's rows."""

    def __init__(self) -> None:
        self.open = False

    def install(self) -> None:
        """Put the gate in front of Django's connections."""
        from django.db.backends.base.base import BaseDatabaseWrapper

        connect = BaseDatabaseWrapper.ensure_connection

        def guarded(wrapper: BaseDatabaseWrapper) -> None:
            if not self.open and wrapper.connection is None:
                raise RuntimeError("this test uses the database without asking for the fixture `db`")
            connect(wrapper)

        BaseDatabaseWrapper.ensure_connection = guarded  # type: ignore[method-assign,assignment]  # in the real one's place


gate = Gate()
