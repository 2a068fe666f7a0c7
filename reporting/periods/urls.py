from django.urls import path

from reporting.periods.views import locking, periods, releases

urlpatterns = [
    path("city/periods/", periods.periods, name="city_periods"),
    path("city/periods/open/", periods.open_period, name="city_open_period"),
    path("city/periods/<str:code>/", periods.period, name="city_period"),
    path("city/periods/<str:code>/deadlines/", periods.set_deadlines, name="city_set_deadlines"),
    path("city/periods/<str:code>/estimates/", periods.allow_estimates, name="city_allow_estimates"),
    path("city/periods/<str:code>/withdraw/", periods.withdraw, name="city_withdraw_period"),
    path("city/periods/<str:code>/lock/", locking.lock, name="city_lock"),
    path("city/periods/<str:code>/lock/<int:pk>/confirm/", locking.confirm, name="city_confirm_lock"),
    path("city/periods/<str:code>/lock/<int:pk>/withdraw/", locking.withdraw, name="city_withdraw_lock"),
    path("city/periods/<str:code>/correct/", locking.correct, name="city_correct"),
    path("city/periods/<str:code>/release/", locking.make_found, name="city_make_release"),
    path("city/releases/", releases.releases, name="city_releases"),
    path("city/releases/limit/", releases.choose_limit, name="city_lock_limit"),
    path("city/releases/revisions/", releases.revisions, name="city_revisions"),
    path("city/releases/revisions.xlsx", releases.revisions_workbook, name="city_revisions_workbook"),
    path("city/releases/<str:code>.xlsx", releases.workbook, name="city_release_workbook"),
    path("city/releases/<str:code>/", releases.release, name="city_release"),
]
