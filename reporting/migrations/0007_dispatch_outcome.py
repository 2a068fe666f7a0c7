import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("reporting", "0006_period_reading"),
    ]

    operations = [
        migrations.AddField(
            model_name="dispatch",
            name="previewed_at",
            field=models.DateTimeField(default=django.utils.timezone.now, verbose_name="预览时间"),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="dispatch",
            name="finished_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="写完时间"),
        ),
        migrations.AddField(
            model_name="dispatch",
            name="submitted",
            field=models.PositiveIntegerField(default=0, verbose_name="期间已上报"),
        ),
        migrations.AddField(
            model_name="dispatch",
            name="just_urged",
            field=models.PositiveIntegerField(default=0, verbose_name="一小时内已催报"),
        ),
        migrations.AddField(
            model_name="dispatch",
            name="unreached",
            field=models.PositiveIntegerField(default=0, verbose_name="没有可用邮箱"),
        ),
        migrations.AlterField(
            model_name="dispatch",
            name="firms",
            field=models.PositiveIntegerField(default=0, verbose_name="企业数"),
        ),
        migrations.AlterField(
            model_name="dispatch",
            name="letters",
            field=models.PositiveIntegerField(default=0, verbose_name="信件数"),
        ),
    ]
