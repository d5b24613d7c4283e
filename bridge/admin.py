"""Every page of the desk that shows rows: which table, which page. Each lies in its part of dashboard/."""

from __future__ import annotations

from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group, User
from django_otp.plugins.otp_static.models import StaticDevice
from django_otp.plugins.otp_totp.models import TOTPDevice
from django_q.models import Failure, OrmQ, Schedule, Success

from bridge import models
from bridge.dashboard.alerts.alert_desk import AlertDesk
from bridge.dashboard.alerts.recipient_desk import RecipientDesk
from bridge.dashboard.attention.message_desk import MessageDesk
from bridge.dashboard.attention.retry_desk import RetryDesk
from bridge.dashboard.calls.call_desk import CallDesk
from bridge.dashboard.changes.changes_desk import ChangesDesk
from bridge.dashboard.changes.preview_desk import PreviewDesk
from bridge.dashboard.comparing.drift_desk import DriftDesk
from bridge.dashboard.comparing.reconcile_desk import ReconciliationDesk
from bridge.dashboard.diagnosis.diagnosis_desk import DiagnosisDesk
from bridge.dashboard.inbox.event_desk import EventDesk
from bridge.dashboard.inbox.replay_desk import ReplayDesk
from bridge.dashboard.links.link_run_desk import LinkRunDesk
from bridge.dashboard.links.listing_desk import ListingDesk
from bridge.dashboard.links.product_desk import ProductDesk
from bridge.dashboard.orders.order_desk import OrderDesk
from bridge.dashboard.orders.refund_desk import RefundDesk
from bridge.dashboard.orders.return_desk import ReturnDesk
from bridge.dashboard.pairing.pairing_desk import PairingDesk
from bridge.dashboard.pauses.pause_desk import PauseDesk
from bridge.dashboard.people.history_desk import HistoryDesk
from bridge.dashboard.people.people_desk import PeopleDesk
from bridge.dashboard.people.token_desk import TokenDesk
from bridge.dashboard.schedule.flow_desk import FlowDesk
from bridge.dashboard.setup.setup_desk import SetupDesk
from bridge.dashboard.shops.connection_desk import ConnectionDesk
from bridge.dashboard.shops.shop_desk import ShopDesk
from bridge.dashboard.uploads.upload_desk import UploadDesk

# What only the queue needs; roles, which are fixed; what the second step keeps, which is nobody's to see.
OUT_OF_SIGHT = (Failure, Success, Schedule, OrmQ, User, Group, StaticDevice, TOTPDevice)

PAGES = (
    (models.InboxEvent, EventDesk),
    (models.ReplayRun, ReplayDesk),
    (models.Order, OrderDesk),
    (models.Return, ReturnDesk),
    (models.Refund, RefundDesk),
    (models.OutboxMessage, MessageDesk),
    (models.RetryRun, RetryDesk),
    (models.Pause, PauseDesk),
    (models.Listing, ListingDesk),
    (models.Product, ProductDesk),
    (models.LinkRun, LinkRunDesk),
    (models.GoodsRun, PreviewDesk),
    (models.GoodsChange, ChangesDesk),
    (models.Upload, UploadDesk),
    (models.Reconciliation, ReconciliationDesk),
    (models.Drift, DriftDesk),
    (models.Watermark, FlowDesk),
    (models.Alert, AlertDesk),
    (models.Recipient, RecipientDesk),
    (models.ApiCall, CallDesk),
    (models.Connection, ConnectionDesk),
    (models.Shop, ShopDesk),
    (models.PairingCode, PairingDesk),
    (models.Setup, SetupDesk),
    (models.Diagnosis, DiagnosisDesk),
    (User, PeopleDesk),
    (models.ApiToken, TokenDesk),
    (LogEntry, HistoryDesk),
)

for hidden in OUT_OF_SIGHT:
    if admin.site.is_registered(hidden):
        admin.site.unregister(hidden)
for table, page in PAGES:
    admin.site.register(table, page)
