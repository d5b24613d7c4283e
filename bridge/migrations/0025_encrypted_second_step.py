# The secrets of the second step are encrypted, of recovery codes a digest is kept. Few rows: one a person.

import base64
import hashlib
import hmac

import bridge.connections.secrets
import django.db.models.deletion
from django.db import migrations, models
from django_otp.util import random_hex


def encrypt(apps, schema_editor):
    """Nobody has to set the second step up again: devices keep their keys, and codes on paper stay good."""
    TOTPDevice = apps.get_model('otp_totp', 'TOTPDevice')
    AuthenticatorApp = apps.get_model('bridge', 'AuthenticatorApp')
    StaticToken = apps.get_model('otp_static', 'StaticToken')
    digested = set()
    for device in TOTPDevice.objects.exclude(key='').order_by('pk'):
        secret = device.key
        app = AuthenticatorApp(totpdevice_ptr_id=device.pk)
        app.__dict__.update({name: value for name, value in device.__dict__.items() if name != '_state'})
        app.secret, app.key = secret, ''
        app.save()
        if device.confirmed and device.user_id not in digested:  # by their first app, which is asked at sign-in
            digested.add(device.user_id)
            for code in StaticToken.objects.filter(device__user_id=device.user_id):
                made = hmac.new(bytes.fromhex(secret), code.token.encode(), hashlib.sha256).digest()
                code.token = base64.b32encode(made[:10]).decode().lower()
                code.save(update_fields=['token'])


def decrypt(apps, schema_editor):
    """Codes on paper cannot be brought back: new ones are made on “My sign-in”."""
    for app in apps.get_model('bridge', 'AuthenticatorApp').objects.all():
        apps.get_model('otp_totp', 'TOTPDevice').objects.filter(pk=app.pk).update(key=app.secret)
    apps.get_model('otp_static', 'StaticToken').objects.all().delete()


class Migration(migrations.Migration):

    dependencies = [
        ('bridge', '0024_search_older_orders'),
        ('otp_static', '0003_add_timestamps'),
        ('otp_totp', '0003_add_timestamps'),
    ]

    operations = [
        migrations.CreateModel(
            name='AuthenticatorApp',
            fields=[
                ('totpdevice_ptr', models.OneToOneField(auto_created=True, on_delete=django.db.models.deletion.CASCADE, parent_link=True, primary_key=True, serialize=False, to='otp_totp.totpdevice')),
                ('secret', bridge.connections.secrets.EncryptedJSONField(default=random_hex)),
            ],
            options={
                'abstract': False,
            },
            bases=('otp_totp.totpdevice',),
        ),
        migrations.RunPython(encrypt, decrypt, elidable=True),
    ]
