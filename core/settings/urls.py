from django.urls import path

from core.settings import views as settings
from core.settings import views_holidays as holidays

app_name = "settings"
urlpatterns = [
    path("", settings.parameter_list, name="parameters"),
    path("parameters/<str:key>/", settings.parameter, name="parameter"),
    path("parameters/<int:pk>/withdraw/", settings.withdraw_parameter, name="withdraw_parameter"),
    path("holidays/", holidays.holiday_page, name="holidays"),
    path("holidays/<int:pk>/withdraw/", holidays.withdraw_holiday, name="withdraw_holiday"),
]
