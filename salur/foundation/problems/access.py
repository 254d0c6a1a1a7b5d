"""Who may do what, and what is wrong with a form: entitlements, roles, connections, fields (R2, R9 to R12)."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from .catalogue import Problem

TABLE: tuple[Problem, ...] = (
    Problem(
        "not_entitled",
        _("Your plan lacks %(entitlement)s"),
        _("This needs the entitlement %(entitlement)s, which is not switched on for this merchant."),
        _("Ask customer service to switch it on."),
        "owner",
    ),
    Problem(
        "role_too_low",
        _("You may not do this"),
        _("This needs the role %(needed)s; yours is %(role)s."),
        _("Ask an owner of the merchant to do it or to give you the role."),
        "owner",
    ),
    Problem(
        "last_owner",
        _("A merchant needs an owner"),
        _("This member is the only owner."),
        _("Make somebody else an owner first."),
        "owner",
    ),
    Problem(
        "idempotency_conflict",
        _("Another request used this key"),
        _("The Idempotency-Key %(key)s was sent before with other content."),
        _("Use a new key for each new request, and the same key only to repeat a request unchanged."),
        "developer",
    ),
    Problem(
        "idempotency_running",
        _("The same request is under way"),
        _("A request with the Idempotency-Key %(key)s has not ended yet."),
        _("Repeat it a little later to get its answer."),
        "nobody",
    ),
    Problem(
        "not_verified",
        _("%(partner)s could not be asked"),
        _("The credentials were not checked, so nothing was saved: %(partner_code)s %(message)s"),
        _("Check the service address, then try again in a minute."),
        "operator",
    ),
    Problem(
        "identity_taken",
        _("Connected with another merchant"),
        _("This %(partner)s account is bound to another merchant; one account serves one merchant only."),
        _("Disconnect it there first, or use another account. If you know of no other merchant, ask support."),
        "owner",
    ),
    Problem(
        "other_identity",
        _("This is another account"),
        _("%(partner)s opened %(found)s, but this connection belongs to %(expected)s."),
        _("Log in at %(partner)s with the right account, or connect the other one as a new connection."),
        "owner",
    ),
    Problem(
        "authorisation_stale",
        _("The authorisation took too long or is not yours"),
        _("The answer of the partner does not belong to an authorisation that you began in the last minutes."),
        _("Begin the authorisation again."),
        "owner",
    ),
    Problem(
        "connection_paused",
        _("%(name)s is paused"),
        _("The connection was paused: %(reason)s"),
        _("Authorise the connection again. Waiting work is kept and goes on by itself."),
        "owner",
    ),
    Problem(
        "credentials_unreadable",
        _("The stored credentials of %(name)s do not open"),
        _("None of this installation's keys opens them: %(reason)s"),
        _("Put the former key back into SALUR_CREDENTIAL_KEYS, or authorise the connection again."),
        "developer",
    ),
    Problem(
        "not_connected",
        _("Not connected"),
        _("%(name)s is not connected with the partner."),
        _("Connect it under Integration."),
        "owner",
    ),
    Problem(
        "connector_missing",
        _("No connector for %(partner)s"),
        _("The program part that speaks to %(partner)s is not installed or does not work."),
        _("Tell whoever runs this installation; `salur doctor` names the reason."),
        "developer",
    ),
    Problem(
        "form_invalid",
        _("The form has errors"),
        _("Some fields are not filled in as needed: %(fields)s"),
        _("Correct the marked fields."),
        "operator",
    ),
    Problem("field_required", _("Missing"), _("This field is needed."), _("Fill it in."), "operator"),
    Problem(
        "field_too_long",
        _("Too long"),
        _("At most %(limit)s characters are accepted; these are %(length)s."),
        _("Check that nothing else was copied along."),
        "operator",
    ),
    Problem(
        "field_choice",
        _("Not one of the choices"),
        _("%(value)s is not one of the choices."),
        _("Pick one of the list."),
        "operator",
    ),
    Problem(
        "field_format",
        _("Not the expected form"),
        _("The value does not have the form that the partner uses."),
        _("Copy it again from where it is shown."),
        "operator",
    ),
    Problem(
        "field_taken",
        _("Used already"),
        _("There is another one called %(value)s."),
        _("Choose another name."),
        "operator",
    ),
    Problem(
        "field_country",
        _("Country not served"),
        _("%(partner)s does not serve %(value)s; it serves %(countries)s."),
        _("Pick one of these countries."),
        "operator",
    ),
    Problem(
        "field_currency",
        _("Not a currency"),
        _("%(value)s is not a currency code of three letters."),
        _("Give the code, for instance THB, IDR or PHP."),
        "operator",
    ),
    Problem(
        "field_zone",
        _("Not a time zone"),
        _("%(value)s is not the name of a time zone."),
        _("Give the name, for instance Asia/Bangkok."),
        "operator",
    ),
)
