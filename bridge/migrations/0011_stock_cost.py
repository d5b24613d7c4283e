# Indexes for how stock is brought to the sites.

from django.db import migrations, models

from bridge.migrations._index_beside import AddIndexBeside, RemoveIndexBeside


class Migration(migrations.Migration):
    atomic = False  # PostgreSQL makes no index beside the work inside a transaction

    dependencies = [
        ('bridge', '0010_stock_indexes'),
    ]

    operations = [
        RemoveIndexBeside(
            model_name='outboxmessage',
            name='message_object',
        ),
        AddIndexBeside(
            model_name='listing',
            index=models.Index(condition=models.Q(('unheard__gt', 0)), fields=['shop', 'unheard_until'], name='listing_unheard'),
        ),
        AddIndexBeside(
            model_name='outboxmessage',
            index=models.Index(condition=models.Q(('state', 'waiting')), fields=['connection', 'kind', 'due_at'], name='message_due_of_kind'),
        ),
        AddIndexBeside(
            model_name='outboxmessage',
            index=models.Index(fields=['object_key', 'state', 'kind'], name='message_object'),
        ),
    ]
