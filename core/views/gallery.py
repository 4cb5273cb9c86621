"""Every named part on one page, in the demo and in development only: what browser tests photograph and axe checks."""

import datetime
from types import SimpleNamespace

from django import forms
from django.conf import settings
from django.http import Http404
from django.shortcuts import render
from django.utils import timezone

from core.charts import line
from core.choices import JobState
from core.models import Job


class SampleForm(forms.Form):
    name = forms.CharField(label="名称", help_text="与备案表一致")
    members = forms.IntegerField(label="参加人数", min_value=10)
    held_on = forms.DateField(label="活动日期", widget=forms.DateInput(attrs={"type": "date"}))
    fields_of_service = forms.MultipleChoiceField(
        label="服务领域",
        choices=[("supply", "社区服务供给"), ("safety", "社区公共安全")],
        widget=forms.CheckboxSelectMultiple,
    )


def jobs() -> list[Job]:
    """One unsaved job in every state."""
    done = {JobState.QUEUED: 0, JobState.RUNNING: 740, JobState.WAITING: 1700, JobState.DONE: 1700}
    return [
        Job(
            state=state,
            step="核对每一行" if state == JobState.RUNNING else "",
            done=done.get(state, 300),
            total=1700,
        )
        for state in JobState
    ]


def timeline() -> list[dict]:
    now = timezone.now()
    return [
        {
            "at": now, "who": "甲街经办", "verb": "变更状态", "reason": "年度复核未通过", "clause": "第四部分（一）2",
            "changes": [("状态", "已备案", "停止活动"), ("备注", "", "人员搬离")],
        },
        {"at": now - datetime.timedelta(days=40), "who": "甲一居委", "verb": "新增", "reason": "", "changes": []},
    ]  # fmt: skip


def gallery(request):
    if not (settings.DEBUG or settings.DEMO):
        raise Http404
    tabs = [("全部", 2920), ("注册社会组织", 620), ("群众活动团队", 1700), ("社区活动小组", 600)]
    context = {
        "title": "组件总览",
        "tabs": [{"label": k, "url": "#", "count": n, "current": k == "全部"} for k, n in tabs],
        "chips": [
            {"label": "街镇", "value": "甲街街道", "url": "#"},
            {"label": "状态", "value": "已备案", "url": "#"},
        ],
        "states": [
            ("ok", "已备案"),
            ("warn", "整改中"),
            ("late", "超期 3 天"),
            ("info", "办理中"),
            ("off", "已注销"),
        ],
        "form": SampleForm(),
        "wrong": SampleForm({"name": "", "members": 6, "held_on": ""}),
        "jobs": jobs(),
        "timeline": timeline(),
        "chart": line([(f"26-{m:02d}", 11 + m / 4) for m in range(1, 12)], 12.0),
        "wall": [("甲一", 14, 0, 0), ("甲二", 11, 1, 1), ("甲三", 7, 5, 2), ("甲四", 2, 10, 3)],
        "row": SimpleNamespace(name="甲一合唱队", active=datetime.date(2026, 11, 2), members=1204),
    }
    return render(request, "core/gallery.html", context)
