from django.urls import path

from reporting.views import correspondence, reminders

urlpatterns = [
    path("reminders/", reminders.reminders, name="reminders"),
    path("reminders/preview/", reminders.preview, name="preview_dispatch"),
    path("reminders/send/", reminders.send, name="send_dispatch"),
    path("reminders/sent/<uuid:token>/", reminders.dispatch, name="dispatch"),
    path("reminders/schedule/", reminders.schedule, name="reminder_schedule"),
    path("reminders/letters/", correspondence.letters, name="sent_letters"),
    path("reminders/letters/<int:pk>/", correspondence.letter, name="sent_letter"),
    path("reminders/letters/<int:pk>/again/", correspondence.try_again, name="try_letter_again"),
    path("outbox/again/", correspondence.try_all_again, name="try_letters_again"),
    path("dead-addresses/", correspondence.addresses, name="dead_addresses"),
    path("dead-addresses/<int:pk>/confirm/", correspondence.confirm_address, name="confirm_address"),
]
