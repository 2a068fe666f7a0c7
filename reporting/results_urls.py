from django.urls import path

from reporting.views import league, record, verify

urlpatterns = [
    path("league/", league.current_league, name="current_league"),
    path("league/year/<int:year>/", league.year, name="league_year"),
    path("league/<str:code>.xlsx", league.workbook, name="league_workbook"),
    path("league/<str:code>/", league.league, name="league"),
    path("league/<str:code>/<str:district>/<str:measure>/", league.filings, name="league_filings"),
    path("firms/<str:credit_code>/record/", record.record, name="record"),
    path("firms/<str:credit_code>/record/certificate/", record.issue, name="issue_certificate"),
    path("record/", record.own_record, name="own_record"),
    path("record/certificate/", record.issue_own, name="issue_own"),
    path("certificates/<str:code>/", record.certificate, name="certificate"),
    path("verify/", verify.verify, name="verify"),
]
