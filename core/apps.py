"""What a form says when a value is wrong, in officers' words instead of the framework's; and the declarations of all apps."""

from django import forms
from django.apps import AppConfig
from django.core import validators
from django.utils.module_loading import autodiscover_modules

from core import registry

SAID = (
    (forms.Field, "required", "请填写"),
    (forms.ChoiceField, "required", "请选择"),
    (forms.ModelChoiceField, "required", "请选择"),
    (forms.IntegerField, "invalid", "请填写整数"),
    (forms.DecimalField, "invalid", "请填写数字"),
    (forms.DateField, "invalid", "日期应写成 2026-11-02 这样"),
)


class CoreConfig(AppConfig):
    name = "core"

    def ready(self):
        for field, key, words in SAID:
            field.default_error_messages = field.default_error_messages | {key: words}
        validators.MinValueValidator.message = "不能小于 %(limit_value)s"
        validators.MaxValueValidator.message = "不能大于 %(limit_value)s"
        autodiscover_modules("declarations")
        registry.close()
