from django.urls import path

from reporting.consequence import views

urlpatterns = [path("city/review-limits/", views.review_limits, name="city_review_limits")]
