"""Webhooks out: batches the events of a request per subscription and sends them with the vendor's few tries."""

from __future__ import annotations

import json
import threading
import time
import uuid
from collections import deque
from collections.abc import Callable
from typing import Any

import requests

from connectors.sandbox.delivery import Courier, Parcel
from connectors.sandbox.moysklad import moments
from connectors.sandbox.moysklad.account import Account, Caller, Obj
from connectors.sandbox.moysklad.stock import Stock

AGENT = "MoySklad webhook touch agent 2.0 (/https://www.moysklad.ru)"
KEPT_DELIVERIES = 5000


class Webhooks:
    """Deliveries of one account. `enqueue` is called under the account's lock and only queues."""

    def __init__(self, account: Account, stock: Stock, courier: Courier) -> None:
        self.account = account
        self.stock = stock
        self.courier = courier
        self.log: deque[dict[str, Any]] = deque(maxlen=KEPT_DELIVERIES)
        self._local = threading.local()
        self._stock_told_at = time.time()

    def enqueue(self, caller: Caller) -> None:
        """One delivery per matching subscription with all events of the request, echo filters applied."""
        if not caller.events or caller.all_disabled:
            return
        audit_id, moment = self.account.new_id(), moments.now()[:19]
        for hook in self.account.objects["webhook"].values():
            if not hook["enabled"] or hook["url"].startswith(caller.disabled_prefixes):
                continue
            events = [
                self._event(kind, id_, action, updated, hook)
                for kind, id_, action, updated in caller.events
                if kind == hook["entityType"] and action == hook["action"]
            ]
            if events:
                href = f"{self.account.base}/audit/{audit_id}"
                context = {"meta": {"type": "audit", "href": href}, "moment": moment, "uid": caller.uid}
                self._send(hook["url"], {"auditContext": context, "events": events})

    def _event(self, kind: str, id_: str, action: str, updated: tuple[str, ...], hook: Obj) -> dict[str, Any]:
        event: dict[str, Any] = {
            "meta": {"type": kind, "href": f"{self.account.base}/entity/{kind}/{id_}"},
            "action": action,
            "accountId": self.account.id,
        }
        if action == "UPDATE" and hook.get("diffType") == "FIELDS":
            event["updatedFields"] = list(updated)
        return event

    def tell_stock(self) -> int:
        """Send the stock webhooks if stock changed since the last time. Returns how many were queued."""
        with self.account.lock:
            changed = self.stock.physical_changed_at
            if self.account.options.reserve_fires_stock_webhook:
                changed = max(changed, self.stock.reserve_changed_at)
            if changed <= self._stock_told_at:
                return 0
            since, self._stock_told_at = self._stock_told_at, time.time()
            hooks = [hook for hook in self.account.objects["webhookstock"].values() if hook["enabled"]]
            for hook in hooks:
                report = f"{self.account.base}/report/stock/{hook['reportType']}/current"
                body = {
                    "accountId": self.account.id,
                    "stockType": hook["stockType"],
                    "reportType": hook["reportType"],
                    "reportUrl": f"{report}?changedSince={moments.written(since)[:19]}",  # the space is not encoded
                }
                self._send(hook["url"], body)
            return len(hooks)

    def watch_stock(self) -> None:
        """Send stock webhooks every `stock_webhook_interval_ms`, in the background; 0 pauses."""

        def watch() -> None:
            while True:
                interval = self.account.options.stock_webhook_interval_ms
                time.sleep(interval / 1000 if interval else 0.2)
                if interval:
                    self.tell_stock()

        threading.Thread(target=watch, daemon=True, name="sandbox-stock-webhooks").start()

    def _send(self, url: str, body: dict[str, Any]) -> None:
        request_id = str(uuid.uuid4())
        record: dict[str, Any] = {"url": url, "requestId": request_id, "body": body, "answers": []}
        self.log.append(record)
        raw = json.dumps(body, ensure_ascii=False).encode()
        target = f"{url}{'&' if '?' in url else '?'}requestId={request_id}"
        self.courier.send(Parcel(url, self._delivery(target, raw, record), record))

    def _delivery(self, target: str, raw: bytes, record: dict[str, Any]) -> Callable[[], None]:
        """All tries of one delivery: at once one after the other, then the notification is lost."""

        def deliver() -> None:
            for _ in range(self.account.options.webhook_tries):
                answer = self._post(target, raw)
                record["answers"].append(answer)
                if answer in (200, 204):
                    record["outcome"] = "delivered"
                    return
                if answer == "timeout" and not self.account.options.retry_on_timeout:
                    break
            record["outcome"] = "lost"

        return deliver

    def _post(self, target: str, raw: bytes) -> int | str:
        session = getattr(self._local, "session", None)
        if session is None:
            session = self._local.session = requests.Session()
            session.trust_env = False
        headers = {"Content-Type": "application/json", "User-Agent": AGENT}
        timeout = self.account.options.webhook_timeout_ms / 1000
        try:
            answer = session.post(target, data=raw, headers=headers, timeout=timeout, allow_redirects=False)
        except requests.Timeout:
            return "timeout"
        except requests.RequestException as problem:
            return type(problem).__name__
        return int(answer.status_code)
