"""The register: one record for all three tiers, and its activities."""

import pghistory
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from core.dates import Precision
from core.models.entered import Entered
from core.scope import ScopedQuerySet, through
from orgs.choices import (
    Assignment,
    Dormancy,
    Gender,
    Grade,
    LegalForm,
    PartyStatus,
    PoliticalStatus,
    Status,
    Tier,
)
from places.models import Community, Street

TIER_STATUSES = {
    Tier.REGISTERED: [Status.NORMAL, Status.RECTIFYING, Status.CANCELLED, Status.REVOKED],
    Tier.TEAM: [Status.FILED, Status.STOPPED, Status.CANCELLED],
    Tier.GROUP: [Status.NORMAL, Status.STOPPED],
}


@pghistory.track(
    pghistory.InsertEvent(),
    pghistory.UpdateEvent(),
    pghistory.DeleteEvent(),
    exclude=["search_text", "search_terms"],
)
class Organization(Entered):
    """A community social organisation. Promotion 小组→团队→注册 changes `tier` and keeps the record and its history.

    `leader_name` is the 法定代表人 of a registered body, the 负责人 of a team, the 召集人 of a group.
    `street` is always set; `community` may be empty for a registered body that serves a whole street.
    """

    tier = models.CharField("层级", max_length=10, choices=Tier)
    status = models.CharField("状态", max_length=12, choices=Status)
    name = models.CharField("名称", max_length=200)
    category = models.CharField("类别", max_length=20, blank=True, help_text="字典“类别”的代码")
    service_fields = ArrayField(
        models.CharField(max_length=20), verbose_name="服务领域", default=list, blank=True
    )
    street = models.ForeignKey(Street, models.PROTECT, verbose_name="街镇", related_name="organizations")
    community = models.ForeignKey(
        Community, models.PROTECT, null=True, blank=True, verbose_name="居委", related_name="organizations"
    )
    established_on = models.DateField("成立日期", null=True, blank=True)
    established_precision = models.CharField(
        "成立日期精确到",
        max_length=5,
        choices=Precision,
        default=Precision.DAY,
        db_default=Precision.DAY,
        editable=False,
    )
    leader_name = models.CharField("负责人", max_length=60, blank=True)
    contact_name = models.CharField("联系人", max_length=60, blank=True)
    contact_phone = models.CharField("联系电话", max_length=30, blank=True)
    last_active_on = models.DateField("最近活动日期", null=True, blank=True)
    dormancy = models.CharField("活跃情况", max_length=8, choices=Dormancy, default=Dormancy.ACTIVE)
    remark = models.TextField("备注", blank=True)

    credit_code = models.CharField("统一社会信用代码", max_length=18, null=True, blank=True)
    credit_code_note = models.CharField("信用代码特例说明", max_length=200, blank=True)
    legal_form = models.CharField("社会组织类型", max_length=16, choices=LegalForm, blank=True)
    registration_no = models.CharField("登记证号", max_length=40, blank=True)
    registration_authority = models.CharField("登记管理机关", max_length=100, blank=True)
    supervising_body = models.CharField("业务主管单位", max_length=100, blank=True)
    certificate_expires_on = models.DateField("证书有效期", null=True, blank=True)
    registered_capital = models.DecimalField(
        "注册资金(万元)",
        max_digits=12,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
    )
    address = models.CharField("住所", max_length=200, blank=True)
    business_scope = models.TextField("业务范围", blank=True)
    annual_results = models.CharField("近三年年检结论", max_length=60, blank=True)
    grade = models.CharField("评估等级", max_length=2, choices=Grade, blank=True)
    grade_expires_on = models.DateField("等级有效期", null=True, blank=True)
    party_status = models.CharField("党组织情况", max_length=12, choices=PartyStatus, blank=True)
    staff_count = models.PositiveIntegerField("从业人员数", null=True, blank=True)

    filing_no = models.CharField("备案编号", max_length=30, null=True, blank=True)
    municipal_no = models.CharField("市备案系统编号", max_length=40, null=True, blank=True)
    activity_content = models.CharField("活动内容", max_length=200, blank=True)
    activity_place = models.CharField("活动地点", max_length=200, blank=True)
    activity_time = models.CharField("活动时间", max_length=100, blank=True)
    weekly_sessions = models.PositiveSmallIntegerField("每周活动次数", null=True, blank=True)
    frequency = models.CharField("活动频次", max_length=40, blank=True)
    member_count = models.PositiveIntegerField("参加人数", null=True, blank=True)
    party_member_count = models.PositiveIntegerField("其中党员数", null=True, blank=True)
    leader_gender = models.CharField("性别", max_length=6, choices=Gender, blank=True)
    leader_age = models.PositiveSmallIntegerField("年龄", null=True, blank=True)
    leader_political_status = models.CharField("政治面貌", max_length=14, choices=PoliticalStatus, blank=True)
    liaison_name = models.CharField("政治指导员(党建联络员)", max_length=60, blank=True)
    liaison_assignment = models.CharField("委派情况", max_length=12, choices=Assignment, blank=True)
    party_branch = models.CharField("所属党组织", max_length=100, blank=True)
    committee_opinion = models.CharField("社区备案意见", max_length=300, blank=True)
    committee_opinion_on = models.DateField("备案日期", null=True, blank=True)
    street_opinion = models.CharField("街镇审核意见", max_length=300, blank=True)
    street_opinion_on = models.DateField("审核日期", null=True, blank=True)

    name_key = models.CharField(max_length=200, editable=False, default="")
    sort_key = models.CharField(max_length=120, editable=False, default="")
    search_text = models.TextField(editable=False, default="")
    search_terms = ArrayField(models.CharField(max_length=40), editable=False, default=list)
    version = models.PositiveIntegerField("版本", default=1, editable=False)
    created_at = models.DateTimeField("录入时间", auto_now_add=True)
    updated_at = models.DateTimeField("更新时间", auto_now=True)

    objects = ScopedQuerySet.as_manager()
    scope_path = {"district": "street__district", "street": "street", "community": "community"}
    part_dates = {"established_on": "established_precision"}
    personal = frozenset({"contact_phone"})  # masked wherever it is shown, also in the history

    class Meta:
        verbose_name = "社区社会组织"
        ordering = ["sort_key", "id"]
        indexes = [
            models.Index("sort_key", "id", name="org_sort"),
            models.Index("tier", "sort_key", "id", name="org_tier_sort"),
            models.Index("street", "sort_key", "id", name="org_street_sort"),
            models.Index("community", "status", "tier", "dormancy", name="org_count"),
            models.Index("community", "sort_key", "id", name="org_community_sort"),
            models.Index("street", "status", "tier", name="org_street_count"),
            models.Index("last_active_on", "id", name="org_last_active"),
            models.Index("certificate_expires_on", "id", name="org_certificate"),
            models.Index("established_on", "id", name="org_established"),
            models.Index("grade_expires_on", "id", name="org_grade_expires"),
            # Every count of a tab under the usual conditions is read from this one alone.
            models.Index("tier", "status", "category", "dormancy", "grade", name="org_facets"),
            models.Index("name_key", name="org_name_key"),
            GinIndex("search_terms", name="org_search_terms"),
        ]
        constraints = [
            models.UniqueConstraint(
                "credit_code",
                name="org_credit_code_once",
                violation_error_message="名册中已有这个统一社会信用代码",
            ),
            models.UniqueConstraint(
                "filing_no", name="org_filing_no_once", violation_error_message="名册中已有这个备案编号"
            ),
            models.UniqueConstraint(
                "municipal_no",
                name="org_municipal_no_once",
                violation_error_message="名册中已有这个市备案系统编号",
            ),
            models.CheckConstraint(
                name="org_status_fits_tier",
                condition=Q(*[Q(tier=t, status__in=s) for t, s in TIER_STATUSES.items()], _connector=Q.OR),
                violation_error_message="状态与层级不符",
            ),
            models.CheckConstraint(
                name="org_community_needed_below_registered",
                condition=Q(tier=Tier.REGISTERED) | Q(community__isnull=False),
                violation_error_message="团队和小组必须填写所属居委",
            ),
            models.CheckConstraint(
                name="org_party_members_within_members",
                condition=Q(party_member_count__isnull=True)
                | Q(member_count__isnull=True)
                | Q(party_member_count__lte=F("member_count")),
                violation_error_message="党员数不能多于参加人数",
            ),
            models.CheckConstraint(
                name="org_filing_dates_in_order",
                condition=Q(committee_opinion_on__isnull=True)
                | Q(street_opinion_on__isnull=True)
                | Q(street_opinion_on__gte=F("committee_opinion_on")),
                violation_error_message="街镇审核日期不能早于社区备案日期",
            ),
        ]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return reverse("orgs:detail", args=[self.pk])


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class Activity(Entered):
    """One activity of an organisation: entered once, read by dormancy, deliverables, yearly review and the workbook.

    `photos` counts the attachments, so that a list need not; `entered_by` is empty where the machine entered it.
    """

    organization = models.ForeignKey(
        Organization, models.CASCADE, verbose_name="组织", related_name="activities"
    )
    name = models.CharField("活动名称", max_length=200)
    held_on = models.DateField("活动日期")
    place = models.CharField("活动地点", max_length=200, blank=True)
    attendance = models.PositiveIntegerField("参加人数", null=True, blank=True)
    field = models.CharField("活动领域", max_length=20, blank=True, help_text="字典“服务领域”的代码")
    is_major = models.BooleanField("是否重大活动", default=False)
    photos = models.PositiveSmallIntegerField("照片", default=0, db_default=0, editable=False)
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        verbose_name="录入人",
        null=True,
        editable=False,
        related_name="+",
    )
    created_at = models.DateTimeField("录入时间", auto_now_add=True)

    objects = ScopedQuerySet.as_manager()
    scope_path = through("organization", Organization)

    class Meta:
        verbose_name = "活动记录"
        ordering = ["-held_on", "-id"]
        constraints = [
            models.UniqueConstraint(
                "organization",
                "held_on",
                "name",
                name="activity_once",
                violation_error_message="这个组织同一天已有同名活动",
            )
        ]
        indexes = [models.Index("held_on", "id", name="activity_held")]

    def __str__(self):
        return f"{self.held_on} {self.name}"

    def get_absolute_url(self):
        return reverse("orgs:activity", args=[self.pk])
