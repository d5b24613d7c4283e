"""Many tried again, on the desk: watched, paused, ended. Begun from “Needs attention”."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from bridge.dashboard.attention import retry_page
from bridge.dashboard.long_work_desk import LongWorkDesk, ending, going_on, pausing
from bridge.dashboard.words import KINDS
from bridge.sync import leased


class RetryDesk(LongWorkDesk):
    words = retry_page
    sends = tuple(KINDS)
    page_title = _("Tried again")
    list_title = _("Tried again")
    change_form_template = "admin/bridge/retryrun/change_form.html"
    actions_detail = ("pause", "resume", "cancel")

    pause = pausing(_("No more are put on their way. Those that are on it already go on."))
    resume = going_on()
    cancel = ending(
        _("No more are put on their way. Those that are on it already go on; the rest stays where it is."),
        leased.cancel,
    )

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False
