from django.urls import path

from reporting.certificates.views import record, verify
from reporting.results import views

urlpatterns = [
    path("league/", views.current_league, name="current_league"),
    path("league/year/<int:year>/", views.year, name="league_year"),
    path("league/<str:code>.xlsx", views.workbook, name="league_workbook"),
    path("league/<str:code>/", views.league, name="league"),
    path("league/<str:code>/<str:district>/<str:measure>/", views.filings, name="league_filings"),
    path("firms/<str:credit_code>/record/", record.record, name="record"),
    path("firms/<str:credit_code>/record/certificate/", record.issue, name="issue_certificate"),
    path("record/", record.own_record, name="own_record"),
    path("record/certificate/", record.issue_own, name="issue_own"),
    path("certificates/<str:code>/", record.certificate, name="certificate"),
    path("verify/", verify.verify, name="verify"),
]
