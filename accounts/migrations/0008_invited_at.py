from django.db import migrations, models


def take_from_the_letters(apps, schema_editor):
    """Oldest first, so that the newest letter of an account is what stands."""
    user, letter = apps.get_model("accounts", "User"), apps.get_model("accounts", "Letter")
    written = letter.objects.filter(stem="activation").order_by("written_at").values_list("key", "written_at")
    newest = {}
    for key, at in written.iterator():
        newest[int(key.split(":")[1])] = at
    people = list(user.objects.filter(pk__in=newest).only("pk", "invited_at"))
    for person in people:
        person.invited_at = newest[person.pk]
    user.objects.bulk_update(people, ["invited_at"], batch_size=300)


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0007_district_by_hand"),
    ]

    operations = [
        migrations.AddField(
            model_name="user",
            name="invited_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="最近邀请时间"),
        ),
        migrations.RunPython(take_from_the_letters, migrations.RunPython.noop),
    ]
