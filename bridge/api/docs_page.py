"""The page of the API's documentation: Swagger, from our own files, with nothing written into the page itself."""

from __future__ import annotations

from csp.decorators import csp_update
from django.utils.decorators import method_decorator
from drf_spectacular.views import SpectacularSwaggerSplitView

from bridge.api.authentication import PersonAuthentication, TokenAuthentication

WAYS_IN = (TokenAuthentication, PersonAuthentication)


# The icons of Swagger's style sheet are written as data: addresses.
@method_decorator(csp_update({"img-src": ["data:"]}), name="dispatch")
class ApiDocs(SpectacularSwaggerSplitView):
    authentication_classes = WAYS_IN
    template_name = "api_docs.html"
