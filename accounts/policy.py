"""角色与权限：谁管哪一级、能做什么。三员（系统、安全、审计管理员）分立，不接触业务数据，一人一职。

依据：长民规〔2021〕1号第四部分（一）2 分级管理；GB/T 22239-2019 安全管理（三员分立）。
"""

from decimal import Decimal

from accounts.choices import GrantState, Role
from core.casework.steps import NEEDED, Step, Workflow
from core.policy import Declared

CLAUSE = "GB/T 22239-2019 8.1.4、8.1.5（身份鉴别、访问控制、三员分立）"
DUTIES = (Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN)  # 三员：互相分立，一人一职

# 角色 → 管辖层级："district" 全区，"street" 一个街镇，"community" 一个居委，"none" 无业务数据
LEVEL = {
    Role.DISTRICT_OFFICER: "district",
    Role.LEADER: "district",
    Role.STREET_OFFICER: "street",
    Role.COMMITTEE_MEMBER: "community",
    Role.DEPARTMENT_OFFICER: "none",
    Role.ASSESSOR: "none",
    Role.SYSTEM_ADMIN: "none",
    Role.SECURITY_ADMIN: "none",
    Role.AUDIT_ADMIN: "none",
}

OFFICERS = frozenset({Role.DISTRICT_OFFICER, Role.STREET_OFFICER, Role.COMMITTEE_MEMBER})

# 权限 → 可以使用的角色；页面、按钮、接口都读这一张表
GRANTS = {
    "orgs.view": OFFICERS | {Role.LEADER},
    "orgs.edit": OFFICERS,
    "orgs.decide_status": frozenset({Role.DISTRICT_OFFICER, Role.STREET_OFFICER}),
    "orgs.ask_status": frozenset({Role.COMMITTEE_MEMBER, Role.STREET_OFFICER}),
    "orgs.import": OFFICERS,
    "orgs.export": OFFICERS | {Role.LEADER},
    "orgs.reveal": OFFICERS,
    "filings.view": OFFICERS | {Role.LEADER},
    "filings.enter": frozenset({Role.COMMITTEE_MEMBER, Role.STREET_OFFICER}),
    "filings.review": frozenset({Role.COMMITTEE_MEMBER}),
    "filings.decide": frozenset({Role.STREET_OFFICER}),
    "filings.groups": OFFICERS | {Role.LEADER},
    "filings.checks": frozenset({Role.DISTRICT_OFFICER, Role.STREET_OFFICER, Role.LEADER}),
    "filings.check": frozenset({Role.DISTRICT_OFFICER}),
    "filings.event": frozenset({Role.COMMITTEE_MEMBER, Role.STREET_OFFICER}),
    "filings.export": OFFICERS | {Role.LEADER},
    "filings.reconcile": frozenset({Role.DISTRICT_OFFICER, Role.STREET_OFFICER}),
    "filings.reconciliations": frozenset({Role.DISTRICT_OFFICER, Role.STREET_OFFICER, Role.LEADER}),
    "targets.view": OFFICERS | {Role.LEADER},
    "settings.view": frozenset({Role.DISTRICT_OFFICER, Role.LEADER, Role.SYSTEM_ADMIN}),
    "settings.edit": frozenset({Role.DISTRICT_OFFICER}),
    "reports.leadership": frozenset({Role.DISTRICT_OFFICER, Role.LEADER}),
    "reports.nightly": frozenset({Role.DISTRICT_OFFICER, Role.LEADER, Role.SYSTEM_ADMIN}),
    "reports.run_nightly": frozenset({Role.DISTRICT_OFFICER, Role.SYSTEM_ADMIN}),
    "places.view": OFFICERS | {Role.LEADER, Role.SYSTEM_ADMIN},
    "places.edit": frozenset({Role.DISTRICT_OFFICER}),
    "places.alias": frozenset({Role.DISTRICT_OFFICER, Role.STREET_OFFICER}),
    "acts.view": OFFICERS,
    "acts.everybody": frozenset({Role.DISTRICT_OFFICER}),
    "jobs.view": frozenset(Role) | {""},
    "jobs.watch": frozenset({Role.SYSTEM_ADMIN}),
    "accounts.view": frozenset(DUTIES),
    "accounts.manage": frozenset({Role.SYSTEM_ADMIN}),
    "accounts.propose": frozenset({Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN}),
    "accounts.grant": frozenset({Role.SECURITY_ADMIN}),
    "audit.view": frozenset({Role.AUDIT_ADMIN}),
}


def may(role: str, grant: str) -> bool:
    """该角色是否具有该权限；权限名写错时直接报错（KeyError），不当作“无权限”。"""
    return role in GRANTS[grant]


def level(role: str) -> str:
    """该角色的管辖层级；还没有角色的账号没有业务数据。"""
    return LEVEL.get(role, "none")


# 权限 → 给人看的说法；“角色权限”页逐个角色列出
GRANT_WORDS = {
    "orgs.view": "查看组织名册和活动记录",
    "orgs.edit": "录入、修改组织和活动",
    "orgs.decide_status": "直接变更组织状态",
    "orgs.ask_status": "申请变更组织状态",
    "orgs.import": "导入名册",
    "orgs.export": "导出名册",
    "orgs.reveal": "说明用途后查看电话和家庭地址（有记录、有限量）",
    "filings.view": "查看备案、重大活动",
    "filings.enter": "填报备案",
    "filings.review": "备案初审",
    "filings.decide": "备案审核",
    "filings.groups": "查看小组年度确认",
    "filings.checks": "查看备案抽查",
    "filings.check": "抽取和办理备案抽查",
    "filings.event": "填报重大活动",
    "filings.export": "导出备案",
    "filings.reconcile": "办理市系统核对",
    "filings.reconciliations": "查看市系统核对",
    "targets.view": "查看达标情况",
    "settings.view": "查看设置",
    "settings.edit": "发布参数、字典、节假日",
    "reports.leadership": "下载领导报表",
    "reports.nightly": "查看夜间任务",
    "reports.run_nightly": "补跑夜间任务",
    "places.view": "查看街镇居委",
    "places.edit": "调整街镇居委",
    "places.alias": "登记台账里的居委写法",
    "acts.view": "撤销本人的操作",
    "acts.everybody": "撤销管辖范围内他人的操作",
    "jobs.view": "查看本人的后台任务",
    "jobs.watch": "查看所有后台任务的进度（看不到文件和内容）",
    "accounts.view": "查看账号和角色权限",
    "accounts.manage": "开户、停用、启用、重置密码、结束登录、移交事项",
    "accounts.propose": "提出角色权限变更",
    "accounts.grant": "确认他人提出的角色权限变更",
    "audit.view": "检索、导出、核验审计记录",
}


def grants_of(role: str) -> list[str]:
    """一个角色能做的事，用话说。"""
    return [GRANT_WORDS[grant] for grant, roles in GRANTS.items() if role in roles]


def area_missing(case) -> str:
    """角色需要、却没有填的那一级范围（街镇、居委）；区级不填表示全市。"""
    needed = level(case.role)
    return needed if needed in ("street", "community") and getattr(case, f"{needed}_id") is None else ""


ONE_SECURITY_ADMIN = "没有别的安全管理员能够确认：请系统管理员另开一个账号，并由系统管理员提出“安全管理员”角色，现任安全管理员确认后，两人互相确认。"
CONFIRM_DAYS = Declared(
    "accounts.grants.days",
    "角色权限确认期限",
    "工作日",
    Decimal(3),
    "内部口径，可调整",
    least=Decimal(1),
    most=Decimal(30),
)
PARAMETERS = [CONFIRM_DAYS]


def not_oneself(case, user) -> str | None:
    """不能为自己提出或确认。"""
    return "不能为自己提出或确认角色权限，请另一位管理员办理。" if case.person_id == user.pk else None


def still_as_it_was(case, user) -> str | None:
    """提出以后，这个人的角色和范围没有变过。"""
    person = case.person
    now = {
        "role": person.role,
        **{k: getattr(person, f"{k}_id") for k in ("district", "street", "community")},
    }
    return None if now == case.now else "提出以后，这个账号的角色或范围已经变过。请撤回，按现状重新提出。"


def in_use(case, user) -> str | None:
    """账号在用。"""
    return None if case.person.is_active else "这个账号已停用，请先由系统管理员启用。"


def really_a_change(case, user) -> str | None:
    """与现状不同。"""
    wanted = {"role": case.role, **{k: getattr(case, f"{k}_id") for k in ("district", "street", "community")}}
    same = wanted == case.now and case.department == case.person.department
    return "与现在的角色和范围相同，没有要变更的内容。" if same else None


PROPOSERS, CONFIRMERS = GRANTS["accounts.propose"], GRANTS["accounts.grant"]
GRANT = Workflow(
    key="accounts.grant",
    title="角色权限变更",
    states=GrantState,
    start=GrantState.DRAFT,
    tones={
        GrantState.DRAFT: "off",
        GrantState.PENDING: "info",
        GrantState.CONFIRMED: "ok",
        GrantState.REFUSED: "late",
        GrantState.WITHDRAWN: "off",
    },
    steps=(
        Step(
            "submit", "提出", (GrantState.DRAFT,), GrantState.PENDING, PROPOSERS, CLAUSE,
            checks=(not_oneself, really_a_change, still_as_it_was), days=CONFIRM_DAYS, freezes=True, own=True,
        ),
        Step(
            "confirm", "确认", (GrantState.PENDING,), GrantState.CONFIRMED, CONFIRMERS, CLAUSE,
            checks=(not_oneself, still_as_it_was, in_use), others=True, decides=True,
        ),
        Step(
            "refuse", "不同意", (GrantState.PENDING,), GrantState.REFUSED, CONFIRMERS, CLAUSE,
            checks=(not_oneself,), note=NEEDED, others=True, decides=True,
        ),
        Step(
            "withdraw", "撤回", (GrantState.DRAFT, GrantState.PENDING), GrantState.WITHDRAWN, PROPOSERS, CLAUSE,
            note=NEEDED, asked=False, own=True,
        ),
    ),
)  # fmt: skip
WORKFLOWS = [GRANT]
