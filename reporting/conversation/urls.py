from django.urls import path

from reporting.conversation.views import announcements, messages

urlpatterns = [
    path("messages/", messages.inbox, name="inbox"),
    path("threads/<int:pk>/", messages.thread, name="thread"),
    path("announcements/", announcements.announcements_page, name="announcements"),
    path("announcements/write/", announcements.write, name="write_announcement"),
    path("announcements/<int:pk>/", announcements.announcement, name="announcement"),
    path("announcements/<int:pk>/seen/", announcements.acknowledge, name="acknowledge_announcement"),
    path("announcements/<int:pk>/take-down/", announcements.take_down, name="take_down_announcement"),
]
