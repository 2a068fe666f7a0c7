"""企业账号: the firms by how their first account stands, the preview and the press, and how it goes."""

from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from accounts import clock
from accounts.access import needs, refusals_on
from accounts.contacts import why_out_of_call
from accounts.first_accounts import AccountState, LetterAddresses, WhyNot
from accounts.models import Ability, District, Enterprise, JournalEntry
from accounts.post.state import look
from reporting.invitations import course as how_it_goes
from reporting.invitations import inviting
from reporting.invitations.forms import FirmsForm, SendForm
from reporting.invitations.inviting import ChosenFirms
from reporting.letters.mass import MoreThanSeen, SampleLetter
from reporting.pages.mass_letters import number_seen
from reporting.register.first_letters import sample

PAGE = 100
PRESSES = 10


@needs(Ability.KEEP_REGISTER)
@require_GET
def firm_accounts(request):
    asked = {name: request.GET.get(name, "").strip()[:60] for name in ("state", "district", "q")}
    state = asked["state"] if asked["state"] in AccountState.values else ""
    return show_choice(request, ChosenFirms(state, asked["district"], asked["q"]))


def show_choice(request, chosen: ChosenFirms, errors=(), status=200):
    at = clock.now()
    firms = inviting.group(request.user, chosen, at).with_district().defer("attributes")
    page = Paginator(firms.order_by("name", "pk"), PAGE).get_page(request.GET.get("page"))
    addresses = LetterAddresses()
    for firm in page:
        firm.state_label = AccountState(firm.account_state).label
        firm.address, firm.why_not = addresses.for_letter(firm, at - inviting.NOT_WITHIN)
        firm.may_get_one = firm.why_not is None
        firm.trouble = firm.why_not in how_it_goes.ADDRESS_MISSING or firm.why_not == WhyNot.NAME_TAKEN
        firm.why_not_label = firm.why_not.label if firm.why_not else ""
    around = {
        "page": page,
        "chosen": chosen,
        "states": AccountState.choices,
        "districts": District.objects.valid_on(at.date()),
        "errors": errors,
        "mail": look(at),
    }
    return render(request, "invitations/firm_accounts.html", around, status=status)


@needs(Ability.KEEP_REGISTER)
@require_POST
def preview(request):
    form = FirmsForm(request.POST)
    if not form.is_valid():
        return refuse(request, form)
    return show_preview(request, form)


def show_preview(request, form, has_changed=False):
    at, chosen = clock.now(), form.chosen
    firms = inviting.group(request.user, chosen, at)
    reach = inviting.reach(firms, at)
    firm = Enterprise.objects.filter(pk=reach.first).first()
    around = {
        "form": form,
        "chosen": chosen,
        "reach": reach,
        "samples": [SampleLetter.of(sample(firm, at))] if firm else [],
        "without": listed(reach.without[: inviting.MOST_LISTED]),
        "previewed_at": at.isoformat(),
        "back": way_back(form),
        "has_changed": has_changed,
        "why_not": why_out_of_call(firms),
    }
    return render(request, "invitations/preview.html", around)


def listed(without: list[tuple[int, WhyNot]]) -> list[tuple[Enterprise, str]]:
    firms = Enterprise.objects.with_district().defer("attributes").in_bulk([pk for pk, _ in without])
    return [(firms[pk], why_not.label) for pk, why_not in without]


@needs(Ability.KEEP_REGISTER)
@require_POST
def send(request):
    form = SendForm(request.POST)
    if not form.is_valid():
        return refuse(request, form)
    at = clock.now()
    with refusals_on(request):
        previewed_at, seen = form.cleaned_data["previewed_at"], number_seen(request)
        try:
            done = inviting.invite(form.chosen, by=request.user, at=at, previewed_at=previewed_at, seen=seen)
        except MoreThanSeen:
            return show_preview(request, form, has_changed=True)
        messages.success(request, in_words(done))
    return redirect("invitations_course")


def in_words(done) -> str:
    left = f"另有 {done.left_out.total()} 家没有发。" if done.left_out else ""
    written = f"新开通 {done.opened} 家，重发 {done.resent} 家，共 {done.letters} 封激活邮件已排队"
    return f"{written}，按邮箱域名陆续发出。{left}"


def refuse(request, form):
    """Back to the choice, with the filter as it was."""
    kept = {name: form.cleaned_data.get(name) or "" for name in ("state", "district", "q")}
    sentences = [sentence for errors in form.errors.values() for sentence in errors]
    return show_choice(request, ChosenFirms(kept["state"], kept["district"], kept["q"]), sentences, status=422)


def way_back(form) -> str:
    kept = {name: form.cleaned_data[name] for name in ("state", "district", "q") if form.cleaned_data[name]}
    return f"{reverse('firm_accounts')}?{urlencode(kept)}"


@needs(Ability.KEEP_REGISTER)
@require_GET
def course(request):
    at = clock.now()
    firms = inviting.reporting_firms(request.user, at)
    lines, whole = how_it_goes.by_district(firms, at)
    wanted = next((line for line in lines if line.code == request.GET.get("district")), None)
    if wanted:
        firms = firms.filter(residences__until__isnull=True, residences__district__code=wanted.code)
    presses = JournalEntry.objects.visible_to(request.user).filter(action=inviting.ACTION)
    around = {
        "lines": lines,
        "whole": whole,
        "states": AccountState.labels,
        "wanted": wanted,
        "days": how_it_goes.by_day(firms, at),
        "presses": presses.select_related("district")[:PRESSES],
        "mail": look(at),
    }
    return render(request, "invitations/course.html", around)
