"""The fixed cast: one district 甲区 with 甲街 and 乙街, three communities, one person per role, a few organisations."""

import datetime
import io
import itertools
from types import SimpleNamespace

import hypothesis
import openpyxl
import pytest
from django.core.cache import cache
from django.db.backends.postgresql.operations import DatabaseOperations
from django.test import Client

from accounts.choices import Role
from accounts.models import User
from changning import embedded
from filings.models import Source
from orgs.actions import register
from orgs.choices import Status, TermKind, Tier
from orgs.models import Organization, Term
from orgs.policy import CATEGORIES, FIELDS, body_check_character, code_check_character
from orgs.queries import terms as dictionaries
from places.models import Community, District, Street

pytest_plugins = ["dev.pytest_plugin"]
hypothesis.settings.register_profile("shared machine", deadline=None)  # no test here is a timed one
hypothesis.settings.load_profile("shared machine")
TODAY = datetime.date(2026, 11, 2)
serial = itertools.count(1)
PDF = b"%PDF-1.7\n1 0 obj\n<</Type/Catalog>>\nendobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"  # the smallest that is one


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix):
    embedded.ensure_database()


@pytest.fixture(scope="session", autouse=True)
def tables_can_be_emptied():
    """Between tests with real transactions Django truncates every table, which the append-only ones refuse."""
    plain = DatabaseOperations.sql_flush

    def sql_flush(self, style, tables, **options):
        found = plain(self, style, tables, **options)
        return ["SET LOCAL session_replication_role = replica", *found] if found else found

    DatabaseOperations.sql_flush = sql_flush
    yield
    DatabaseOperations.sql_flush = plain


@pytest.fixture(autouse=True)
def fresh_cache():
    cache.clear()
    dictionaries._labels.cache_clear()
    yield
    cache.clear()


def credit_code(number: int, kind: str = "52") -> str:
    """A valid invented code: both check characters hold."""
    body = f"MJ{number:06d}"
    first = f"{kind}310105{body}{body_check_character(body)}"
    return first + code_check_character(first)


@pytest.fixture
def places(db):
    district = District.objects.create(code="999901", name="甲区")
    jia = Street.objects.create(district=district, code="999901001", name="甲街街道", order=1)
    yi = Street.objects.create(district=district, code="999901002", name="乙街镇", order=2)
    return SimpleNamespace(
        district=district,
        jia=jia,
        yi=yi,
        jia1=Community.objects.create(street=jia, code="999901001001", name="甲一居委会"),
        jia2=Community.objects.create(street=jia, code="999901001002", name="甲二居委会"),
        yi1=Community.objects.create(street=yi, code="999901002001", name="乙一居委会"),
    )


@pytest.fixture
def terms(db):
    for kind, rows in ((TermKind.CATEGORY, CATEGORIES), (TermKind.FIELD, FIELDS)):
        for order, (code, label) in enumerate(rows):
            Term.objects.get_or_create(
                kind=kind,
                code=code,
                defaults={
                    "label": label,
                    "order": order,
                    "valid_from": datetime.date(2022, 1, 30),
                    "legal_basis": "测试",
                },
            )


@pytest.fixture
def cast(places, terms):
    """Places plus people: district, leader, street, other_street, committee, department, assessor, the three admins."""

    def person(username, role, **area):
        return User.objects.create_user(
            username, "Demo-2026", name=username, role=role, must_change_password=False, **area
        )

    return SimpleNamespace(
        **vars(places),
        officer=person("区民政", Role.DISTRICT_OFFICER, district=places.district),
        leader=person("局领导", Role.LEADER, district=places.district),
        street=person("甲街经办", Role.STREET_OFFICER, street=places.jia),
        other_street=person("乙街经办", Role.STREET_OFFICER, street=places.yi),
        committee=person("甲一居委", Role.COMMITTEE_MEMBER, community=places.jia1),
        department=person("职能部门", Role.DEPARTMENT_OFFICER, department="卫健委"),
        assessor=person("评估专家", Role.ASSESSOR),
        sysadmin=person("系统管理", Role.SYSTEM_ADMIN),
        secadmin=person("安全管理", Role.SECURITY_ADMIN),
        auditor=person("审计管理", Role.AUDIT_ADMIN),
    )


@pytest.fixture
def make_org(cast):
    """make_org("名称", tier=…, community=…, **fields) → a saved organisation with its history."""

    def make(name=None, tier=Tier.TEAM, community=None, **fields):
        number = next(serial)
        community = community or cast.jia1
        status = {Tier.REGISTERED: Status.NORMAL, Tier.TEAM: Status.FILED, Tier.GROUP: Status.NORMAL}[
            Tier(tier)
        ]
        defaults = {"status": status, "category": "culture", "leader_name": "张三", "member_count": 20}
        if tier == Tier.REGISTERED:
            defaults |= {"credit_code": credit_code(number), "legal_form": "service_agency"}
        organization = Organization(
            name=name or f"合唱队{number}",
            tier=tier,
            street=community.street,
            community=community,
            **(defaults | fields),
        )
        return register.create(organization, by=cast.officer)

    return make


@pytest.fixture
def sign_in():
    """sign_in(user) → a client signed in as that person."""

    def enter(user) -> Client:
        client = Client()
        client.force_login(user, backend="accounts.backends.AreaBackend")
        return client

    return enter


@pytest.fixture
def read_xlsx():
    """read_xlsx(response or path) → the rows of the first sheet as lists of values."""

    def read(source):
        if hasattr(source, "streaming_content"):
            source = io.BytesIO(b"".join(source.streaming_content))
        return [list(row) for row in openpyxl.load_workbook(source).worksheets[0].iter_rows(values_only=True)]

    return read


@pytest.fixture
def sources(db):
    """The two systems, which a test with real transactions may have swept away."""
    for kind, name in (("filing", "上海市社区群众活动团队备案系统"), ("volunteer", "上海市社区志愿服务网")):
        Source.objects.get_or_create(kind=kind, defaults={"name": name})
    return {source.kind: source for source in Source.objects.all()}
