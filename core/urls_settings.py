from django.urls import path

from core.views import holidays, settings

app_name = "settings"
urlpatterns = [
    path("", settings.parameter_list, name="parameters"),
    path("parameters/<str:key>/", settings.parameter, name="parameter"),
    path("parameters/<int:pk>/withdraw/", settings.withdraw_parameter, name="withdraw_parameter"),
    path("holidays/", holidays.holiday_page, name="holidays"),
    path("holidays/<int:pk>/withdraw/", holidays.withdraw_holiday, name="withdraw_holiday"),
]
