# Indexes for taking the personal data out of orders that ended long ago, each made while work goes on.

from django.db import migrations, models

from bridge.migrations._index_beside import AddIndexBeside
from bridge.orders.has_ended import HasEnded


class Migration(migrations.Migration):
    atomic = False  # PostgreSQL makes no index beside the work inside a transaction

    dependencies = [
        ('bridge', '0034_return_of_ours'),
    ]

    operations = [
        AddIndexBeside(
            model_name='order',
            index=models.Index(condition=models.Q(HasEnded('status'), ('anonymised_at', None)), fields=['modified_at'], name='order_with_data'),
        ),
        AddIndexBeside(
            model_name='apicall',
            index=models.Index(condition=models.Q(('message__isnull', False)), fields=['message'], name='call_message'),
        ),
    ]
