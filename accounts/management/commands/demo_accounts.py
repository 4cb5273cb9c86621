"""One account per role, for demonstrations only; all of them share the password of this data folder."""

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from accounts.actions import people
from accounts.choices import AccountVerb, Role
from accounts.models import User
from changning import demo
from core.audit.commands import operator
from core.history import told
from places.actions import load_map
from places.models import Community, District, Street

ACCOUNTS = [  # username, name, role, area
    ("district", "周敏华", Role.DISTRICT_OFFICER, {"district": "长宁区"}),
    ("leader", "顾振国", Role.LEADER, {"district": "长宁区"}),
    ("street", "陆晓燕", Role.STREET_OFFICER, {"street": "华阳路街道"}),
    (
        "street1b",
        "陶文杰",
        Role.STREET_OFFICER,
        {"street": "华阳路街道"},
    ),  # nobody decides on what they entered
    ("street2", "黄建平", Role.STREET_OFFICER, {"street": "新泾镇"}),
    ("committee", "沈佩芬", Role.COMMITTEE_MEMBER, {"community": "华一居委会"}),
    ("committee1b", "倪雪琴", Role.COMMITTEE_MEMBER, {"community": "华一居委会"}),
    ("department", "徐志刚", Role.DEPARTMENT_OFFICER, {"department": "长宁区卫生健康委员会"}),
    ("assessor", "潘文清", Role.ASSESSOR, {}),
    ("sysadmin", "蒋磊", Role.SYSTEM_ADMIN, {}),
    ("secadmin", "曹颖", Role.SECURITY_ADMIN, {}),
    ("secadmin2", "傅国强", Role.SECURITY_ADMIN, {}),  # confirms the roles that the other proposes
    ("auditor", "庄海峰", Role.AUDIT_ADMIN, {}),
]
PLACES = {"district": District, "street": Street, "community": Community}


def place(kind: str, name: str):
    """A place of the demo district by its name; a department is only words."""
    if kind not in PLACES:
        return name
    within = {"district": "code", "street": "district__code", "community": "street__district__code"}[kind]
    return PLACES[kind].objects.filter(name=name, **{within: "310105"}).order_by("pk").first()


def ensure(username: str, name: str, role: str, area: dict, password: str) -> User:
    user = User.objects.filter(username=username).first() or User(username=username)
    before = {field.attname: getattr(user, field.attname) for field in User._meta.concrete_fields}
    user.name, user.role, user.is_active, user.must_change_password = name, role, True, False
    user.email = f"{username}@changning.example"
    for field in ("district", "street", "community", "department"):
        value = place(field, area[field]) if field in area else ("" if field == "department" else None)
        setattr(user, field, value)
    if not user.pk or not user.check_password(password):
        user.set_password(password)
    if user.pk and all(getattr(user, name) == value for name, value in before.items()):
        return user
    verb = AccountVerb.EDIT if user.pk else AccountVerb.OPEN
    with transaction.atomic(), told(verb, None, "演示账号"):
        user.save()
        people.recorded(verb, user, by=None, username=operator(), reason="演示账号")
    return user


class Command(BaseCommand):
    help = "建立或更新演示账号并显示密码（只在演示模式可用）。"

    def handle(self, *args, **options):
        if not settings.DEMO:
            raise CommandError("演示账号只能在演示模式（DEMO=1）下建立，正式环境请由系统管理员逐一开户。")
        if not Community.objects.filter(code__startswith="310105").exists():
            load_map()
        password = demo.password()
        self.stdout.write("演示账号：")
        for username, name, role, area in ACCOUNTS:
            ensure(username, name, role, area, password)
            where = next(iter(area.values()), "")
            self.stdout.write(
                f"  {username:<11}{Role(role).label}  {name}" + (f"（{where}）" if where else "")
            )
        self.stdout.write(f"密码：{password}")
