"""Every named part on one page, in the demo and in development only: what browser tests photograph and axe checks."""

import datetime
from types import SimpleNamespace

from django import forms
from django.conf import settings
from django.http import Http404
from django.shortcuts import render
from django.utils import timezone

from core.choices import JobState
from core.models import Job
from core.settings import workdays
from core.settings.rehearsal import Figure, Named, Rehearsal
from core.tables.charts import line

TREND = [(f"26-{month:02d}", 11 + month / 4) for month in range(1, 12)]


class SampleForm(forms.Form):
    name = forms.CharField(label="名称", help_text="与备案表一致")
    members = forms.IntegerField(label="参加人数", min_value=10)
    held_on = forms.DateField(label="活动日期", widget=forms.DateInput(attrs={"type": "date"}))
    fields_of_service = forms.MultipleChoiceField(
        label="服务领域",
        choices=[("supply", "社区服务供给"), ("safety", "社区公共安全")],
        widget=forms.CheckboxSelectMultiple,
    )


class SampleFilters(forms.Form):
    q = forms.CharField(label="搜索")
    street = forms.ChoiceField(label="街镇", choices=[("", "全部街镇"), ("1", "华阳路街道"), ("2", "新泾镇")])
    status = forms.ChoiceField(label="状态", choices=[("", "全部状态"), ("filed", "已备案")])
    before = forms.DateField(label="最近活动早于", widget=forms.DateInput(attrs={"type": "date"}))


def filter_bar() -> dict:
    chips = [("街镇", "华阳路街道"), ("状态", "已备案")]
    return {
        "filters": SimpleNamespace(
            form=SampleFilters(
                {"street": "1", "status": "filed"}, auto_id="filter_%s", use_required_attribute=False
            )
        ),
        "chips": [{"label": label, "value": value, "url": "#"} for label, value in chips],
        "kept": [],
        "view": SimpleNamespace(more_filters=("before",)),
        "more_open": False,
    }


def rows() -> list[dict]:
    """A row in every state."""
    samples = [
        ("ok", "已备案", "华阳路街道银杏合唱队", 42), ("warn", "整改中", "长宁区乐邻社区服务中心", 18),
        ("late", "超期 3 天", "江苏路街道剪纸社", 16), ("info", "办理中", "新泾镇绿缘志愿护园队", 1204),
        ("off", "已注销", "虹桥街道太极拳队", 25),
    ]  # fmt: skip
    return [
        {
            "state": state,
            "words": words,
            "name": name,
            "active": datetime.date(2026, 11, 2),
            "members": members,
        }
        for state, words, name, members in samples
    ]


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


def rehearsed() -> Rehearsal:
    return Rehearsal(
        sentence="2027-01-01 按新规定判定，有 3 个群众活动团队与现行规定不同（备案团队活动周期 180 天 → 90 天）。",
        figures=[Figure("转为迟报", "2 个", "warn"), Figure("转为休眠", "1 个", "late"), Figure("恢复活跃", "0 个", "ok")],
        heads=["街镇", "转为迟报", "转为休眠", "恢复活跃"],
        rows=[["华阳路街道", 2, 0, 0], ["新泾镇", 0, 1, 0], ["合计", 2, 1, 0]],
        named=[Named("银杏合唱队", "#", "华阳路街道华院居委会", "活跃（最近活动 2026-09-02）", "迟报")],
        changed=3,
        note="每晚判定，生效日当晚起用。",
    )  # fmt: skip


def timeline() -> list[dict]:
    now = timezone.now()
    return [
        {
            "at": now, "who": "华阳路街道 陆晓燕", "verb": "变更状态", "reason": "年度复核未通过", "clause": "第四部分（一）2",
            "changes": [("状态", "已备案", "停止活动"), ("备注", "", "人员搬离")], "undo_url": "#",
        },
        {"at": now - datetime.timedelta(days=40), "who": "华院居委会 沈佩芬", "verb": "新增", "reason": "", "changes": []},
    ]  # fmt: skip


def left() -> dict:
    """What an undo leaves alone."""
    later = {
        "who": "新华路街道 周建平",
        "at": timezone.now(),
        "verb": "修改",
        "fields": ["负责人", "联系电话"],
    }
    rows = [
        {"key": "示例:1", "name": "华院合唱队", "why": "以后又有修改", "forceable": True, "later": [later]},
        {"key": "示例:2", "name": "西一书画社", "why": "已有活动记录", "forceable": False, "later": []},
    ]
    return {"label": "示例", "left": rows, "left_total": 2}


def gallery(request):
    if not (settings.DEBUG or settings.DEMO):
        raise Http404
    today = workdays.add(timezone.localdate(), 0)
    tabs = [("全部", 2920), ("注册社会组织", 620), ("群众活动团队", 1700), ("社区活动小组", 600)]
    context = {
        "title": "组件总览",
        "tabs": [{"label": k, "url": "#", "count": n, "current": k == "全部"} for k, n in tabs],
        "filter_bar": filter_bar(),
        "rows": rows(),
        "bulk_actions": [SimpleNamespace(key="status", label="批量变更状态")],
        "saved": {"views": [], "circle": "华阳路街道"},
        "members": sum(row["members"] for row in rows()),
        "wrong": SampleForm({"name": "", "members": 6, "held_on": ""}),
        "jobs": jobs(),
        "timeline": timeline(),
        "due": [today + datetime.timedelta(days=n) for n in (30, 2, 0, -9)],
        "today": today,
        "rehearsal": rehearsed(),
        "left": left(),
        "chart": line(TREND, 12.0),
        "trend": TREND,
        "wall": [("华院", 14, 0, 0), ("西一", 11, 1, 1), ("秀水", 7, 5, 2), ("潘东", 2, 10, 3)],
    }
    return render(request, "core/gallery.html", context)
