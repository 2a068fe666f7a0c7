from django.urls import path

from reporting.results import views

urlpatterns = [
    path("league/", views.current_league, name="current_league"),
    path("league/year/<int:year>/", views.year, name="league_year"),
    path("league/<str:code>.xlsx", views.workbook, name="league_workbook"),
    path("league/<str:code>/", views.league, name="league"),
    path("league/<str:code>/<str:district>/<str:measure>/", views.filings, name="league_filings"),
]
