from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0004_letters_failed_and_newest"),
    ]

    operations = [
        migrations.AddField(
            model_name="deadaddress",
            name="hearsay",
            field=models.BooleanField(default=False, verbose_name="有待核实"),
        ),
    ]
