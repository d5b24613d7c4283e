# What orders are found by, of those there are already.

from django.db import migrations, transaction

PORTION = 2000
# Both databases call the columns of VALUES so.
WRITE = (
    "UPDATE bridge_order SET email = found.column2, phone_backwards = found.column3 "
    "FROM (VALUES %s) AS found WHERE found.column1 = bridge_order.id"
)


def fill(apps, schema_editor):
    """E-mails in small letters, phones by their end: of the orders there are already, a portion in one statement."""
    from bridge.domain import phones

    orders = apps.get_model("bridge", "Order").objects.using(schema_editor.connection.alias).order_by("pk")
    facts = ("pk", "email", "phone", "content__customer__country")
    after = 0
    while after is not None:
        # Locked from being read until they are written: what an order's writer says meanwhile is not put back.
        with transaction.atomic(using=schema_editor.connection.alias):
            rows = list(
                orders.select_for_update(no_key=True).filter(pk__gt=after).values_list(*facts)[:PORTION]
            )
            found = []
            for pk, email, phone, country in rows:
                comparable = phones.normal(phone, country or "") or phone
                digits = "".join(char for char in comparable if char in "0123456789")
                small = email.strip().lower()
                if digits or small != email:
                    found += [pk, small, digits[-60:][::-1]]
            if found:
                with schema_editor.connection.cursor() as cursor:
                    cursor.execute(WRITE % ", ".join(["(%s, %s, %s)"] * (len(found) // 3)), found)
        after = rows[-1][0] if rows else None


class Migration(migrations.Migration):
    atomic = False  # rows in portions; interrupted, it is simply done again

    dependencies = [
        ('bridge', '0023_api_tokens'),
    ]

    operations = [
        migrations.RunPython(fill, migrations.RunPython.noop, elidable=True),
    ]
