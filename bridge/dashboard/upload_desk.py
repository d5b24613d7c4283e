"""Uploads of older orders on the desk: started from a form with a preview, watched, paused, ended; doubts decided."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from bridge.connections.faults import problem_of
from bridge.dashboard import shown, upload_page
from bridge.dashboard.page import ReadOnlyPage, ShopFilter, button
from bridge.dashboard.upload_form import UploadForm
from bridge.domain.errors import DomainError, Problem
from bridge.problems import remedy, sentence
from bridge.sync.models import Upload
from bridge.sync.uploads import linked_documents, uploads
from connectors.errors import ConnectorError


class UploadDesk(ReadOnlyPage):
    list_display = ("shown_what", "shown_progress", "shown_state", "shown_result", "shown_begun")
    list_filter = (("shop", ShopFilter),)
    list_select_related = ("shop",)
    ordering = ("-pk",)
    actions = None
    actions_detail = ("pause", "resume", "cancel")
    change_form_template = "admin/bridge/upload/change_form.html"
    fields = ()

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self.has_repair_permission(request)

    def title_of(self, obj: Upload) -> str:
        return upload_page.described(obj)

    def get_urls(self) -> list[Any]:
        decide = self.admin_site.admin_view(self.decide)
        return [path("<int:pk>/decide/", decide, name="bridge_upload_decide"), *super().get_urls()]

    @admin.display(description=_("what"))
    def shown_what(self, upload: Upload) -> str:
        return shown.lines(upload_page.described(upload), upload.shop.name)

    @admin.display(description=_("progress"))
    def shown_progress(self, upload: Upload) -> str:
        """Fetches itself anew from the upload's page while it runs."""
        if upload.state != Upload.State.RUNNING:
            return upload_page.bar(upload)
        return format_html(
            '<div hx-get="{}" hx-trigger="every 3s" hx-select="#upload-bar">{}</div>',
            reverse("admin:bridge_upload_change", args=[upload.pk]),
            upload_page.bar(upload),
        )

    @admin.display(description=_("state"), ordering="state")
    def shown_state(self, upload: Upload) -> str:
        return shown.lines(upload_page.tag(upload), sentence(upload.problem, upload.problem_params))

    @admin.display(description=_("result"))
    def shown_result(self, upload: Upload) -> str:
        figures = {"linked": upload.linked, "queued": upload.queued, "doubtful": upload.doubtful}
        return gettext("linked %(linked)s, created %(queued)s, doubtful %(doubtful)s") % figures

    @admin.display(description=_("begun"), ordering="created_at")
    def shown_begun(self, upload: Upload) -> str:
        return shown.when(upload.created_at)

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """First how many orders it would look at, then the start."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = UploadForm(request.POST or None)
        context: dict[str, Any] = {"form": form, "title": gettext("Upload older orders"), "opts": self.opts}
        if request.method == "POST" and form.is_valid():
            try:
                return (
                    self._begin(request, form)
                    if "start" in request.POST
                    else self._look(request, form, context)
                )
            except DomainError as error:
                self._tell(context, error.problem)
            except ConnectorError as error:
                self._tell(context, problem_of(error, form.cleaned_data["shop"].site))
        return self._form_page(request, context)

    def _begin(self, request: HttpRequest, form: UploadForm) -> HttpResponse:
        data = form.cleaned_data
        upload = uploads.start(data["shop"], form.chosen, create_missing=data["create_missing"])
        self.note(request, upload, gettext("The upload is started."))
        return redirect("admin:bridge_upload_change", upload.pk)

    def _look(self, request: HttpRequest, form: UploadForm, context: dict[str, Any]) -> HttpResponse:
        data = form.cleaned_data
        context["preview"] = uploads.preview(data["shop"], form.chosen, create_missing=data["create_missing"])
        return self._form_page(request, context)

    @staticmethod
    def _tell(context: dict[str, Any], problem: Problem) -> None:
        context |= {"problem": sentence(problem.code, problem.params), "remedy": remedy(problem.code)}

    def _form_page(self, request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
        whole = {**self.admin_site.each_context(request), **context}
        return TemplateResponse(request, "admin/bridge/upload/add_form.html", whole)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        upload = self.get_object(request, object_id)
        extra = {**(extra_context or {}), "title": gettext("Upload of older orders")}
        if upload is not None:
            extra |= {"page": upload_page.context(upload), "may_decide": self.has_repair_permission(request)}
        return super().change_view(request, object_id, form_url, extra)

    def get_actions_detail(self, request: HttpRequest, object_id: int) -> list[Any]:
        upload = self.get_object(request, str(object_id))
        fitting = {
            Upload.State.RUNNING: {"pause", "cancel"},
            Upload.State.PAUSED: {"resume", "cancel"},
        }.get(Upload.State(upload.state) if upload else Upload.State.DONE, set())
        return [one for one in super().get_actions_detail(request, object_id) if one.path in fitting]  # type: ignore[misc]

    def decide(self, request: HttpRequest, pk: int) -> HttpResponse:
        """A person says which document is a doubtful order's, or that it gets a new one (POST order, document)."""
        if request.method != "POST":
            raise Http404
        if not self.has_repair_permission(request):
            raise PermissionDenied
        upload = get_object_or_404(Upload.objects.select_related("shop"), pk=pk)
        number = request.POST.get("order", "")
        flag = uploads.doubtful(upload.shop).filter(order_id=int(number) if number.isdecimal() else 0).first()
        document = request.POST.get("document", "")
        if flag is None:
            self.message_user(request, gettext("This order was decided on already."), messages.INFO)
        elif not document:
            linked_documents.ask_for_new(flag.order)
            self.note(
                request,
                upload,
                gettext("Order %(number)s: a new document is being made.") % {"number": flag.order},
            )
        elif document in str(flag.params.get("ids", "")).split():
            self._link(request, upload, flag.order, document)
        return redirect("admin:bridge_upload_change", pk)

    def _link(self, request: HttpRequest, upload: Upload, order: Any, document: str) -> None:
        try:
            linked = linked_documents.choose(order, document)
        except ConnectorError as error:
            problem = problem_of(error, order.shop.account)
            self.message_user(request, sentence(problem.code, problem.params), messages.ERROR)
            return
        if linked:
            self.note(request, upload, gettext("Order %(number)s is linked.") % {"number": order})
        else:
            self.message_user(
                request, gettext("This document is gone or belongs to another order."), messages.ERROR
            )

    @button(
        _("Pause"),
        _("No more orders are read. Those that are queued already go out."),
        icon="pause",
        path="pause",
    )
    def pause(self, request: HttpRequest, upload: Upload) -> None:
        self._did(request, upload, uploads.pause(upload), gettext("The upload is paused."))

    @button(_("Go on"), _("The upload goes on where it was paused."), icon="play_arrow", path="resume")
    def resume(self, request: HttpRequest, upload: Upload) -> None:
        self._did(request, upload, uploads.resume(upload), gettext("The upload goes on."))

    @button(
        _("End the upload"),
        _("The upload ends. Of the documents it asked for, those not sent yet are not created; links stay."),
        icon="cancel",
        path="cancel",
    )
    def cancel(self, request: HttpRequest, upload: Upload) -> None:
        self._did(request, upload, uploads.cancel(upload), gettext("The upload is cancelled."))

    def _did(self, request: HttpRequest, upload: Upload, done: bool, text: str) -> None:
        if done:
            self.note(request, upload, text)
        else:
            self.message_user(request, gettext("The upload has ended by itself."), messages.INFO)
