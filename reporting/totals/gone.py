"""Any page that wants what a release froze and finds it gone: the sentence, instead of figures of another release."""

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from reporting.totals.frozen import FrozenGone


class SayWhatIsGone:
    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, FrozenGone):
            return None
        return render(request, "totals/gone.html", {"words": str(exception)}, status=HTTPStatus.GONE)
