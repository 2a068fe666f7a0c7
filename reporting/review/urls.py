from django.urls import path

from reporting.review.views import (
    city_home,
    city_requests,
    city_submissions,
    district_home,
    district_requests,
    outstanding,
    queue,
    review,
    undoing,
)

urlpatterns = [
    path("outstanding/<str:code>.xlsx", outstanding.outstanding, name="outstanding"),
    path("district/", district_home.home, name="district_home"),
    path("district/queue/", queue.current_queue, name="district_current_queue"),
    path("district/queue/<str:code>/", queue.queue, name="district_queue"),
    path("district/queue/<str:code>/approve/", queue.approve_clean, name="district_approve_clean"),
    path("district/queue/<str:code>/undo/", undoing.undo_clean, name="district_undo_clean"),
    path("district/submissions/<str:receipt>/", review.review, name="district_review"),
    path("district/submissions/<str:receipt>/approve/", review.approve, name="district_approve"),
    path("district/submissions/<str:receipt>/undo/", undoing.undo, name="district_undo"),
    path("district/submissions/<str:receipt>/send-back/", review.send_back, name="district_send_back"),
    path("district/submissions/<str:receipt>/query/", review.query, name="district_query"),
    path("district/submissions/<str:receipt>/answer/", review.answer_city, name="district_answer_city"),
    path("district/requests/", district_requests.requests, name="district_requests"),
    path("district/requests/extension/<int:pk>/", district_requests.decide_extension, name="district_decide_extension"),
    path("district/requests/late/<int:pk>/", district_requests.decide_late, name="district_decide_late"),
    path("district/requests/base/<int:pk>/", district_requests.decide_adjustment, name="district_decide_adjustment"),
    path("city/", city_home.home, name="city_home"),
    path("city/requests/", city_requests.requests, name="city_requests"),
    path("city/submissions/", city_submissions.submissions, name="city_submissions"),
    path("city/submissions/<str:receipt>/", city_submissions.submission, name="city_submission"),
    path("city/submissions/<str:receipt>/query/", city_submissions.query, name="city_query"),
    path("city/submissions/<str:receipt>/return/", city_submissions.send_back, name="city_return"),
]
