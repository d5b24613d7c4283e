"""What each document has of its items; documents from before are read when something of them changes."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [("bridge", "0014_whole_pieces")]

    operations = [
        migrations.AddField("orderbinding", "pieces", models.JSONField(null=True)),
    ]
