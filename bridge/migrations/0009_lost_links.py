import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("bridge", "0008_stock_known")]

    operations = [
        migrations.AddField(
            model_name="listing",
            name="lost_link",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="bridge.product",
            ),
        ),
    ]
