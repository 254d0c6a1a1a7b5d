"""A store as it is shown whole, and where a person has to log in for it."""

from __future__ import annotations

from datetime import datetime

from ninja import Field, Schema

from salur.flows.open_store import Way, ways_to_open
from salur.flows.store_switches import switches_of
from salur.flows.subscribing import Messages, messages_of
from salur.foundation.problems import describe
from salur.integrations.lines import connector_of
from salur.integrations.models import ConnectionState, StoreConnection
from salur.integrations.queries import last_exchanges

from . import presenting, shown


class StoreMessages(Schema):
    """The messages that the channel sends of changes."""

    address: str = Field(description="Where it sends them to.")
    by: str = Field(description="How they are switched on: call, login or console.")
    subscribed: bool = Field(description="Whether they come, as far as is known.")
    noted_by_hand: bool = Field(description="Whether only you know it, and note it here.")


class StoreProblem(Schema):
    """What keeps the store from being called, in the language of Accept-Language."""

    code: str
    title: str
    detail: str
    cure: str
    who: str


class FailedCall(Schema):
    """A call to the store that did not go well."""

    id: int = Field(description="Of the exchange.")
    at: datetime
    operation: str
    outcome: str
    status: int | None


class StoreWhole(shown.Store):
    """A store with all that can be set; secrets are never shown."""

    way: Way = Field(description="How access is given: `keys`, `login`, or `file` for none.")
    next_sync_at: datetime | None
    switches: dict[str, bool] = Field(
        description="Those that its channel offers, of: automatic_sync, auto_arrange, auto_confirm, sync_tracking."
    )
    settings: dict[str, str] = Field(description="By the keys of the channel's `settings_form`; empty: not chosen.")
    messages: StoreMessages | None = Field(description="null: its channel sends none.")
    problem: StoreProblem | None = Field(description="null: it can be called, or is not meant to be.")
    failed_calls: list[FailedCall] = Field(description="The latest ten, the newest first.")


class LoginAsked(Schema):
    """A person has to log in before the store is connected; nothing is saved until then."""

    address: str = Field(description="Send the person there, in the browser in which they are signed in to Salur.")
    person: str = Field(
        description="Whose login it is: the owner who made the token. Nobody else can come back from it."
    )
    expires_at: datetime = Field(description="Until when they have to be back; ask again after it.")
    channel: str
    name: str
    store_id: int | None = Field(description="The store that is authorised again; null: it will be a new one.")


def whole(row: StoreConnection) -> StoreWhole:
    """Inside a scope: the store with everything that its page shows."""
    plugin = connector_of(row)
    messages = messages_of(row, plugin)
    paused = row.state == ConnectionState.PAUSED
    return StoreWhole(
        **presenting.store(row).model_dump(),
        way="file" if plugin is None else ways_to_open(row.channel)[0],
        next_sync_at=row.next_poll_at if row.automatic_sync else None,
        switches=switches_of(row),
        settings={
            one.key: str(row.settings.get(one.key, one.default))
            for one in (() if plugin is None else plugin.settings_form)
            if not one.secret
        },
        messages=None if messages is None else _messages(messages),
        problem=_problem("connection_paused", name=row.name, reason=row.pause_reason) if paused else None,
        failed_calls=[
            FailedCall(id=one.pk, at=one.started_at, operation=one.operation, outcome=one.outcome, status=one.status)
            for one in last_exchanges(store_id=row.pk)
        ],
    )


def _messages(found: Messages) -> StoreMessages:
    return StoreMessages(
        address=found.address, by=found.by, subscribed=found.subscribed, noted_by_hand=found.told_by_hand
    )


def _problem(code: str, **evidence: str) -> StoreProblem:
    told = describe(code, evidence)
    return StoreProblem(code=code, title=told.title, detail=told.cause, cure=told.cure, who=told.who)
