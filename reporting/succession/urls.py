from django.urls import path

from reporting.succession.views import colleagues, desks, door, takeovers

urlpatterns = [
    path("takeover/", door.ask, name="ask_takeover"),
    path("takeover/sent/", door.asked, name="takeover_asked"),
    path("takeover/object/<str:token>/", door.object_by_link, name="object_to_takeover"),
    path("firms/<str:credit_code>/takeover/", takeovers.propose, name="propose_takeover"),
    path("takeovers/", takeovers.takeovers, name="takeovers"),
    path("takeovers/<int:pk>/", takeovers.takeover, name="takeover"),
    path("takeovers/<int:pk>/document/", takeovers.document, name="takeover_document"),
    path("takeovers/<int:pk>/confirm/", takeovers.confirm, name="confirm_takeover"),
    path("takeovers/<int:pk>/refuse/", takeovers.refuse, name="refuse_takeover"),
    path("takeovers/<int:pk>/withdraw/", takeovers.withdraw, name="withdraw_takeover"),
    path("account/takeovers/<int:pk>/object/", colleagues.object_signed_in, name="object_signed_in"),
    path("account/colleagues/<int:pk>/link/", colleagues.send_link, name="send_colleague_link"),
    path("account/colleagues/<int:pk>/replace/", colleagues.replace, name="replace_colleague"),
    path("users/<int:pk>/desk/", desks.hand_over, name="hand_over_desk"),
]
