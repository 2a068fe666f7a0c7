from django.urls import path

from reporting.answers import views

urlpatterns = [
    path("questions/", views.questions_page, name="questions"),
    path("questions/write/", views.write, name="write_question"),
    path("questions/<int:pk>/", views.change, name="change_question"),
    path("questions/from-message/<int:pk>/", views.take, name="take_answer"),
]
