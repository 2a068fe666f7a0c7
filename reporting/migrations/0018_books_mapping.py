import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0013_journal_of_practice"),
        ("reporting", "0017_receipts_can_be_verified"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="BooksMapping",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("frequency", models.CharField(max_length=6, verbose_name="频率")),
                ("edition_code", models.CharField(max_length=40, verbose_name="制度版本")),
                ("rows", models.JSONField(default=dict, verbose_name="各行的对应")),
                ("layouts", models.JSONField(default=dict, verbose_name="报表的样子")),
                ("confirmed_at", models.DateTimeField(verbose_name="确认时间")),
                (
                    "confirmed_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="确认人",
                    ),
                ),
                (
                    "enterprise",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="books_mappings",
                        to="accounts.enterprise",
                        verbose_name="企业",
                    ),
                ),
            ],
            options={
                "verbose_name": "财务报表对应",
                "constraints": [
                    models.UniqueConstraint(fields=("enterprise", "frequency"), name="one_books_mapping_of_a_firm")
                ],
            },
        ),
    ]
