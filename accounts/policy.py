"""角色与权限：谁管哪一级、能做什么。三员（系统、安全、审计管理员）分立，不接触业务数据，一人一职。

依据：长民规〔2021〕1号第四部分（一）2 分级管理；GB/T 22239-2019 安全管理（三员分立）。
"""

from accounts.choices import Role

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
    "jobs.view": frozenset(Role),
    "jobs.watch": frozenset({Role.SYSTEM_ADMIN}),
    "accounts.manage": frozenset({Role.SYSTEM_ADMIN}),
    "accounts.grant": frozenset({Role.SECURITY_ADMIN}),
    "audit.view": frozenset({Role.AUDIT_ADMIN}),
}


def may(role: str, grant: str) -> bool:
    """该角色是否具有该权限；权限名写错时直接报错（KeyError），不当作“无权限”。"""
    return role in GRANTS[grant]
