from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("bridge", "0013_people"),
    ]

    operations = [
        migrations.AddField(
            model_name="listing",
            name="whole_pieces",
            field=models.BooleanField(default=False),
        ),
    ]
