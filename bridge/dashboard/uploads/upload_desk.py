"""Uploads of older orders on the desk: started from a form with a preview, watched, paused, ended; doubts decided."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from bridge.connections.faults import problem_of
from bridge.dashboard.long_work_desk import LongWorkDesk, ending, going_on, pausing, told
from bridge.dashboard.uploads import upload_page
from bridge.dashboard.uploads.upload_form import UploadForm
from bridge.domain.errors import DomainError
from bridge.history.deeds import in_words
from bridge.problems import sentence
from bridge.sync import kinds
from bridge.sync.models import Upload
from bridge.sync.orders import linked_documents
from bridge.sync.uploads import uploads
from connectors.errors import ConnectorError

ADD_FORM = "admin/bridge/upload/add_form.html"


class UploadDesk(LongWorkDesk):
    words = upload_page
    sends = (kinds.ORDER,)
    page_title = _("Upload of older orders")
    list_title = _("Older orders")
    actions_detail = ("pause", "resume", "cancel")
    change_form_template = "admin/bridge/upload/change_form.html"

    pause = pausing(_("No more orders are read. Those that are queued already go out."))
    resume = going_on()
    cancel = ending(
        _("The upload ends. Of the documents it asked for, those not sent yet are not created; links stay."),
        uploads.cancel,
    )

    def get_urls(self) -> list[Any]:
        decide = self.admin_site.admin_view(self.decide)
        return [path("<int:pk>/decide/", decide, name="bridge_upload_decide"), *super().get_urls()]

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """First how many orders it would look at, then the start."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = UploadForm(request.POST or None)
        context: dict[str, Any] = {"form": form, "title": gettext("Upload older orders")}
        if request.method == "POST" and form.is_valid():
            try:
                return (
                    self._begin(request, form)
                    if "start" in request.POST
                    else self._look(request, form, context)
                )
            except DomainError as error:
                context |= told(error.problem)
            except ConnectorError as error:
                context |= told(problem_of(error, form.cleaned_data["shop"].site))
        return self.form_page(request, ADD_FORM, context)

    def _begin(self, request: HttpRequest, form: UploadForm) -> HttpResponse:
        data = form.cleaned_data
        upload = uploads.start(data["shop"], form.chosen, create_missing=data["create_missing"])
        self.note(request, upload, _("The upload is started."))
        return redirect("admin:bridge_upload_change", upload.pk)

    def _look(self, request: HttpRequest, form: UploadForm, context: dict[str, Any]) -> HttpResponse:
        data = form.cleaned_data
        context["preview"] = uploads.preview(data["shop"], form.chosen, create_missing=data["create_missing"])
        return self.form_page(request, ADD_FORM, context)

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
                in_words(
                    lambda: (
                        gettext("Order %(number)s: a new document is being made.") % {"number": flag.order}
                    )
                ),
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
            self.note(
                request, upload, in_words(lambda: gettext("Order %(number)s is linked.") % {"number": order})
            )
        else:
            self.message_user(
                request, gettext("This document is gone or belongs to another order."), messages.ERROR
            )
