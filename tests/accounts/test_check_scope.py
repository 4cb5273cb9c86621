import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from accounts.models import User
from core.scope import GrantedQuerySet
from orgs.models import Organization
from orgs.views.register import OrganizationList

pytestmark = pytest.mark.django_db


@pytest.fixture
def few(make_org, cast):
    return [make_org(community=c) for c in (cast.jia1, cast.jia2, cast.yi1)]


def test_check_scope_passes_on_the_real_lists(few, capsys):
    call_command("check_scope")
    out = capsys.readouterr().out
    assert "甲街经办：组织名册 2 条 = 导出 = 查找 = 页签；范围外 1 条均不可见" in out
    assert "一致：" in out


def test_check_scope_names_a_seeded_leak(few, monkeypatch):
    monkeypatch.setattr(OrganizationList, "rows", lambda self: Organization.objects.all())
    with pytest.raises(CommandError, match=r"甲街经办（街镇经办）：组织名册 页面多出 1 条"):
        call_command("check_scope")


def test_check_scope_covers_the_lists_of_accounts(few, monkeypatch, capsys):
    call_command("check_scope")
    out = capsys.readouterr().out
    assert f"系统管理：人员账号 {User.objects.count()} 条 = 导出 = 查找 = 页签" in out
    monkeypatch.setattr(GrantedQuerySet, "visible_to", lambda self, user: self.all())
    monkeypatch.setattr("accounts.views.people.require", lambda *args: None)
    with pytest.raises(CommandError, match=r"甲街经办（街镇经办）：人员账号 第 \d+ 号在范围外却返回 200"):
        call_command("check_scope")


def test_check_scope_names_a_leaking_detail_page(few, monkeypatch):
    monkeypatch.setattr(type(Organization.objects.all()), "visible_to", lambda self, user: self.all())
    with pytest.raises(CommandError, match="在范围外却返回 200"):
        call_command("check_scope")
