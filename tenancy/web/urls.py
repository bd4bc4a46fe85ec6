from django.contrib.auth.views import LogoutView
from django.urls import path

from tenancy.web import views

urlpatterns = [
    path("", views.SignIn.as_view(), name="sign_in"),
    path("sign-out", LogoutView.as_view(), name="sign_out"),
    path("room", views.choose_room, name="choose_room"),
    path("language", views.choose_language, name="choose_language"),
]
