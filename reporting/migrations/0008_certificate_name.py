from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("reporting", "0007_dispatch_outcome")]

    operations = [
        migrations.AddField(
            model_name="certificate",
            name="name",
            field=models.CharField("开具时企业名称", max_length=120, default=""),
            preserve_default=False,
        ),
    ]
