"""The box in the header of every page of an office. A whole code or receipt leads straight there."""

from django.shortcuts import redirect, render

from accounts.access import needs
from accounts.models import Ability
from reporting.search import looking


@needs(Ability.READ_FILINGS)
def search(request):
    user, text = request.user, looking.as_typed(request.GET.get("q", ""))
    submission_page = "district_review" if user.may.review else "city_submission"
    around = {"looked_for": text, "most": looking.MOST, "submission_page": submission_page}
    if text:
        if firm := looking.firm_of_code(text, user):
            return redirect("firm", firm.credit_code)
        if submission := looking.submission_of(text, user):
            return redirect(submission_page, submission.receipt)
        if release := looking.release_of(text, user):
            return redirect("city_release", release.code)
        around |= {
            "too_short": looking.is_too_short(text),
            "firms": looking.firms_like(text, user),
            "submissions": looking.submissions_like(text, user),
            "contacts": looking.contacts_like(text, user),
            "people": looking.people_like(text, user),
        }
        around["nothing"] = not any(found.rows for found in around.values() if isinstance(found, looking.Found))
    return render(request, "search/found.html", around)
