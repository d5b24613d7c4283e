import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    """For shops that were there before, history ends with this migration."""

    dependencies = [
        ("bridge", "0004_expected_of_the_site"),
    ]

    operations = [
        migrations.AddField(
            model_name="return",
            name="agreed",
            field=models.JSONField(null=True),
        ),
        migrations.AddField(
            model_name="shop",
            name="refunds_since",
            field=models.DateTimeField(default=django.utils.timezone.now, editable=False),
        ),
    ]
