"""The submission in force, the one that is counted, and a 补报 that is used up.

`latest` becomes `in_force`: the newest that was not recalled. What was approved before the lock is what totals count;
what was approved after it is locked again, and every 补报 that led to an approval, or that a lock overtook, is spent;
but for what was approved after the lock and is open again at this moment: its firm has no other way to send it.
"""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Exists, F, OuterRef, Subquery

APPROVED, LOCKED = "50", "80"
TO_SUBMISSION = {
    "blank": True,
    "null": True,
    "on_delete": django.db.models.deletion.PROTECT,
    "related_name": "+",
    "to": "reporting.submission",
}


def check_at_once(apps, schema_editor):
    """PostgreSQL makes the new column's index last, and refuses to while foreign keys of changed rows wait for the end
    of the transaction to be checked."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def name_submissions(apps, schema_editor):
    Filing, Submission = apps.get_model("reporting", "Filing"), apps.get_model("reporting", "Submission")
    standing = Submission.objects.filter(filing=OuterRef("pk"), recalled_at=None).order_by("-number")
    Filing.objects.exclude(in_force=None).filter(in_force__recalled_at__isnull=False).update(
        in_force=Subquery(standing.values("pk")[:1])
    )
    Filing.objects.filter(after_lock=False).update(counted=F("approved"))
    Filing.objects.filter(after_lock=True, state=APPROVED).update(state=LOCKED)


def spend_requests(apps, schema_editor):
    LateRequest, Review = apps.get_model("reporting", "LateRequest"), apps.get_model("reporting", "Review")
    approvals = Review.objects.filter(
        submission__filing=OuterRef("filing"), decision="approve", at__gte=OuterRef("decided_at")
    ).order_by("at")
    granted = LateRequest.objects.filter(granted=True)
    in_use = granted.filter(filing__after_lock=True).exclude(filing__state=LOCKED)
    used = granted.filter(Exists(approvals)).exclude(pk__in=in_use.values("pk"))
    used.update(spent_at=Subquery(approvals.values("at")[:1]))
    overtaken = granted.filter(spent_at=None, filing__period__state="locked", filing__after_lock=False)
    for period, at in overtaken.order_by().values_list("filing__period", "filing__period__locked_at").distinct():
        LateRequest.objects.filter(granted=True, spent_at=None, filing__period=period, filing__after_lock=False).update(
            spent_at=at
        )


class Migration(migrations.Migration):
    dependencies = [("reporting", "0006_exempt_at_lock")]

    operations = [
        migrations.RenameField("filing", "latest", "in_force"),
        migrations.AlterField("filing", "in_force", models.ForeignKey(verbose_name="有效上报件", **TO_SUBMISSION)),
        migrations.AlterField(
            "filing", "approved", models.ForeignKey(verbose_name="审核通过的上报件", **TO_SUBMISSION)
        ),
        migrations.AddField("filing", "counted", models.ForeignKey(verbose_name="计入汇总的上报件", **TO_SUBMISSION)),
        migrations.AddField(
            "laterequest", "spent_at", models.DateTimeField(blank=True, null=True, verbose_name="用完时间")
        ),
        migrations.RunPython(check_at_once, migrations.RunPython.noop),
        migrations.RunPython(name_submissions, migrations.RunPython.noop),
        migrations.RunPython(spend_requests, migrations.RunPython.noop),
    ]
