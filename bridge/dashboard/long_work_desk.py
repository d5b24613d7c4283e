"""Long work on the desk, whatever its kind: listed with its progress, watched, paused, gone on with, ended."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from bridge.dashboard import long_work_page, shown
from bridge.dashboard.long_work_page import Words
from bridge.dashboard.page import ReadOnlyPage, ShopFilter, Text, button
from bridge.domain.errors import Problem
from bridge.history.deeds import Sentence
from bridge.problems import remedy, sentence
from bridge.sync import leased
from bridge.sync.models import LongWork

State = LongWork.State


class LongWorkDesk(ReadOnlyPage):
    """A kind names its `words`, its titles, and its buttons of these: pause, resume, and what `ending` makes."""

    list_display = ("shown_what", "shown_progress", "shown_state", "shown_result", "shown_begun")
    list_filter = (("shop", ShopFilter),)
    list_select_related = ("shop",)
    ordering = ("-pk",)
    actions = None
    fields = ()
    words: Words
    page_title: Text
    list_title: Text = ""
    # What the work sends: a pause of these keeps it in.
    sends: tuple[str, ...] = ()

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self.has_repair_permission(request)

    def title_of(self, obj: Any) -> str:
        return self.words.described(obj)

    @admin.display(description=_("what"))
    def shown_what(self, run: Any) -> str:
        return shown.lines(self.words.described(run), run.shop.name)

    @admin.display(description=_("progress"))
    def shown_progress(self, run: Any) -> str:
        return long_work_page.bar_in_list(run, self.words)

    @admin.display(description=_("state"), ordering="state")
    def shown_state(self, run: Any) -> str:
        return shown.lines(self.words.tag(run), sentence(run.problem, run.problem_params))

    @admin.display(description=_("result"))
    def shown_result(self, run: Any) -> str:
        return self.words.result(run)

    @admin.display(description=_("begun"), ordering="created_at")
    def shown_begun(self, run: Any) -> str:
        return shown.when(run.created_at)

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        title = {"title": self.list_title} if self.list_title else {}
        return super().changelist_view(request, {**(extra_context or {}), **title})

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        run = self.get_object(request, object_id)
        page = long_work_page.context(run, self.words) if run is not None else {}
        extra: dict[str, Any] = {
            "title": self.page_title,
            "page": page,
            "may_decide": self.has_repair_permission(request),
        }
        if run is not None:
            extra |= {
                "pauses": long_work_page.pauses_of(run, self.sends),
                "may_end": request.user.has_perm("bridge.change_pause"),
            }
        response = super().change_view(request, object_id, form_url, {**(extra_context or {}), **extra})
        if page and not page["alive"] and "HX-Request" in request.headers:
            response["HX-Refresh"] = "true"  # other buttons fit now
        return response

    def fitting(self, run: Any) -> set[str]:
        """The buttons, by their paths, that make sense as the work stands."""
        return {State.RUNNING: {"pause", "cancel"}, State.PAUSED: {"resume", "cancel"}}.get(run.state, set())

    def get_actions_detail(self, request: HttpRequest, object_id: int) -> list[Any]:
        run = self.get_object(request, str(object_id))
        fitting = self.fitting(run) if run is not None else set()
        return [one for one in super().get_actions_detail(request, object_id) if one.path in fitting]  # type: ignore[misc]

    def form_page(self, request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
        """The page on which such work is begun."""
        whole = {**self.admin_site.each_context(request), "opts": self.opts, **context}
        return TemplateResponse(request, template, whole)

    def refused(self, request: HttpRequest, problem: Problem) -> None:
        self.message_user(request, " ".join(told(problem).values()), messages.ERROR)

    def did(self, request: HttpRequest, run: Any, done: bool, text: Sentence) -> None:
        if done:
            self.note(request, run, text)
        else:
            self.message_user(request, gettext("It has ended by itself."), messages.INFO)


def told(problem: Problem) -> dict[str, str]:
    """A problem as the pages show it."""
    return {"problem": sentence(problem.code, problem.params), "remedy": remedy(problem.code)}


def pausing(question: Text) -> Any:
    """The button that lets the work stand still; `question` says what that means for its kind."""

    @button(_("Pause"), question, icon="pause", path="pause")
    def pause(desk: LongWorkDesk, request: HttpRequest, run: LongWork) -> None:
        desk.did(request, run, leased.pause(run), _("It is paused."))

    return pause


def going_on() -> Any:
    @button(_("Go on"), _("It goes on where it was paused."), icon="play_arrow", path="resume")
    def resume(desk: LongWorkDesk, request: HttpRequest, run: LongWork) -> None:
        # What waits for its person's answer is paused too, and is no work to go on with.
        desk.did(request, run, "resume" in desk.fitting(run) and leased.resume(run), _("It goes on."))

    return resume


def ending(question: Text, end: Callable[[Any], bool]) -> Any:
    """The button that ends the work by `end`, which says False when it had ended by itself."""

    @button(_("End it"), question, icon="cancel", path="cancel")
    def cancel(desk: LongWorkDesk, request: HttpRequest, run: LongWork) -> None:
        desk.did(request, run, end(run), _("It is ended."))

    return cancel
