"""The city's named lists of key firms, as far as its edition has any."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render

from accounts.access import Refused, needs, refusals_on
from accounts.clock import now
from accounts.models import Ability, Enterprise
from forms_tables.edition import credit_code as credit_codes
from reporting.register import upkeep
from reporting.register.facts import list_name, name_of, platform
from reporting.register.forms import NameKeyFirmForm


@needs(Ability.ADMINISTER)
def key_firms(request, code=""):
    lists = platform().city_writes
    code = code or next(iter(lists), "")
    if code not in lists:
        raise Http404("没有这份名单。" if lists else "本市的制度没有重点名单。")
    form = NameKeyFirmForm(request.POST or None, code=code)
    if request.method == "POST" and form.is_valid():
        wanted = credit_codes.normalise(form.cleaned_data["credit_code"])
        enterprise = Enterprise.objects.filter(credit_code=wanted).first()
        with refusals_on(form):
            if enterprise is None:
                raise Refused("名录里没有这个代码的企业，请先登记。")
            upkeep.name_key_firm(
                enterprise,
                code,
                form.cleaned_data["value"],
                by=request.user,
                at=now(),
                why=form.cleaned_data["why"],
            )
            messages.success(request, f"{enterprise.name}的“{list_name(code)}”已保存。")
            return redirect("key_firms", code)
    named = Enterprise.objects.with_district().filter(attributes__has_key=code)
    named = named.exclude(**{f"attributes__{code}__in": ["", platform().unnamed[code]]})
    context = {
        "code": code,
        "label": list_name(code),
        "lists": [(each, list_name(each)) for each in lists],
        "form": form,
        "named": [(firm, name_of(code, firm.attributes[code])) for firm in named],
    }
    return render(request, "register/key_firms.html", context)
