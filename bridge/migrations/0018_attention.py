# What people decided about what waits for them, and many tried again.

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('bridge', '0017_api_log'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='inboxevent',
            name='assigned_to',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='assigned to'),
        ),
        migrations.AddField(
            model_name='inboxevent',
            name='discard_reason',
            field=models.CharField(blank=True, db_default='', default='', max_length=300, verbose_name='why it was discarded'),
        ),
        migrations.AddField(
            model_name='inboxevent',
            name='discarded_by',
            field=models.CharField(blank=True, db_default='', default='', max_length=150, verbose_name='discarded by'),
        ),
        migrations.AddField(
            model_name='inboxevent',
            name='snoozed_until',
            field=models.DateTimeField(null=True, verbose_name='put off until'),
        ),
        migrations.AddField(
            model_name='outboxmessage',
            name='assigned_to',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='assigned to'),
        ),
        migrations.AddField(
            model_name='outboxmessage',
            name='discard_reason',
            field=models.CharField(blank=True, db_default='', default='', max_length=300, verbose_name='why it was discarded'),
        ),
        migrations.AddField(
            model_name='outboxmessage',
            name='discarded_by',
            field=models.CharField(blank=True, db_default='', default='', max_length=150, verbose_name='discarded by'),
        ),
        migrations.AddField(
            model_name='outboxmessage',
            name='snoozed_until',
            field=models.DateTimeField(null=True, verbose_name='put off until'),
        ),
        migrations.AlterField(
            model_name='inboxevent',
            name='state',
            field=models.CharField(choices=[('waiting', 'waiting'), ('in_flight', 'in work'), ('done', 'done'), ('failed', 'failed'), ('discarded', 'discarded')], default='waiting', max_length=10, verbose_name='state'),
        ),
        migrations.CreateModel(
            name='RetryRun',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('state', models.CharField(choices=[('running', 'running'), ('paused', 'paused'), ('done', 'finished'), ('cancelled', 'cancelled')], default='running', max_length=10, verbose_name='state')),
                ('place', models.JSONField(null=True)),
                ('running_since', models.DateTimeField(null=True)),
                ('due_at', models.DateTimeField(auto_now_add=True)),
                ('problem', models.CharField(blank=True, max_length=60)),
                ('problem_params', models.JSONField(default=dict)),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='begun')),
                ('finished_at', models.DateTimeField(null=True, verbose_name='ended')),
                ('chosen', models.JSONField(default=dict)),
                ('by', models.CharField(blank=True, max_length=150, verbose_name='by')),
                ('total', models.PositiveIntegerField(default=0, verbose_name='to try again')),
                ('done', models.PositiveIntegerField(default=0, verbose_name='tried again')),
                ('went', models.PositiveIntegerField(default=0, verbose_name='arrived')),
                ('failed', models.PositiveIntegerField(default=0, verbose_name='need you again')),
                ('shop', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='retry_runs', to='bridge.shop', verbose_name='shop')),
            ],
            options={
                'verbose_name': 'many tried again',
                'verbose_name_plural': 'many tried again',
                'ordering': ['-created_at', '-pk'],
                'abstract': False,
            },
        ),
    ]
