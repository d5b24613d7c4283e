# Alerts: what is wrong, what is told of it, to whom.

import bridge.alerts.models
import bridge.connections.secrets
import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('bridge', '0021_setup_and_diagnosis'),
    ]

    operations = [
        migrations.CreateModel(
            name='AlertRules',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('backlog_minutes', models.PositiveIntegerField(default=30)),
                ('away_minutes', models.PositiveIntegerField(default=5)),
                ('budget_percent', models.PositiveSmallIntegerField(default=50)),
                ('digest_weekday', models.PositiveSmallIntegerField(default=1)),
                ('digest_hour', models.PositiveSmallIntegerField(default=9)),
                ('smtp_host', models.CharField(blank=True, max_length=255)),
                ('smtp_port', models.PositiveIntegerField(default=465)),
                ('smtp_security', models.CharField(choices=[('tls', 'SSL/TLS from the start (mostly port 465)'), ('starttls', 'STARTTLS (mostly port 587)'), ('none', 'none (only within an own network)')], default='tls', max_length=10)),
                ('smtp_user', models.CharField(blank=True, max_length=255)),
                ('smtp_sender', models.CharField(blank=True, max_length=255)),
                ('secrets', bridge.connections.secrets.EncryptedJSONField(default=dict)),
                ('bot_name', models.CharField(blank=True, editable=False, max_length=100)),
                ('looked_at', models.DateTimeField(editable=False, null=True)),
            ],
        ),
        migrations.CreateModel(
            name='Incident',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(max_length=200)),
                ('kind', models.CharField(choices=[('failure', 'Orders or stock stand still for a new reason'), ('again', 'The same trouble goes on or grows'), ('over', 'A trouble is over'), ('away', 'A site or MoySklad does not answer'), ('auth', 'A site or MoySklad does not accept the login'), ('backlog', 'The exchange is late'), ('budget', 'MoySklad may block the login for too many calls'), ('worker', 'The exchange stands still'), ('digest', 'Summary of the week')], max_length=10)),
                ('facts', models.JSONField(default=dict)),
                ('since', models.DateTimeField()),
                ('count', models.PositiveIntegerField(default=0)),
                ('total', models.PositiveIntegerField(default=0)),
                ('told_at', models.DateTimeField(null=True)),
                ('told_count', models.PositiveIntegerField(default=0)),
                ('tellings', models.PositiveIntegerField(default=0)),
                ('absent_since', models.DateTimeField(null=True)),
                ('over_at', models.DateTimeField(db_index=True, null=True)),
                ('connection', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='bridge.connection')),
                ('shop', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='bridge.shop')),
            ],
        ),
        migrations.CreateModel(
            name='Alert',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(max_length=220, unique=True)),
                ('kind', models.CharField(choices=[('failure', 'Orders or stock stand still for a new reason'), ('again', 'The same trouble goes on or grows'), ('over', 'A trouble is over'), ('away', 'A site or MoySklad does not answer'), ('auth', 'A site or MoySklad does not accept the login'), ('backlog', 'The exchange is late'), ('budget', 'MoySklad may block the login for too many calls'), ('worker', 'The exchange stands still'), ('digest', 'Summary of the week')], max_length=10, verbose_name='kind')),
                ('subject', models.CharField(choices=[('failure', 'Orders or stock stand still for a new reason'), ('again', 'The same trouble goes on or grows'), ('over', 'A trouble is over'), ('away', 'A site or MoySklad does not answer'), ('auth', 'A site or MoySklad does not accept the login'), ('backlog', 'The exchange is late'), ('budget', 'MoySklad may block the login for too many calls'), ('worker', 'The exchange stands still'), ('digest', 'Summary of the week')], max_length=10)),
                ('event', models.CharField(blank=True, choices=[('began', 'began'), ('again', 'again'), ('over', 'over')], max_length=10)),
                ('facts', models.JSONField(default=dict)),
                ('created_at', models.DateTimeField(db_index=True, default=django.utils.timezone.now, verbose_name='when')),
                ('connection', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='bridge.connection')),
                ('shop', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='bridge.shop', verbose_name='shop')),
                ('incident', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='alerts', to='bridge.incident')),
            ],
            options={
                'verbose_name': 'alert',
                'verbose_name_plural': 'alerts',
                'ordering': ['-created_at', '-pk'],
            },
        ),
        migrations.CreateModel(
            name='Recipient',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=100, unique=True, verbose_name='name')),
                ('channel', models.CharField(choices=[('email', 'E-mail'), ('telegram', 'Telegram')], max_length=10, verbose_name='channel')),
                ('address', models.CharField(max_length=255, verbose_name='address')),
                ('active', models.BooleanField(default=True, verbose_name='is told')),
                ('language', models.CharField(choices=[('ru', 'Russian'), ('en', 'English')], default='ru', max_length=5, verbose_name='language')),
                ('time_zone', models.CharField(default=bridge.alerts.models.own_zone, max_length=60, verbose_name='time zone')),
                ('quiet_from', models.TimeField(blank=True, null=True, verbose_name='quiet from')),
                ('quiet_to', models.TimeField(blank=True, null=True, verbose_name='quiet until')),
                ('kinds', models.JSONField(default=bridge.alerts.models.every_kind, verbose_name='what')),
                ('urgent', models.JSONField(blank=True, default=bridge.alerts.models.urgent_kinds, verbose_name='also in quiet hours')),
                ('failures', models.PositiveIntegerField(default=0, editable=False)),
                ('failed_at', models.DateTimeField(editable=False, null=True)),
                ('next_try_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('problem', models.CharField(blank=True, editable=False, max_length=60)),
                ('problem_params', models.JSONField(default=dict, editable=False)),
                ('running_since', models.DateTimeField(editable=False, null=True)),
                ('shops', models.ManyToManyField(blank=True, related_name='+', to='bridge.shop', verbose_name='shops')),
            ],
            options={
                'verbose_name': 'recipient of alerts',
                'verbose_name_plural': 'recipients of alerts',
                'ordering': ['name'],
            },
        ),
        migrations.CreateModel(
            name='AlertDelivery',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('state', models.CharField(choices=[('waiting', 'waits'), ('sent', 'sent'), ('given_up', 'could not be sent')], default='waiting', max_length=10)),
                ('sent_at', models.DateTimeField(null=True)),
                ('alert', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='deliveries', to='bridge.alert')),
                ('recipient', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='deliveries', to='bridge.recipient')),
            ],
        ),
        migrations.AddConstraint(
            model_name='incident',
            constraint=models.UniqueConstraint(condition=models.Q(('over_at', None)), fields=('key',), name='one_open_incident'),
        ),
        migrations.AddIndex(
            model_name='alertdelivery',
            index=models.Index(condition=models.Q(('state', 'waiting')), fields=['recipient'], name='delivery_waiting'),
        ),
        migrations.AddIndex(
            model_name='alertdelivery',
            index=models.Index(fields=['recipient', 'sent_at'], name='delivery_sent'),
        ),
        migrations.AddConstraint(
            model_name='alertdelivery',
            constraint=models.UniqueConstraint(fields=('alert', 'recipient'), name='one_delivery_per_recipient'),
        ),
    ]
