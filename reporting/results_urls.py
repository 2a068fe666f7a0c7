from django.urls import path

from reporting.views import league

urlpatterns = [
    path("league/", league.current_league, name="current_league"),
    path("league/year/<int:year>/", league.year, name="league_year"),
    path("league/<str:code>.xlsx", league.workbook, name="league_workbook"),
    path("league/<str:code>/", league.league, name="league"),
    path("league/<str:code>/<str:district>/<str:measure>/", league.filings, name="league_filings"),
]
