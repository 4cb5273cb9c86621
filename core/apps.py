"""What a form says when a value is wrong, in officers' words instead of the framework's."""

from importlib import import_module

from django import forms
from django.apps import AppConfig
from django.core import validators

from core import policy
from core.registry import declare, pages


class CoreConfig(AppConfig):
    name = "core"

    def ready(self):
        import_module("core.jobs.tasks")
        import_module("core.undo.tasks")
        declare("平台", policy.PARAMETERS)
        pages({
            "jobs:list": "后台任务", "notices:list": "通知", "drafts:keep": "草稿", "saved:list": "我的视图",
            "audit:list": "审计", "settings:parameters": "设置", "badges": "待办提醒",
        })  # fmt: skip
        for field, key, words in (
            (forms.Field, "required", "请填写"),
            (forms.ChoiceField, "required", "请选择"),
            (forms.ModelChoiceField, "required", "请选择"),
            (forms.IntegerField, "invalid", "请填写整数"),
            (forms.DecimalField, "invalid", "请填写数字"),
            (forms.DateField, "invalid", "日期应写成 2026-11-02 这样"),
        ):
            field.default_error_messages = field.default_error_messages | {key: words}
        validators.MinValueValidator.message = "不能小于 %(limit_value)s"
        validators.MaxValueValidator.message = "不能大于 %(limit_value)s"
