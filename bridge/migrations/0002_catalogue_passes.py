from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("bridge", "0001_initial")]

    operations = [
        migrations.AddField("product", "seen_at", models.DateTimeField(null=True)),
        migrations.AddField("listing", "seen_at", models.DateTimeField(null=True)),
        migrations.AddField("watermark", "cursor", models.JSONField(default=dict)),
    ]
