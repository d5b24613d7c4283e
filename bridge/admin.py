"""The list of all pages of the desk."""

import bridge.catalog.admin
import bridge.connections.admin
import bridge.dashboard.admin
import bridge.inbox.admin
import bridge.orders.admin
import bridge.outbox.admin
import bridge.sync.admin  # noqa: F401
