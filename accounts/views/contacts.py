from django.contrib import messages
from django.shortcuts import redirect, render

from accounts import contacts as contact_list
from accounts.access import needs
from accounts.clock import now, today
from accounts.models import Ability, District


@needs(Ability.READ_REGISTER)
def contacts(request):
    """The notice's 附件2, as it would be printed."""
    districts = District.objects.valid_on(today()).select_related("contact")
    return render(request, "accounts/contacts.html", {"districts": districts})


@needs(Ability.REVIEW)
def edit_contact(request):
    contact = contact_list.contact_of(request.user.district)
    form = contact_list.DistrictContactForm(request.POST or None, instance=contact)
    if request.method == "POST" and form.is_valid():
        contact_list.change_contact(request.user.district, form.cleaned_data, by=request.user, at=now())
        messages.success(request, "联系人已保存。")
        return redirect("contacts")
    return render(request, "accounts/edit_contact.html", {"form": form})
