import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """Names only: every row stays, under its own number and token."""

    dependencies = [("reporting", "0009_governance")]

    operations = [
        migrations.RenameModel("Dispatch", "Urging"),
        migrations.AlterField(
            model_name="urging",
            name="period",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="urgings",
                to="reporting.period",
                verbose_name="报告期",
            ),
        ),
        migrations.RenameField("ReminderChoice", "occasion", "reminder_time"),
    ]
