from django.urls import path

from reporting.training.views import attendance, inviting, sessions, signing

urlpatterns = [
    path("training/", sessions.trainings, name="trainings"),
    path("training/arrange/", sessions.arrange, name="arrange_training"),
    path("training/firms/", attendance.trained_firms, name="trained_firms"),
    path("training/firms.xlsx", attendance.trained_firms_workbook, name="trained_firms_workbook"),
    path("training/<int:pk>/", sessions.training, name="training"),
    path("training/<int:pk>/change/", sessions.change, name="change_training"),
    path("training/<int:pk>/cancel/", sessions.cancel, name="cancel_training"),
    path("training/<int:pk>/materials/", sessions.attach, name="attach_material"),
    path("training/<int:pk>/invite/", inviting.preview, name="preview_training"),
    path("training/<int:pk>/invite/send/", inviting.send, name="send_training"),
    path("training/<int:pk>/sign-up/", signing.sign_up, name="sign_up"),
    path("training/<int:pk>/door/", attendance.door, name="training_door"),
    path("training/<int:pk>/door/walk-in/", attendance.walk_in, name="walk_in"),
    path("training/<int:pk>/roster.xlsx", attendance.roster_of, name="training_roster"),
    path("training/sign-ups/<int:pk>/cancel/", signing.step_back, name="cancel_sign_up"),
    path("training/sign-ups/<int:pk>/came/", attendance.tick, name="tick_attendance"),
    path("training/materials/<int:pk>/", sessions.material, name="training_material"),
    path("training/materials/<int:pk>/withdraw/", sessions.withdraw, name="withdraw_material"),
]
