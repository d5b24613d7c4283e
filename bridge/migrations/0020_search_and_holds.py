# What orders are found by, and orders held back.

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('bridge', '0019_pauses_tallies_replays'),
        ('admin', '0003_logentry_add_action_flag_choices'),
    ]

    operations = [
        migrations.CreateModel(
            name='Hold',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('object_key', models.CharField(max_length=100, unique=True)),
                ('since', models.DateTimeField(auto_now_add=True, verbose_name='since')),
                ('by', models.CharField(blank=True, max_length=150, verbose_name='by')),
                ('why', models.CharField(blank=True, max_length=300, verbose_name='why')),
            ],
            options={
                'verbose_name': 'hold',
                'verbose_name_plural': 'holds',
            },
        ),
        migrations.AddField(
            model_name='order',
            name='phone_backwards',
            field=models.CharField(blank=True, default='', max_length=60),
            preserve_default=False,
        ),
        # The history of a row is looked up by it: Django's own table has no index for that.
        migrations.RunSQL(
            'CREATE INDEX deed_of_a_row ON django_admin_log (object_id, content_type_id)',
            'DROP INDEX deed_of_a_row',
        ),
    ]
