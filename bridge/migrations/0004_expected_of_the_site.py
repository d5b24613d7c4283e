from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('bridge', '0003_buyer_contacts'),
    ]

    operations = [
        migrations.AddField(
            model_name='orderbinding',
            name='editing',
            field=models.JSONField(null=True),
        ),
        migrations.AddField(
            model_name='orderbinding',
            name='expected_status',
            field=models.CharField(blank=True, max_length=60),
        ),
    ]
