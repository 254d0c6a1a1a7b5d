from django.db import migrations, models

from salur.foundation.transitions import trigger_sql

# Frozen, like those of 0002: the cancellation's machine with the move from done to conflict.
CANCELLATION = (
    "outbound_cancellation",
    "outbound_outbound",
    "cancellation",
    ["none"],
    [("asked", "conflict"), ("asked", "done"), ("asked", "sent"), ("done", "conflict"), ("none", "asked"), ("pending", "conflict"), ("pending", "done"), ("pending", "refused"), ("refused", "asked"), ("refused", "conflict"), ("refused", "done"), ("sent", "asked"), ("sent", "conflict"), ("sent", "done"), ("sent", "pending"), ("sent", "refused")],
)


class Migration(migrations.Migration):
    dependencies = [("outbound", "0003_found_by")]
    operations = [
        migrations.AddField("outbound", "push_warning", models.TextField(blank=True, db_default="")),
        migrations.AddField("outbound", "warning_settled_at", models.DateTimeField(blank=True, null=True)),
        migrations.AddField("outbound", "awb_given", models.TextField(blank=True, db_default="")),
        migrations.AddField("outbound", "settled_at", models.DateTimeField(blank=True, null=True)),
        migrations.AddField("outbound", "settled_note", models.TextField(blank=True, db_default="")),
        migrations.AddIndex(
            "outbound",
            models.Index(
                condition=models.Q(("awb", ""), _negated=True), fields=["merchant_id", "awb"], name="outbound_awb"
            ),
        ),
        migrations.RunSQL(trigger_sql(*CANCELLATION), migrations.RunSQL.noop),
    ]
