from django.urls import path

from reporting.recheck import views

urlpatterns = [
    path("recheck/", views.rules, name="recheck"),
    path("recheck/districts/", views.districts, name="recheck_districts"),
    path("recheck/firms/", views.firms, name="recheck_firms"),
    path("recheck/firms/<str:credit_code>/", views.firm, name="recheck_firm"),
    path("recheck/rules/<str:rule>/", views.rule, name="recheck_rule"),
    path("recheck/<str:code>.xlsx", views.workbook, name="recheck_workbook"),
]
