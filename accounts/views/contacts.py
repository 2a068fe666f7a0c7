from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render

from accounts import contacts as contact_list
from accounts.access import needs, refusals_on
from accounts.clock import now, today
from accounts.forms import CityPhoneForm
from accounts.models import Ability, District, Installation


@needs(Ability.READ_REGISTER)
def contacts(request):
    """The notice's 附件2, as it would be printed."""
    districts = District.objects.valid_on(today()).select_related("contact")
    return render(request, "accounts/contacts.html", {"districts": districts, "city": Installation.current().to_ask})


@needs(Ability.REVIEW)
def edit_contact(request):
    return _edit(request, request.user.district)


@needs(Ability.ADMINISTER)
def edit_contact_of(request, district):
    """For a district that cannot do it itself yet."""
    return _edit(request, get_object_or_404(District.objects.valid_on(today()), code=district))


def _edit(request, district):
    form = contact_list.DistrictContactForm(request.POST or None, instance=contact_list.contact_of(district))
    if request.method == "POST" and form.is_valid():
        contact_list.change_contact(district, form.cleaned_data, by=request.user, at=now())
        messages.success(request, f"{district.name}的联系人已保存。")
        return redirect("contacts")
    return render(request, "accounts/edit_contact.html", {"form": form, "district": district})


@needs(Ability.ADMINISTER)
def edit_city_phone(request):
    form = CityPhoneForm(request.POST or None, initial={"phone": Installation.current().phone})
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            contact_list.change_city_phone(form.cleaned_data["phone"], by=request.user, at=now())
            messages.success(request, "市级电话已保存，从现在起写的信都用它。")
            return redirect("contacts")
    return render(request, "accounts/edit_city_phone.html", {"form": form}, status=422 if form.errors else 200)
