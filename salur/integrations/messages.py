"""What can go wrong while a partner is connected, in people's words (R9 to R12, R22 to R28)."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from salur.foundation.problems import Problem

TABLE: tuple[Problem, ...] = (
    Problem(
        "field_part_too_long",
        _("One of them is too long"),
        _("“%(value)s” has %(length)s characters; each may have at most %(limit)s."),
        _("Part the values by commas, and check that nothing else was copied along."),
        "operator",
    ),
    Problem(
        "field_part_format",
        _("One of them has not the expected form"),
        _("“%(value)s” does not have the form that the partner uses."),
        _("Part the values by commas, and copy this one again from where it is shown."),
        "operator",
    ),
    Problem(
        "field_refused",
        _("%(partner)s refused this value"),
        _("%(partner)s does not accept this value. It answered: “%(message)s” (%(partner_code)s)."),
        _("Compare it with what %(partner)s gave you, correct it and try again."),
        "operator",
    ),
    Problem(
        "hub_keys_missing",
        _("%(partner)s is not set up on this installation"),
        _("“%(mode)s” uses this installation's own application at %(partner)s, whose keys are missing: %(keys)s."),
        _("Ask whoever runs this installation to enter them in the setting SALUR_PARTNER_APPS and start Salur anew."),
        "developer",
    ),
    Problem(
        "login_needed",
        _("%(partner)s wants a login"),
        _("Access is given on the login page of %(partner)s, which only a person in a browser can fill in."),
        _("Have an owner authorise it in Salur's pages, under Integration."),
        "owner",
    ),
    Problem(
        "hub_not_reachable",
        _("The store cannot reach this installation"),
        _("The store would send its keys to %(address)s, which it reaches over https only, and from outside."),
        _("Type keys in instead, or have whoever runs Salur give it a public https address (SALUR_BASE_URL)."),
        "owner",
    ),
    Problem(
        "access_not_granted",
        _("Access was not granted"),
        _("Somebody answered no on the page of %(partner)s, so nothing was connected."),
        _("Begin again and approve it there, or type keys in."),
        "owner",
    ),
    Problem(
        "keys_not_received",
        _("The keys have not arrived"),
        _("%(partner)s says that access was granted, but no keys came to %(address)s."),
        _("Load this page again in a moment. If it stays so, the store cannot call that address: type keys in."),
        "owner",
    ),
    Problem(
        "no_places",
        _("%(partner)s takes no warehouse by number"),
        _("The warehouses of a %(partner)s account are fetched from the partner, not typed in."),
        _("Create the warehouse in the partner's own system, then fetch new warehouses here."),
        "operator",
    ),
    Problem(
        "place_unknown",
        _("%(partner)s does not know it"),
        _("%(partner)s names no warehouse for “%(value)s” in this account, so nothing was added."),
        _("Compare it with what %(partner)s gave you. If it is right, ask %(partner)s to open it for this account."),
        "operator",
    ),
    Problem(
        "place_unusable",
        _("%(partner)s does not let it be used"),
        _("%(partner)s knows “%(value)s”, but says that this account cannot use it now."),
        _("Ask %(partner)s to switch it on, then add it again."),
        "operator",
    ),
)
