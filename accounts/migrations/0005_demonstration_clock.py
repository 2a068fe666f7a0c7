import datetime
from zoneinfo import ZoneInfo

from django.db import migrations, models


def go_on_from_today(apps, schema_editor):
    """A demonstration made before its clock ran on stood on its day until now."""
    today = datetime.datetime.now(ZoneInfo("Asia/Shanghai")).date()
    apps.get_model("accounts", "Installation").objects.filter(demo_day__isnull=False).update(demo_since=today)


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0004_moves_to_be_accepted"),
    ]

    operations = [
        migrations.AddField(
            model_name="installation",
            name="demo_since",
            field=models.DateField(blank=True, null=True, verbose_name="演示起算日"),
        ),
        migrations.RunPython(go_on_from_today, migrations.RunPython.noop),
    ]
