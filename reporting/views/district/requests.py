"""What firms ask of their district: to file after the date, or another base of comparison."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from accounts import clock
from accounts.access import require
from reporting import workflow
from reporting.standing import requests_visible_to


@require("district")
def requests(request):
    late, adjustments = requests_visible_to(request.user)
    return render(request, "district/requests.html", {"late": late[:100], "adjustments": adjustments[:100]})


@require("district")
@require_POST
def decide_late(request, pk):
    late, _ = requests_visible_to(request.user)
    return decide(request, get_object_or_404(late, pk=pk), workflow.decide_late)


@require("district")
@require_POST
def decide_adjustment(request, pk):
    _, adjustments = requests_visible_to(request.user)
    return decide(request, get_object_or_404(adjustments, pk=pk), workflow.decide_adjustment)


def decide(request, asked, change):
    granted = request.POST.get("granted") == "yes"
    try:
        if asked.granted is not granted:  # the second click finds it decided as wished
            change(asked, granted, by=request.user, at=clock.now(), answer=request.POST.get("answer", ""))
    except workflow.Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, f"{asked.filing.enterprise.name}：{'已同意' if granted else '未同意'}。")
    return redirect("district_requests")
