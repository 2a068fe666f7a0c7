from django.urls import path

from reporting.standing_in import views

urlpatterns = [
    path("my-firms/", views.my_firms, name="my_firms"),
    path("my-firms/invitation/<str:token>/", views.invitation, name="invitation_to_stand_in"),
    path("my-firms/<int:pk>/accept/", views.accept, name="accept_grant"),
    path("my-firms/<int:pk>/decline/", views.decline, name="decline_grant"),
    path("my-firms/<int:pk>/reminders/", views.reminders, name="grant_reminders"),
    path("account/grants/", views.grants, name="grants"),
    path("firms/<str:credit_code>/grants/", views.firm_grants, name="firm_grants"),
    path("grants/<int:pk>/end/", views.end, name="end_grant"),
]
