"""Asking about what a rule found, or returning it: one firm or many with one sentence, after a look at the letters."""

from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from accounts.access import Refused, needs, refusals_on
from accounts.models import Ability, User
from reporting.letters.mass import done_as_seen
from reporting.pages.chosen_period import periods_to_show
from reporting.pages.mass_letters import Question, ask_first, seen_on
from reporting.recheck.deciding import Button, Hits, buttons_of, decide_on
from reporting.recheck.forms import DecidePress
from reporting.recheck.views.lines import opened
from reporting.recheck.views.reading import a_rule_of, show_rule
from reporting.totals.progress import submissions_visible_to


@needs(Ability.REVIEW, Ability.QUERY)
@require_POST
def decide(request, rule, code):
    period = get_object_or_404(periods_to_show(), pk=code)
    around, found = opened(request, "rules", period)
    hits = Hits(found, a_rule_of(found, rule))
    typed, at, decided = DecidePress(request.POST).said, around["at"], []
    chosen = list(submissions_visible_to(request.user).filter(filing__period=period, receipt__in=typed["receipt"]))
    with refusals_on(request):
        act = act_asked(request.user, typed["act"])
        words = typed["words"]
        preview = done_as_seen(
            lambda: decided.append(decide_on(chosen, hits, act, words, request.user, at)), at, seen_on(request)
        )
        outcome, back = decided[0], f"{reverse('recheck_rule', args=[rule])}?period={code}"
        if preview:
            question = question_about(act, len(chosen), len(outcome.done), words, back)
            return ask_first(request, question, preview, "recheck/ask_first.html", outcome=outcome)
        around |= {"act": act, "rule": rule, "outcome": outcome, "back": back, "words": words}
        return render(request, "recheck/decided.html", around)
    return show_rule(request, rule, around, found, typed=typed, status=422)


def act_asked(user: User, name: str) -> Button:
    if name not in buttons_of(user):
        raise Refused("请点“查询”或“退回”中的一个按钮。")
    return buttons_of(user)[name]


def question_about(act: Button, chosen: int, number: int, words: str, back: str) -> Question:
    left = f"另外 {chosen - number} 家不办理，见下表。" if number < chosen else ""
    what = f"勾选了 {chosen} 家，将{act.label} {number} 家。{left}用的都是这句话：{words}"
    return Question(act.label, what, f"{act.label}（{number} 家）", back)
