"""The night of the deadline: pages asked for while districts approve."""

from collections.abc import Iterator
from itertools import cycle

from django.test import Client
from django.urls import reverse

from bench.city_parts.filling import NIGHT, Filled
from bench.rules_judges.timing import Took, took
from reporting import workflow
from reporting.models import Filing, Period, Submission
from reporting.totals.aggregation import summary_at_hand

PAGES = ("city_home", "city_totals", "city_submissions", "district_home", "district_totals", "district_queue")
ROUNDS = 5
MOST = 0.15  # seconds of the processor


def approvals(filled: Filled) -> Iterator[Submission]:
    """One district's after the other's approve what waits; each that is drawn was approved just now."""
    waiting = Filing.objects.filter(period=filled.codes[-1], counted=None).exclude(in_force=None)
    for filing in waiting.select_related("in_force").order_by("enterprise"):
        workflow.approve(filing.in_force, filled.reviewers[filing.district_id], NIGHT)
        yield filing.in_force


def night(filled: Filled) -> dict[str, list[Took]]:
    """Each page after an approval, and the totals without the page around them."""
    code = filled.codes[-1]
    period = Period.objects.get(pk=code)
    approving = approvals(filled)
    first = next(approving, None)
    if first is None:
        return {}
    district = filled.reviewers[first.filing.district_id]
    clients = {"city": signed_in(filled.city), "district": signed_in(district)}
    found: dict[str, list[Took]] = {}

    def ask(name: str) -> None:
        address = reverse(name, args=[code]) if name == "district_queue" else f"{reverse(name)}?period={code}"
        answer = clients[name.partition("_")[0]].get(address)
        if answer.status_code != 200:
            raise SystemExit(f"{address}: {answer.status_code}")

    for name in PAGES:
        ask(name)  # what a worker keeps from then on
    for name, _ in zip(cycle([*PAGES, "approval → totals"]), range(ROUNDS * (len(PAGES) + 1)), strict=False):
        if next(approving, None) is None:
            break
        work = (lambda: summary_at_hand(period, NIGHT)) if name not in PAGES else (lambda name=name: ask(name))
        found.setdefault(name, []).append(took(work))
    return found


def signed_in(user) -> Client:
    client = Client(HTTP_HOST="localhost")
    client.force_login(user, backend="accounts.backends.NameCodeOrMobile")
    return client
