from django.urls import path

from reporting.paper import views

urlpatterns = [
    path("filings/<str:period>/paper.pdf", views.filing_paper, name="filing_paper"),
    path("filings/<str:period>/submissions/<int:number>/paper.pdf", views.submission_paper, name="submission_paper"),
    path("submissions/<str:receipt>/paper.pdf", views.reviewed_paper, name="reviewed_paper"),
]
