"""The register: firms, one firm, and what its district, the city or the firm itself may change."""

from http import HTTPStatus

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Q, QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from accounts import people
from accounts.access import Refused, needs, refusals_on
from accounts.clock import now, today
from accounts.forms import AddressForm
from accounts.models import Ability, Application, District, Enterprise, Takeover
from accounts.old_codes import entry_now
from accounts.post.state import on_its_way
from reporting.models import Filing, HistoryFile
from reporting.register import upkeep
from reporting.register.facts import choices_of, in_words, is_marked, label_of, list_name, platform
from reporting.register.finding import wanted_firms
from reporting.register.first_letters import told_to_the_firm
from reporting.register.forms import FactsForm, FirmContactForm

SHOWN_FILINGS = 14


@needs(Ability.READ_REGISTER)
def firms(request):
    found = wanted_firms(request.user, request.GET).prefetch_related("users")
    page = Paginator(found, 100).get_page(request.GET.get("page"))
    for each in page:
        each.shown = shown_of(each.attributes)
    told = platform()
    context = {
        "page": page,
        "asked": request.GET,
        "scope_label": label_of(told.rows.scope) if told.rows.scope else "",
        "lists": [(code, told.facts[code].listed_as or list_name(code)) for code in told.city_writes],
        "districts": District.objects.valid_on(today()),
        "scopes": choices_of(told.rows.scope) if told.rows.scope else [],
        "waiting": Application.objects.visible_to(request.user).waiting().count(),
    }
    return render(request, "register/firms.html", context)


def shown_of(attributes: dict[str, str]) -> dict[str, str]:
    """What a line of the register says of a firm beside its name."""
    told = platform()
    marks = [told.facts[code].short for code in told.marks if is_marked(code, attributes.get(code, ""))]
    scope, industry = (attributes.get(code, "") for code in (told.rows.scope, told.rows.industry))
    return {"scope": scope, "industry": industry, "marks": " ".join(marks)}


@needs(Ability.READ_REGISTER)
def firm(request, credit_code):
    enterprise = Enterprise.objects.select_related("merged_into").filter(credit_code=credit_code).first()
    if enterprise is None:
        return show_by_old_code(request, credit_code)
    filings = (
        Filing.objects.visible_to(request.user)
        .not_withdrawn()
        .filter(enterprise=enterprise)
        .select_related("period", "district", "in_force")
    )
    if not Enterprise.objects.visible_to(request.user).filter(pk=enterprise.pk).exists():
        return say_moved_away(request, enterprise, filings)
    context = {
        "firm": enterprise,
        "facts": in_words(enterprise.attributes),
        "residences": enterprise.residences.select_related("district", "by").order_by("-since"),
        "people": enterprise.users.select_related("successor").order_by("pk"),
        "first_account": people.first_account(enterprise),
        "filings": filings.order_by("-period__opens_on")[:SHOWN_FILINGS],
        "imported": imported_from(enterprise),
        "may_manage": people.looks_after(request.user, enterprise),
        "takeovers": Takeover.objects.visible_to(request.user).filter(enterprise=enterprise).open(),
        "move": enterprise.moves.waiting().select_related("origin", "district").first(),
        "correction": enterprise.code_corrections.waiting().first(),
        "corrected": enterprise.code_corrections.done().order_by("-decided_at"),
        "absorbed": Enterprise.objects.visible_to(request.user).filter(merged_into=enterprise),
        "kept_is_seen": Enterprise.objects.visible_to(request.user).filter(pk=enterprise.merged_into_id).exists(),
    }
    return render(request, "register/firm.html", context)


def show_by_old_code(request, credit_code: str):
    """A code that was corrected leads on to the firm, for who may see it."""
    enterprise = entry_now(credit_code)
    if enterprise is None or not Enterprise.objects.visible_to(request.user).filter(pk=enterprise.pk).exists():
        raise Http404
    messages.info(request, f"代码 {credit_code} 已更正为 {enterprise.credit_code}。")
    return redirect("firm", enterprise.credit_code)


def imported_from(enterprise: Enterprise) -> QuerySet[HistoryFile]:
    """The files its imported history came from, each with how many periods it holds."""
    standing = Q(filings__enterprise=enterprise, filings__stands=True)
    return HistoryFile.objects.filter(standing).annotate(periods=Count("filings", filter=standing))


def say_moved_away(request, enterprise: Enterprise, filings: QuerySet[Filing]):
    """The pages of a district name firms that have filings in it, also those it has since lost sight of."""
    if not filings:
        raise Http404
    return render(request, "register/moved_away.html", {"firm": enterprise}, status=HTTPStatus.NOT_FOUND)


@needs(Ability.KEEP_FIRM)
def own_firm(request):
    """The firm's contacts and facts, changed by the firm."""
    enterprise = request.user.enterprise
    contact_form = FirmContactForm(initial=contact_of(enterprise), prefix="contact")
    facts_form = FactsForm(attributes=enterprise.attributes, prefix="facts")
    if request.method == "POST" and request.POST.get("part") == "contact":
        contact_form = FirmContactForm(request.POST, initial=contact_of(enterprise), prefix="contact")
        if contact_form.is_valid():
            upkeep.change_contact(enterprise, contact_form.cleaned_data, by=request.user, at=now())
            messages.success(request, "联系方式已保存。")
            return redirect("own_firm")
    elif request.method == "POST":
        facts_form = FactsForm(request.POST, attributes=enterprise.attributes, prefix="facts")
        if facts_form.is_valid():
            upkeep.change_facts(enterprise, facts_form.facts(), by=request.user, at=now())
            messages.success(request, "登记事项已保存。以后的报表按新的登记事项生成。")
            return redirect("own_firm")
    named = {code: enterprise.attributes.get(code, "") for code in platform().city_writes}
    context = {
        "firm": enterprise,
        "contact_form": contact_form,
        "facts_form": facts_form,
        "named": in_words(named),
        "residences": enterprise.residences.select_related("district").order_by("-since"),
        "moves": enterprise.moves.select_related("origin", "district")[:5],
        "correction": enterprise.code_corrections.waiting().first(),
        "absorbed": enterprise.absorbed.order_by("pk"),
    }
    return render(request, "register/own_firm.html", context)


@needs(Ability.KEEP_REGISTER)
def edit_firm_contact(request, credit_code):
    enterprise = get_object_or_404(Enterprise.objects.visible_to(request.user), credit_code=credit_code)
    form = FirmContactForm(request.POST or None, initial=contact_of(enterprise))
    if request.method == "POST" and form.is_valid():
        upkeep.change_contact(enterprise, form.cleaned_data, by=request.user, at=now())
        messages.success(request, "企业联系方式已保存。")
        return redirect("firm", credit_code)
    return render(request, "register/firm_form.html", {"firm": enterprise, "form": form, "heading": "修改联系方式"})


@needs(Ability.KEEP_REGISTER)
@require_POST
def open_account(request, credit_code):
    """The first letter to a firm, or another one to the right address when the first was never used."""
    enterprise = get_object_or_404(Enterprise.objects.visible_to(request.user), credit_code=credit_code)
    form = AddressForm(request.POST)
    user, told, at = people.first_account(enterprise), told_to_the_firm(enterprise), now()
    with refusals_on(request):
        if not form.is_valid():
            raise Refused("邮箱写法不对，应像 name@example.com。")
        if user is None:
            user = people.open_first_account(enterprise, by=request.user, at=at, told=told)
        else:
            people.resend_activation(user, by=request.user, at=at, email=form.cleaned_data["email"], told=told)
        messages.success(request, f"给 {user.email} 的激活邮件{on_its_way(at, user.email)}。链接自现在起 7 天内有效。")
    return redirect("firm", credit_code)


def contact_of(enterprise: Enterprise) -> dict[str, str]:
    return {name: getattr(enterprise, name) for name in upkeep.CONTACT}
