"""What the API itself complains of, in people's words, and the HTTP status of every problem it may answer with."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from salur.foundation.problems import Problem, register

TABLE: tuple[Problem, ...] = (
    Problem(
        "unreadable_request",
        _("The request cannot be read"),
        _("Its content is not valid JSON, or ended early."),
        _("Send one JSON document, encoded as UTF-8."),
        "developer",
    ),
    Problem(
        "token_missing",
        _("No API token"),
        _("The request carries no API token."),
        _("Send the header “Authorization: Bearer TOKEN”. An owner makes tokens under Settings."),
        "developer",
    ),
    Problem(
        "token_unknown",
        _("The API token is not valid"),
        _("The token is unknown, was revoked, or has come to its end."),
        _("Ask an owner of the merchant for a new token."),
        "owner",
    ),
    Problem(
        "scope_missing",
        _("The API token does not allow this"),
        _("This needs the scope %(scope)s, which the token does not have."),
        _("Use a token with this scope; an owner makes tokens under Settings."),
        "owner",
    ),
    Problem(
        "not_found",
        _("Not found"),
        _("This merchant has nothing at this address."),
        _("Check the number in the address, and which merchant the token belongs to."),
        "developer",
    ),
    Problem(
        "method_not_allowed",
        _("Not possible at this address"),
        _("The method %(method)s is not offered here."),
        _("Use one of: %(allowed)s."),
        "developer",
    ),
    Problem(
        "too_large",
        _("The request is too large"),
        _("At most %(limit)s are accepted."),
        _("Send less at once."),
        "developer",
    ),
    Problem(
        "media_type",
        _("Content of the wrong kind"),
        _("The request's content is “%(found)s”; this address takes “%(needed)s”."),
        _("Set the header Content-Type to what you send."),
        "developer",
    ),
    Problem(
        "invalid",
        _("Some values are not valid"),
        _("%(count)s value(s) of the request cannot be used; “errors” names each."),
        _("Correct them and send the request again."),
        "developer",
    ),
    Problem(
        "too_many_requests",
        _("Too many requests"),
        _("More requests arrived than are served at once."),
        _("Wait as long as the header Retry-After says."),
        "nobody",
    ),
    Problem(
        "internal",
        _("Something went wrong inside"),
        _("The request could not be served. The event is on record as %(incident)s."),
        _("Try again later; if it stays, tell whoever runs this installation the number of the event."),
        "developer",
    ),
    Problem(
        "file_refused",
        _("The file cannot be read"),
        _("%(reason)s"),
        _("Correct the file and send it again."),
        "operator",
    ),
    Problem(
        "import_busy",
        _("This file is being imported"),
        _("The same file is being imported into this store right now, by run %(run)s."),
        _("Follow that run instead."),
        "nobody",
    ),
    Problem(
        "sync_busy",
        _("A sync is under way"),
        _("Run %(run)s is bringing in this store's orders right now."),
        _("Follow that run, or name a time window to sync beside it."),
        "nobody",
    ),
    Problem(
        "run_ended",
        _("The run has ended"),
        _("Run %(run)s is “%(state)s”; only a run that waits or works can be stopped."),
        _("Nothing to do."),
        "nobody",
    ),
    Problem(
        "run_not_failed",
        _("The run has not failed"),
        _("Run %(run)s is “%(state)s”; only a run that failed can be tried again."),
        _("Start a new run instead."),
        "operator",
    ),
    Problem(
        "label_absent",
        _("No label yet"),
        _("No label PDF is stored for the outbound list %(reference)s."),
        _("Look at “why” of the list: it says what is missing."),
        "nobody",
    ),
    Problem(
        "shipment_held",
        _("The shipment cannot be arranged now"),
        _("%(reason)s"),
        _("Remove what stands in the way, then arrange again."),
        "operator",
    ),
    Problem(
        "push_not_refused",
        _("Nothing to push again"),
        _("The outbound list %(reference)s is “%(state)s”; only a list that the warehouse refused is pushed again."),
        _("Nothing to do: lists that wait or are under way go on by themselves."),
        "nobody",
    ),
    Problem(
        "not_at_warehouse",
        _("The warehouse has nothing to report"),
        _("The outbound list %(reference)s is not under way at a warehouse."),
        _("Nothing to do: it is looked at by itself once the warehouse has it."),
        "nobody",
    ),
    Problem(
        "order_twice",
        _("The order stands in the request twice"),
        _("The order %(value)s came before in the same request."),
        _("Send each order once in a request."),
        "developer",
    ),
    Problem(
        "not_storable",
        _("The order could not be stored"),
        _("The database refused it: %(reason)s"),
        _("Tell the developers."),
        "developer",
    ),
)

register(TABLE)

STATUS = {
    "unreadable_request": 400,
    "token_missing": 401,
    "token_unknown": 401,
    "scope_missing": 403,
    "not_entitled": 403,
    "role_too_low": 403,
    "not_found": 404,
    "label_absent": 404,
    "method_not_allowed": 405,
    "too_large": 413,
    "media_type": 415,
    "invalid": 422,
    "file_refused": 422,
    "warehouse_name": 422,
    "warehouse_zone": 422,
    "idempotency_conflict": 422,
    "too_many_requests": 429,
    "internal": 500,
}
"""Status by code. What is missing here is a refusal because of how things stand: 409."""

CONFLICT = 409

# Kinds of invalid values, by the validator's name for them; placeholders are filled from its limits.
VALUES = {
    "missing": _("A value is needed here."),
    "extra_forbidden": _("There is no field of this name."),
    "unknown_parameter": _("There is no parameter of this name."),
    "string_type": _("A text is needed here."),
    "string_too_short": _("At least %(min_length)s characters are needed."),
    "string_too_long": _("At most %(max_length)s characters are possible."),
    "int_type": _("A whole number is needed here."),
    "int_parsing": _("A whole number is needed here."),
    "int_from_float": _("A whole number is needed here."),
    "bool_type": _("true or false is needed here."),
    "bool_parsing": _("true or false is needed here."),
    "list_type": _("A list is needed here."),
    "model_type": _("An object is needed here."),
    "model_attributes_type": _("An object is needed here."),
    "dict_type": _("An object is needed here."),
    "too_short": _("At least %(min_length)s entries are needed."),
    "too_long": _("At most %(max_length)s entries are possible."),
    "greater_than_equal": _("The value must be at least %(ge)s."),
    "less_than_equal": _("The value must be at most %(le)s."),
    "enum": _("The value must be one of: %(expected)s."),
    "literal_error": _("The value must be one of: %(expected)s."),
    "datetime_parsing": _("A time is needed here, like 2026-05-01T09:59:00Z."),
    "datetime_from_date_parsing": _("A time is needed here, like 2026-05-01T09:59:00Z."),
    "datetime_type": _("A time is needed here, like 2026-05-01T09:59:00Z."),
    "timezone_aware": _("The time needs its offset from UTC, like 2026-05-01T09:59:00Z."),
    "bad_cursor": _("The cursor does not belong to this list. Begin without one."),
    "bad_window": _("The window must begin before it ends, and not in the future."),
    "not_added": _("No product of this MSKU was added to this warehouse."),
    "bad_key": _("An idempotency key has 1 to 200 characters."),
}
