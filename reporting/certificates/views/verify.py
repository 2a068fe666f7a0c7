"""验证证明与回执: anybody who holds a certificate or a receipt may ask whether it is true. Of a certificate nothing is
told that is not printed; of a receipt that it was given, and how the digest of its figures begins."""

from axes.helpers import get_client_ip_address
from django.contrib.auth.decorators import login_not_required
from django.core.cache import cache
from django.shortcuts import render
from django.views.decorators.cache import never_cache

from reporting.certificates import issuing
from reporting.models import Certificate
from reporting.paper.receipts import digest_of, genuine, in_short
from text.codes import in_groups, normalise, problem_with

MOST_FAILURES, HOUR = 30, 3600
MOST_TYPED = 100
NOT_FOUND = (
    "查无此证明或回执：系统没有出具过使用这个验证码的证明，也没有向这个统一社会信用代码的单位出具过使用这个验证码的回执。"
    "验证回执时，两项都要填写。"
)


@login_not_required
@never_cache
def verify(request):
    """The code comes with ?code=…, and of a receipt the firm's credit code: asking again changes nothing."""
    typed, firm = (request.GET.get(name, "").strip()[:MOST_TYPED] for name in ("code", "firm"))
    answer = answer_to(typed, firm, f"verify-{get_client_ip_address(request)}") if typed else {}
    around = {"typed": typed, "firm": firm, **answer}
    return render(request, "certificates/verify.html", around, status=answer.get("status", 200))


def answer_to(typed: str, firm: str, asker: str) -> dict:
    if cache.get(asker, 0) >= MOST_FAILURES:
        sentence = f"这个网络地址一小时内已有 {MOST_FAILURES} 次没有查到，请一小时后再试，或向出具的单位核实。"
        return {"problem": sentence, "status": 429}
    code = normalise(typed)
    problem = problem_with(code)
    answer = {} if problem else of_certificate(code) or of_receipt(code, normalise(firm))
    if not answer:
        note_failure(asker)
    return answer or {"problem": problem or NOT_FOUND}


def of_certificate(code: str) -> dict:
    found = Certificate.objects.filter(code=code).first()
    if found is None:
        return {}
    return {
        "certificate": found,
        "code": in_groups(found.code),
        "span": issuing.span_in_words(found),
        "counts": issuing.certified_counts(found),
    }


def of_receipt(code: str, firm: str) -> dict:
    """Whether there is none or it is another firm's is not told."""
    found = genuine(code, firm)
    return {"digest": in_short(digest_of(found)), "code": in_groups(code)} if found else {}


def note_failure(asker: str) -> None:
    """Only what was not found is counted: an office that checks a hundred true certificates is no guesser."""
    cache.add(asker, 0, HOUR)
    try:
        cache.incr(asker)
    except ValueError:  # the hour ended between the two
        cache.set(asker, 1, HOUR)
