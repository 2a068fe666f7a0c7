"""The letters that were written and how they ended; the addresses that take no mail."""

from dataclasses import dataclass

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from accounts import clock
from accounts.access import needs, refusals_on
from accounts.models import Ability, District, Letter, Scope
from accounts.post import dead_addresses
from accounts.post.outbox import message_of
from accounts.post.state import on_its_way
from reporting.letters.sent import GROUPS, KINDS, of_kind
from reporting.letters.sent import try_again as put_back
from reporting.letters.sent import try_all_again as put_all_back
from reporting.pages.chosen_period import periods_to_show
from reporting.reminders.forms import DomainPress, UsablePress

PAGE = 50
RECENTLY_SETTLED = 20


@dataclass(frozen=True)
class LetterFilter:
    period: str
    state: str
    kind: str
    search: str
    district: str


@needs(Ability.REMIND)
@require_GET
def letters(request):
    wanted = LetterFilter(*(request.GET.get(name, "").strip() for name in ("period", "state", "kind", "q", "district")))
    found = narrowed(Letter.objects.visible_to(request.user), wanted)
    page = Paginator(found.select_related("enterprise", "district").defer("facts"), PAGE)
    around = {
        "wanted": wanted,
        "periods": periods_to_show(),
        "groups": {name: words for name, (words, _) in GROUPS.items()},
        "districts": District.objects.valid_on(clock.today()) if request.user.scope == Scope.CITY else [],
        "kinds": {name: words for name, (words, _) in KINDS.items()},
        "page": page.get_page(request.GET.get("page")),
    }
    return render(request, "reminders/letters.html", around)


def narrowed(found, wanted):
    if wanted.period:
        found = found.filter(period=wanted.period)
    if wanted.state in GROUPS:
        found = found.filter(GROUPS[wanted.state][1])
    if wanted.kind in KINDS:
        found = of_kind(found, wanted.kind)
    if wanted.district:
        found = found.filter(district__code=wanted.district)
    if wanted.search:
        found = found.filter(Q(to__icontains=wanted.search) | Q(enterprise__name__icontains=wanted.search))
    return found


@needs(Ability.REMIND)
@require_GET
def letter(request, pk):
    found = get_object_or_404(Letter.objects.visible_to(request.user).select_related("enterprise", "district"), pk=pk)
    return render(request, "reminders/letter.html", {"letter": found, "text": text_of(found)})


def text_of(letter: Letter) -> str:
    """As it reads; nothing where the facts were secret, or its template is no more."""
    if letter.secret:
        return ""
    try:
        return message_of(letter).body
    except Exception:  # an old letter whose template asks for more than it knew
        return ""


@needs(Ability.REMIND)
@require_POST
def try_again(request, pk):
    found = get_object_or_404(Letter.objects.visible_to(request.user), pk=pk)
    with refusals_on(request):
        put_back(found, request.user, clock.now())
        messages.success(request, f"给 {found.to} 的信{on_its_way(clock.now(), found.to)}。")
    return redirect("sent_letter", pk)


@needs(Ability.WATCH_MAIL)
@require_POST
def try_all_again(request):
    waiting, spared = put_all_back(DomainPress(request.POST).said["domain"], request.user, clock.now())
    if waiting or spared:
        no_more = f"另有 {spared} 封提醒的报告期已不需要再报，不再发。" if spared else ""
        messages.success(request, f"{waiting} 封信已重新排队，按各域名的速度陆续发出。{no_more}")
    else:
        messages.info(request, "没有可以重发的信：邮箱失效的要先更正邮箱，激活和重设密码的信请在账号页面重发。")
    return redirect("outbox")


@needs(Ability.REMIND)
@require_GET
def addresses(request):
    tasks = dead_addresses.visible_to(request.user)
    waiting = tasks.filter(settled_at=None).order_by("noticed_at", "pk")
    around = {
        "page": Paginator(waiting, PAGE).get_page(request.GET.get("page")),
        "settled": tasks.exclude(settled_at=None).order_by("-settled_at")[:RECENTLY_SETTLED],
    }
    return render(request, "reminders/addresses.html", around)


@needs(Ability.REMIND)
@require_POST
def confirm_address(request, pk):
    task = get_object_or_404(dead_addresses.visible_to(request.user), pk=pk)
    with refusals_on(request):
        dead_addresses.confirm(task, UsablePress(request.POST).said["words"], request.user, clock.now())
        messages.success(request, f"{task.address} 已确认可用，以后的信照常发到这里。")
    return redirect("dead_addresses")
