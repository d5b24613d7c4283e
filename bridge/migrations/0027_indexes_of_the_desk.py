# Indexes for what the desk's lists are narrowed by, sorted by and searched in, each made while work goes on.

from django.db import migrations, models
from django.db.models.lookups import IsNull

from bridge.migrations._index_beside import AddIndexBeside, IndexFieldBeside
from bridge.outbox.upload_of import UploadOf


class Migration(migrations.Migration):
    atomic = False  # PostgreSQL makes no index beside the work inside a transaction

    dependencies = [
        ('bridge', '0026_personal_data'),
    ]

    operations = [
        AddIndexBeside(
            model_name='deliveryattempt',
            index=models.Index(condition=models.Q(('outcome', 'done'), _negated=True), fields=['finished_at'], name='attempt_not_done'),
        ),
        IndexFieldBeside(
            model_name='order',
            name='phone_backwards',
            field=models.CharField(blank=True, db_index=True, max_length=60),
        ),
        IndexFieldBeside(
            model_name='orderbinding',
            name='document_name',
            field=models.CharField(blank=True, db_index=True, max_length=255, verbose_name='number in MoySklad'),
        ),
        AddIndexBeside(
            model_name='orderbinding',
            index=models.Index(condition=models.Q(('gone', ''), _negated=True), fields=['order'], name='document_removed'),
        ),
        AddIndexBeside(
            model_name='orderbinding',
            index=models.Index(condition=models.Q(('external_id', '')), fields=['order'], name='document_not_made'),
        ),
        AddIndexBeside(
            model_name='refund',
            index=models.Index(fields=['placed_at'], name='refund_made'),
        ),
        AddIndexBeside(
            model_name='refund',
            index=models.Index(fields=['source_id'], name='refund_number'),
        ),
        AddIndexBeside(
            model_name='return',
            index=models.Index(fields=['moment'], name='return_made'),
        ),
        AddIndexBeside(
            model_name='return',
            index=models.Index(fields=['name'], name='return_number'),
        ),
        AddIndexBeside(
            model_name='flag',
            index=models.Index(fields=['code', 'order'], name='flag_code'),
        ),
        AddIndexBeside(
            model_name='outboxmessage',
            index=models.Index(condition=models.Q(('state', 'discarded')), fields=['id'], name='message_discarded'),
        ),
        AddIndexBeside(
            model_name='outboxmessage',
            index=models.Index(fields=['created_at'], name='message_created'),
        ),
        AddIndexBeside(
            model_name='outboxmessage',
            index=models.Index(condition=models.Q(('state__in', ['waiting', 'in_flight'])), fields=['state', 'object_key'], name='message_on_its_way'),
        ),
        AddIndexBeside(
            model_name='inboxevent',
            index=models.Index(condition=models.Q(('delivery_id', ''), _negated=True), fields=['delivery_id'], name='event_delivery'),
        ),
        IndexFieldBeside(
            model_name='order',
            name='phone',
            field=models.CharField(blank=True, max_length=60, verbose_name='phone'),
        ),
        AddIndexBeside(
            model_name='alertdelivery',
            index=models.Index(condition=models.Q(('state', 'given_up')), fields=['alert'], name='delivery_given_up'),
        ),
        AddIndexBeside(
            model_name='apicall',
            index=models.Index(condition=models.Q(('status__gte', 300), ('status__lt', 400)), fields=['at'], name='call_elsewhere'),
        ),
        AddIndexBeside(
            model_name='apicall',
            index=models.Index(fields=['vendor', 'direction', 'at'], name='call_system'),
        ),
        AddIndexBeside(
            model_name='drift',
            index=models.Index(fields=['found_at'], name='drift_found'),
        ),
        AddIndexBeside(
            model_name='drift',
            index=models.Index(condition=models.Q(('state__in', ['open', 'repairing'])), fields=['found_at'], name='drift_open'),
        ),
        AddIndexBeside(
            model_name='drift',
            index=models.Index(fields=['code', 'found_at'], name='drift_code'),
        ),
        AddIndexBeside(
            model_name='drift',
            index=models.Index(fields=['subject', 'found_at'], name='drift_subject'),
        ),
        AddIndexBeside(
            model_name='drift',
            index=models.Index(fields=['title'], name='drift_title'),
        ),
        AddIndexBeside(
            model_name='goodschange',
            index=models.Index(fields=['run', 'id'], name='goods_change_of_run'),
        ),
        AddIndexBeside(
            model_name='goodschange',
            index=models.Index(condition=models.Q(('state__in', ['written', 'refused', 'undone'])), fields=['at', 'id'], name='goods_change_tried'),
        ),
        AddIndexBeside(
            model_name='goodschange',
            index=models.Index(fields=['state', 'at', 'id'], name='goods_change_came_to'),
        ),
        AddIndexBeside(
            model_name='goodschange',
            index=models.Index(condition=models.Q(('mark', ''), _negated=True), fields=['mark', 'at'], name='goods_change_mark'),
        ),
        AddIndexBeside(
            model_name='goodschange',
            index=models.Index(fields=['field', 'at'], name='goods_change_field'),
        ),
        AddIndexBeside(
            model_name='goodschange',
            index=models.Index(fields=['reason', 'at'], name='goods_change_reason'),
        ),
        AddIndexBeside(
            model_name='inboxevent',
            index=models.Index(fields=['connection', 'received_at', 'id'], name='event_of_sender'),
        ),
        AddIndexBeside(
            model_name='inboxevent',
            index=models.Index(fields=['received_at'], name='event_came'),
        ),
        AddIndexBeside(
            model_name='inboxevent',
            index=models.Index(fields=['topic', 'received_at'], name='event_topic'),
        ),
        AddIndexBeside(
            model_name='inboxevent',
            index=models.Index(condition=models.Q(('problem', ''), _negated=True), fields=['problem', 'received_at'], name='event_problem'),
        ),
        AddIndexBeside(
            model_name='listing',
            index=models.Index(fields=['name', 'id'], name='listing_name'),
        ),
        AddIndexBeside(
            model_name='listing',
            index=models.Index(condition=models.Q(('present', True)), fields=['shop', 'match'], name='listing_match'),
        ),
        AddIndexBeside(
            model_name='listing',
            index=models.Index(condition=models.Q(('present', False)), fields=['shop'], name='listing_gone'),
        ),
        AddIndexBeside(
            model_name='listing',
            index=models.Index(condition=models.Q(('fields_error', ''), ('write_error', ''), _negated=True), fields=['name', 'id'], name='listing_refused'),
        ),
        AddIndexBeside(
            model_name='outboxmessage',
            index=models.Index(condition=models.Q(('state__in', ['parked', 'dead'])), fields=['created_at', 'object_key'], name='message_needs_person'),
        ),
        AddIndexBeside(
            model_name='outboxmessage',
            index=models.Index(fields=['kind', 'created_at'], name='message_kind'),
        ),
        AddIndexBeside(
            model_name='outboxmessage',
            index=models.Index(condition=models.Q(('problem', ''), _negated=True), fields=['problem', 'created_at'], name='message_problem'),
        ),
        AddIndexBeside(
            model_name='product',
            index=models.Index(fields=['name', 'id'], name='product_name'),
        ),
        AddIndexBeside(
            model_name='product',
            index=models.Index(condition=models.Q(('present', False)), fields=['connection'], name='product_gone'),
        ),
        AddIndexBeside(
            model_name='return',
            index=models.Index(condition=models.Q(('gone', False), ('order', None), ('settled', False)), fields=['moment'], name='return_without_order'),
        ),
        AddIndexBeside(
            model_name='outboxmessage',
            index=models.Index(condition=models.Q(('assigned_to__isnull', False)), fields=['assigned_to'], name='message_assigned'),
        ),
        AddIndexBeside(
            model_name='inboxevent',
            index=models.Index(condition=models.Q(('assigned_to__isnull', False)), fields=['assigned_to'], name='event_assigned'),
        ),
        AddIndexBeside(
            model_name='inboxevent',
            index=models.Index(condition=models.Q(('state__in', ['done', 'discarded']), models.Q(('body', ''), _negated=True)), fields=['received_at'], name='event_with_body'),
        ),
        AddIndexBeside(
            model_name='order',
            index=models.Index(fields=['placed_at', 'id'], name='order_placed'),
        ),
        AddIndexBeside(
            model_name='order',
            index=models.Index(fields=['shop', 'placed_at', 'id'], name='order_in_shop'),
        ),
        AddIndexBeside(
            model_name='order',
            index=models.Index(fields=['status', 'placed_at', 'id'], name='order_in_status'),
        ),
        IndexFieldBeside(
            model_name='order',
            name='placed_at',
            field=models.DateTimeField(verbose_name='placed'),
        ),
        AddIndexBeside(
            model_name='goodschange',
            index=models.Index(condition=models.Q(('run', None)), fields=['at', 'id'], name='goods_change_by_itself'),
        ),
        AddIndexBeside(
            model_name='outboxmessage',
            index=models.Index(
                UploadOf('payload'),
                models.F('state'),
                condition=models.Q(IsNull(UploadOf('payload'), False)),
                name='message_of_upload',
            ),
        ),
    ]
