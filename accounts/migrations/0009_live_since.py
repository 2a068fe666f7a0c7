from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0008_invited_at"),
    ]

    operations = [
        migrations.AddField(
            model_name="installation",
            name="live_since",
            field=models.DateTimeField(blank=True, null=True, verbose_name="上线时间"),
        ),
    ]
