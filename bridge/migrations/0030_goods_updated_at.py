from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('bridge', '0029_sales_heard_of'),
    ]

    operations = [
        migrations.AddField(
            model_name='product',
            name='updated_at',
            field=models.DateTimeField(editable=False, null=True),
        ),
    ]
