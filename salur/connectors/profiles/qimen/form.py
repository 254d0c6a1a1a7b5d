"""Fields that every Qimen warehouse's settings have (contract sheet qimen.md, 1 and 4)."""

from __future__ import annotations

from salur.connectors.base.capabilities import FormField
from salur.connectors.base.texts import N_

ADDRESS_PATTERN = r"https?://[^\s#]+"
ASK = N_("Ask the warehouse what it expects; leave it as it is if it says nothing.")

SETTINGS: tuple[FormField, ...] = (
    FormField(
        key="base_url",
        label=N_("Service address, if it has changed"),
        origin=N_("Empty: the address given when the account was authorised"),
        partner_term="URL",
        max_length=300,
        required=False,
        pattern=ADDRESS_PATTERN,
    ),
    FormField(
        key="logistics_code",
        label=N_("Courier code for parcels with the store's own label"),
        origin=N_("The warehouse's code for parcels whose AWB number comes from the store"),
        partner_term="logisticsCode",
        max_length=50,
        required=False,
        default="OTHER",
    ),
    FormField(
        key="method_prefix",
        label=N_("Names of the operations"),
        origin=N_("A warehouse reached directly often leaves the prefix away."),
        partner_term="method",
        required=False,
        choices=(("taobao.qimen.", N_("With prefix taobao.qimen.")), ("none", N_("Without prefix"))),
        default="taobao.qimen.",
    ),
    FormField(
        key="label_url_key",
        label=N_("Field name for the label's address"),
        origin=ASK,
        partner_term="extendProps",
        max_length=50,
        required=False,
        default="labelUrl",
        pattern=r"[A-Za-z][A-Za-z0-9_]*",
    ),
    FormField(
        key="label_data_key",
        label=N_("Field name for the label's content"),
        origin=N_("Type “none” if the warehouse fetches the label from its address."),
        partner_term="extendProps",
        max_length=50,
        required=False,
        default="labelData",
        pattern=r"[A-Za-z][A-Za-z0-9_]*",
    ),
    *(
        FormField(key=key, label=label, origin=origin, partner_term="senderInfo", max_length=length, required=False)
        for key, label, origin, length in (
            ("sender_name", N_("Sender's name"), N_("Printed on papers of the warehouse, not on the label"), 50),
            ("sender_phone", N_("Sender's phone"), "", 50),
            ("sender_province", N_("Sender's province"), "", 50),
            ("sender_city", N_("Sender's city"), "", 50),
            ("sender_address", N_("Sender's street"), "", 200),
        )
    ),
    FormField(
        key="rate_per_second",
        label=N_("Calls per second"),
        origin=N_("Ask the warehouse what its system allows"),
        required=False,
        default="10",
        pattern=r"[0-9]+(\.[0-9]+)?",
    ),
)

SECRETS = frozenset(
    {
        "app_key", "secret", "sign", "labelData", "receiverInfo", "senderInfo", "mobile", "detailAddress", "name",
        "sender_phone", "sender_address",
    }
)  # fmt: skip
"""Never written to the record of calls: keys, labels and who the buyer is."""
