from django.db import migrations


class Migration(migrations.Migration):
    """Which sales of a site are older than the bridge is told by their time, as with orders."""

    dependencies = [
        ("bridge", "0015_pieces_of_documents"),
    ]

    operations = [
        migrations.RemoveField(model_name="shop", name="counted_from"),
    ]
