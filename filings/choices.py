from django.db.models import TextChoices


class Kind(TextChoices):
    """What a filing asks for."""

    NEW = "new", "新备案"
    CHANGE = "change", "变更"
    CORRECT = "correct", "更正差错"
    CANCEL = "cancel", "注销"
    REVIEW = "review", "年度复核"
    PROMOTE = "promote", "小组转备案"
    REGISTER = "register", "团队转登记"


class FilingState(TextChoices):
    """Where a filing stands, and whose turn it is."""

    DRAFT = "draft", "草稿"
    COMMITTEE = "committee", "待居委初审"
    COMMITTEE_RETURNED = "committee_ret", "居委退回补正"
    STREET = "street", "待街镇审核"
    STREET_RETURNED = "street_ret", "街镇退回补正"
    DISTRICT = "district", "待区登记"
    FILED = "filed", "已备案"
    REFUSED = "refused", "不予备案"
    WITHDRAWN = "withdrawn", "已撤回"


OPEN_FILINGS = (
    FilingState.DRAFT, FilingState.COMMITTEE, FilingState.COMMITTEE_RETURNED, FilingState.STREET,
    FilingState.STREET_RETURNED, FilingState.DISTRICT,
)  # fmt: skip
IN_HAND = OPEN_FILINGS[1:]  # sent, and not decided


class CheckState(TextChoices):
    """Where the district's spot check of a decided filing stands."""

    OPEN = "open", "待抽查"
    RECTIFYING = "rectifying", "待街镇整改"
    RECTIFIED = "rectified", "待区复核"
    PASSED = "passed", "抽查合格"
    CLOSED = "closed", "整改完成"


class EventKind(TextChoices):
    """What a major event is; some need a higher level to know of it."""

    GATHERING = "gathering", "大型集会、演出、展示"
    OUTING = "outing", "外出参观、跨区活动"
    SPORTS = "sports", "体育比赛"
    FORUM = "forum", "研讨、论坛、讲座、展会"
    COMPETITION = "competition", "评比、评选、表彰"
    FUNDRAISING = "fundraising", "募捐、义卖"
    MEETING = "meeting", "会员（代表）大会、修改章程"
    LEADERSHIP = "leadership", "换届、负责人变动"
    FOREIGN = "foreign", "涉外及涉港澳台活动"
    DONATION = "donation", "接受境外捐赠、资助"
    SPENDING = "spending", "大额公益支出、对外投资"
    ENTITY = "entity", "创办经济实体"
    LAWSUIT = "lawsuit", "重大诉讼、纠纷"
    OTHER = "other", "其他重大活动"


class EventState(TextChoices):
    """Where a report of a major event stands."""

    DRAFT = "draft", "草稿"
    COMMITTEE = "committee", "待居委知悉"
    STREET = "street", "待街镇知悉"
    DISTRICT = "district", "待区知悉"
    RETURNED = "returned", "退回补正"
    ACKNOWLEDGED = "acknowledged", "已知悉"
    REPORTED = "reported", "已报结果"
    CALLED_OFF = "called_off", "活动取消"


class Incidents(TextChoices):
    """Whether everybody came home safe from a major event."""

    NONE = "none", "无安全事故"
    SOME = "some", "有安全事故"


class Paper(TextChoices):
    """What of a filing is printed."""

    FORM = "form", "备案表"
    CERTIFICATE = "certificate", "备案证明"


class Validity(TextChoices):
    """What a certificate says about itself to whoever reads its code."""

    VALID = "valid", "有效"
    CHANGED = "changed", "已变更"
    CANCELLED = "cancelled", "已注销"
    PROMOTED = "promoted", "已转为注册社会组织"
    STOPPED = "stopped", "已停止活动"
    WITHDRAWN = "withdrawn", "已撤回"


class GroupVerb(TextChoices):
    """What is done to groups besides what the register does."""

    CONFIRM = "confirm", "年度确认"
    STOP = "stop", "申请停止活动"
    DRAW = "draw", "抽取"
