"""验证填报情况证明: anybody who holds a certificate may ask whether it is true. Nothing is told that is not printed."""

from axes.helpers import get_client_ip_address
from django.contrib.auth.decorators import login_not_required
from django.core.cache import cache
from django.shortcuts import render
from django.views.decorators.cache import never_cache

from reporting.certificates import issuing
from reporting.certificates.codes import in_groups, normalise, problem_with
from reporting.models import Certificate

MOST_FAILURES, HOUR = 30, 3600
MOST_TYPED = 100


@login_not_required
@never_cache
def verify(request):
    """The code comes with ?code=…: asking again changes nothing."""
    typed = request.GET.get("code", "").strip()[:MOST_TYPED]
    answer = answer_to(typed, f"verify-{get_client_ip_address(request)}") if typed else {}
    return render(request, "certificates/verify.html", {"typed": typed, **answer}, status=answer.get("status", 200))


def answer_to(typed: str, asker: str) -> dict:
    if cache.get(asker, 0) >= MOST_FAILURES:
        sentence = f"这个网络地址一小时内已有 {MOST_FAILURES} 次没有查到，请一小时后再试，或向出具证明的单位核实。"
        return {"problem": sentence, "status": 429}
    code = normalise(typed)
    problem = problem_with(code)
    found = None if problem else Certificate.objects.filter(code=code).first()
    if found is None:
        note_failure(asker)
        return {"problem": problem or "查无此证明：系统没有出具过使用这个验证码的证明。"}
    return {
        "certificate": found,
        "code": in_groups(found.code),
        "span": issuing.span_in_words(found),
        "counts": issuing.certified_counts(found),
    }


def note_failure(asker: str) -> None:
    """Only what was not found is counted: an office that checks a hundred true certificates is no guesser."""
    cache.add(asker, 0, HOUR)
    try:
        cache.incr(asker)
    except ValueError:  # the hour ended between the two
        cache.set(asker, 1, HOUR)
