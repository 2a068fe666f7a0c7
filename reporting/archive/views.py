"""The button on a period's page."""

from django.http import StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_POST

from accounts import clock
from accounts.access import needs, refusals_on
from accounts.models import Ability
from reporting.archive.handing_out import hand_out
from reporting.models import Period


@needs(Ability.ADMINISTER)
@require_POST
def archive(request, code):
    """Begins at once and goes on as it is written; what is refused is said on the period's page."""
    period = get_object_or_404(Period, pk=code)
    with refusals_on(request):
        pieces = hand_out(period, request.user, clock.now())
        name = content_disposition_header(True, f"{period.label}_归档.zip")
        return StreamingHttpResponse(
            pieces, content_type="application/zip", headers={"Content-Disposition": name or ""}
        )
    return redirect("city_period", code)
