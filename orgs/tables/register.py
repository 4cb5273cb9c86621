"""The register's one column list: screen, sheet and print."""

from core.dates import in_sql
from core.tables import Column, PartDateColumn
from orgs.choices import Dormancy, Grade, LegalForm, PartyStatus, Status, Tier
from orgs.queries import terms

STATUS_STATES = {
    Status.NORMAL: "ok",
    Status.FILED: "ok",
    Status.RECTIFYING: "warn",
    Status.STOPPED: "off",
    Status.CANCELLED: "off",
    Status.REVOKED: "late",
}
DORMANCY_STATES = {Dormancy.ACTIVE: "ok", Dormancy.LATE: "warn", Dormancy.DORMANT: "late"}

COLUMNS = [
    Column("name", "名称", "name", sort="sort_key", width=36, link=True),
    Column("tier", "层级", "tier", choices=Tier.choices, width=14),
    Column("status", "状态", "status", choices=Status.choices, states=STATUS_STATES, width=10),
    Column("category", "类别", "category", choices=terms.categories, width=12),
    Column("street", "街镇", "street__name", kind="short", width=14),
    Column("community", "居委", "community__name", kind="short", width=18),
    Column("leader", "负责人", "leader_name", kind="short", width=10),
    Column("phone", "联系电话", "contact_phone", kind="phone", width=14, exported=False),
    Column("members", "人数", "member_count", kind="number", width=8),
    Column("active", "最近活动", "last_active_on", kind="date", sort="last_active_on", width=12),
    Column("dormancy", "活跃情况", "dormancy", choices=Dormancy.choices, states=DORMANCY_STATES, width=10),
    Column("code", "统一社会信用代码", "credit_code", kind="code", width=22, default=False),
    Column("filing", "备案编号", "filing_no", kind="code", width=22, default=False),
    Column("form", "社会组织类型", "legal_form", choices=LegalForm.choices, default=False),
    Column("fields", "服务领域", "service_fields", choices=terms.fields, width=24, default=False),
    PartDateColumn(
        "established",
        "成立日期",
        in_sql("established_on", "established_precision"),
        kind="date",
        sort="established_on",
        width=12,
        default=False,
    ),
    Column(
        "certificate",
        "证书有效期",
        "certificate_expires_on",
        kind="date",
        sort="certificate_expires_on",
        width=12,
        default=False,
    ),
    Column("grade", "评估等级", "grade", choices=Grade.choices, default=False, width=10),
    Column(
        "grade_to",
        "等级有效期",
        "grade_expires_on",
        kind="date",
        sort="grade_expires_on",
        width=12,
        default=False,
    ),
    Column("authority", "登记管理机关", "registration_authority", width=22, default=False),
    Column("supervisor", "业务主管单位", "supervising_body", width=22, default=False),
    Column("capital", "注册资金(万元)", "registered_capital", kind="number", default=False),
    Column("address", "住所", "address", width=30, default=False),
    Column("annual", "近三年年检结论", "annual_results", width=22, default=False),
    Column("party", "党组织情况", "party_status", choices=PartyStatus.choices, width=16, default=False),
    Column("staff", "从业人员数", "staff_count", kind="number", default=False),
    Column("content", "活动内容", "activity_content", width=20, default=False),
    Column("place", "活动地点", "activity_place", width=20, default=False),
    Column("remark", "备注", "remark", width=24, default=False),
]
