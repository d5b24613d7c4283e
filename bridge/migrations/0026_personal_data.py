# Orders whose customer was taken out.

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('bridge', '0025_encrypted_second_step'),
    ]

    operations = [
        migrations.AddField(
            model_name='order',
            name='anonymised_at',
            field=models.DateTimeField(editable=False, null=True, verbose_name='personal data taken out'),
        ),
    ]
