"""Words of ledgers, said once: what staff and other systems call a column, and what they write for a value.

Imports (`orgs.tables.ledgers`) and reconciliation (`filings.queries.layouts`) read the same lists. What stands in brackets of a
header does not count (`core.ledger.columns.header_key`).
"""

from collections.abc import Mapping

from orgs import policy
from orgs.choices import Assignment, Gender, PoliticalStatus
from orgs.queries import terms

NAME = ("名称", "组织名称", "单位名称", "机构名称", "单位全称", "机构全称", "全称", "组织全称")
NAMES = {
    "registered": ("社会组织名称", "社会组织全称", "社团名称", "登记名称", "社会组织", *NAME),
    "team": ("团队名称", "团队全称", "群团名称", "群众活动团队名称", "备案团队名称", "服务队名称", "志愿服务团队名称", *NAME),
    "group": ("小组名称", "活动小组名称", "小组全称", *NAME),
}  # fmt: skip
SYNONYMS: dict[str, tuple[str, ...]] = {
    "credit_code": ("统一社会信用代码", "社会信用代码", "信用代码", "统一信用代码", "统一代码", "社会统一信用代码", "机构代码"),
    "filing_no": ("备案编号", "备案号", "区备案编号", "街镇备案编号", "备案证号", "备案证编号"),
    "category": ("类别", "组织类别", "团队类别", "小组类别", "四类", "分类", "所属类别"),
    "service_fields": ("服务领域", "领域", "活动领域", "重点领域"),
    "street": (
        "所属街镇", "街镇", "街道", "所属街道", "所在街镇", "所在街道", "街道(镇)", "所属街道(镇)", "镇街", "所属镇街", "街道名称", "街镇名称",
        "街道/镇", "街道镇", "区域",
    ),
    "community": (
        "所属社区", "居委", "居委会", "社区", "所属居委", "所属居委会", "所属居民区", "居民区", "所在居委", "所在居委会", "所在社区", "居民委员会",
        "所属居民委员会", "居(村)委", "居(村)委会", "居村委", "村居", "居村", "所属居(村)委", "所属村(居)委", "所属居(村)委会", "所属居村委",
        "居村委会", "村(居)委会", "社区名称", "居委名称", "居委会名称", "居民区名称",
    ),
    "established_on": ("成立时间", "成立日期", "成立登记日期", "登记日期", "建队时间", "注册时间", "组建时间", "成立年月", "成立登记时间"),
    "activity_content": ("活动内容", "主要活动内容", "内容", "主要活动", "主要内容"),
    "activity_place": ("活动地点", "活动场所", "地点", "服务地点", "活动地址", "活动场地"),
    "activity_time": ("活动时间", "时间", "活动时段"),
    "weekly_sessions": ("每周活动次数", "每周次数", "周活动次数", "每周活动", "周活动数"),
    "member_count": (
        "参加人数", "人数", "成员人数", "成员数", "团队人数", "小组人数", "参与人数", "队员人数",
        "志愿者人数", "志愿者数", "注册志愿者人数", "总人数",
    ),
    "party_member_count": (
        "其中党员数", "党员数", "党员人数", "其中党员", "其中党员人数", "其中中共党员人数", "中共党员人数", "中共党员数",
    ),
    "leader_name": (
        "负责人", "负责人姓名", "团队负责人", "召集人", "召集人姓名", "负责人或召集人", "小组负责人", "组长", "队长", "领队", "法定代表人", "法人",
        "法定代表人姓名", "法人代表", "姓名",
    ),
    "leader_gender": ("性别", "负责人性别", "召集人性别"),
    "leader_age": ("年龄", "负责人年龄", "召集人年龄"),
    "leader_political_status": ("政治面貌", "负责人政治面貌", "召集人政治面貌"),
    "contact_phone": (
        "联系电话", "电话", "手机", "联系方式", "手机号", "手机号码", "联系手机", "电话号码", "联系号码",
        "负责人电话", "负责人手机", "负责人联系电话",
        "负责人联系方式", "召集人电话", "召集人联系电话", "联系人电话",
    ),
    "contact_name": ("联系人", "联系人姓名"),
    "liaison_name": ("政治指导员(党建联络员)", "政治指导员", "党建联络员", "政治指导员姓名", "党建指导员"),
    "liaison_assignment": ("委派情况", "政治指导员委派情况", "是否委派"),
    "party_branch": ("所属党组织", "党组织", "所属党组织名称"),
    "registered_capital": ("注册资金(万元)", "注册资金", "注册资本", "开办资金", "注册资金数额", "开办资金数额"),
    "certificate_expires_on": ("证书有效期", "证书有效期至", "有效期", "有效期限", "证书有效期限", "登记证书有效期", "有效期至"),
    "supervising_body": ("业务主管单位", "主管单位", "业务主管部门", "主管部门"),
    "address": ("住所", "地址", "住址", "单位地址", "注册地址", "登记住所", "办公地址"),
    "legal_form": ("社会组织类型", "类型", "社会组织种类", "组织类型", "组织形式"),
    "staff_count": ("从业人员数", "从业人数", "专职人员数", "工作人员数", "从业人员", "专职工作人员数"),
    "last_active_on": ("最近活动日期", "最近活动", "最近活动时间", "最近一次活动", "最近一次活动日期", "最近一次活动时间"),
    "status": ("状态", "登记状态", "备案状态", "团队状态", "小组状态"),
    "remark": ("备注", "说明", "备注说明"),
}  # fmt: skip


def others(field: str, header: str) -> tuple[str, ...]:
    """What a column is also called, besides its official header."""
    return tuple(word for word in SYNONYMS.get(field, ()) if word != header)


def labels(choices, **more: str) -> Mapping[str, str]:
    """Label → value of a choices class, then further words that staff use."""
    return {label: str(value) for value, label in choices} | more


def categories() -> Mapping[str, str]:
    known = terms.categories() or dict(policy.CATEGORIES)
    return {label: c for c, label in known.items()} | {
        label.removesuffix("类"): c for c, label in known.items()
    }


GENDERS = labels(Gender.choices, 男性="male", 女性="female", 男士="male", 女士="female")
POLITICAL = labels(
    PoliticalStatus.choices,
    党员="party",
    中共党员="party",
    共产党员="party",
    预备党员="probationary",
    团员="league",
    无党派="independent",
)
ASSIGNED = labels(
    Assignment.choices,
    是="assigned",
    有="assigned",
    已派="assigned",
    否="unassigned",
    无="unassigned",
    未派="unassigned",
)
