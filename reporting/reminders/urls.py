from django.urls import path

from reporting.reminders.views import sent, urging

urlpatterns = [
    path("reminders/", urging.reminders, name="reminders"),
    path("reminders/preview/", urging.preview, name="preview_urging"),
    path("reminders/send/", urging.send, name="send_urging"),
    path("reminders/sent/<uuid:token>/", urging.outcome, name="urging_outcome"),
    path("reminders/schedule/", urging.schedule, name="reminder_schedule"),
    path("reminders/letters/", sent.letters, name="sent_letters"),
    path("reminders/letters/<int:pk>/", sent.letter, name="sent_letter"),
    path("reminders/letters/<int:pk>/again/", sent.try_again, name="try_letter_again"),
    path("outbox/again/", sent.try_all_again, name="try_letters_again"),
    path("dead-addresses/", sent.addresses, name="dead_addresses"),
    path("dead-addresses/<int:pk>/confirm/", sent.confirm_address, name="confirm_address"),
]
