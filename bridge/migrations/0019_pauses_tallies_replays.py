# What stays in for a while, the figures of each day, events handled once more.

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('bridge', '0018_attention'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='DayTally',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day', models.DateField(unique=True)),
                ('orders', models.PositiveIntegerField(default=0)),
                ('failures', models.PositiveIntegerField(default=0)),
                ('seconds', models.FloatField(null=True)),
                ('counted_at', models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name='Pause',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(blank=True, max_length=40, verbose_name='what')),
                ('since', models.DateTimeField(default=django.utils.timezone.now, verbose_name='since')),
                ('until', models.DateTimeField(null=True, verbose_name='until')),
                ('by', models.CharField(blank=True, max_length=150, verbose_name='by')),
                ('why', models.CharField(blank=True, max_length=300, verbose_name='why')),
            ],
            options={
                'verbose_name': 'pause',
                'verbose_name_plural': 'pauses',
            },
        ),
        migrations.CreateModel(
            name='ReplayRun',
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
                ('total', models.PositiveIntegerField(default=0, verbose_name='to process again')),
                ('done', models.PositiveIntegerField(default=0, verbose_name='processed again')),
                ('went', models.PositiveIntegerField(default=0, verbose_name='handled')),
                ('failed', models.PositiveIntegerField(default=0, verbose_name='could not be handled')),
            ],
            options={
                'verbose_name': 'events processed again',
                'verbose_name_plural': 'events processed again',
                'ordering': ['-created_at', '-pk'],
                'abstract': False,
            },
        ),
        migrations.AddField(
            model_name='pause',
            name='shop',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='pauses', to='bridge.shop', verbose_name='shop'),
        ),
        migrations.AddField(
            model_name='replayrun',
            name='shop',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='replay_runs', to='bridge.shop', verbose_name='shop'),
        ),
        migrations.AddConstraint(
            model_name='pause',
            constraint=models.UniqueConstraint(fields=('shop', 'kind'), name='one_pause_of_a_kind'),
        ),
    ]
