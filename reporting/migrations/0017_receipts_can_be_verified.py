from django.db import migrations, models

import text.codes

AT_ONCE = 500


def draw_codes(apps, schema_editor):
    """What was sent before gets a code as well: its receipt is printed on request, whenever that is."""
    submissions = apps.get_model("reporting", "Submission").objects
    keys = list(submissions.filter(verification=None).values_list("pk", flat=True))
    for start in range(0, len(keys), AT_ONCE):
        some = list(submissions.filter(pk__in=keys[start : start + AT_ONCE]).only("pk"))
        for submission in some:
            submission.verification = text.codes.new_code()
        submissions.bulk_update(some, ["verification"])


class Migration(migrations.Migration):
    dependencies = [
        ("reporting", "0016_history_by_firm_and_period"),
    ]

    operations = [
        migrations.AddField(
            model_name="submission",
            name="verification",
            field=models.CharField(editable=False, max_length=24, null=True, verbose_name="验证码"),
        ),
        migrations.RunPython(draw_codes, migrations.RunPython.noop),
        migrations.AlterField(
            model_name="submission",
            name="verification",
            field=models.CharField(
                default=text.codes.new_code, editable=False, max_length=24, unique=True, verbose_name="验证码"
            ),
        ),
    ]
