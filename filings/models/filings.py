"""The filing of a team: the whole form, and its way from the committee through the street."""

import pghistory
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from core.dates import Precision
from core.models import Case
from core.scope import ScopedQuerySet
from filings.choices import OPEN_FILINGS, FilingState, Kind
from orgs.choices import Assignment, Gender, LegalForm, PoliticalStatus
from orgs.models import Organization
from places.models import Community, Street

AGE = [MinValueValidator(18, "年龄应在 18 至 100 之间"), MaxValueValidator(100, "年龄应在 18 至 100 之间")]


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class Filing(Case):
    """One filing. Field by field the 社区群众活动团队备案表, in its order; what a kind does not ask for stays empty.

    organization: empty for a new team until it is filed. The words that a yearly review or a cancellation adds are in
    `reason`; `credit_code` and what follows is filled in by the district when a team becomes a registered body.
    """

    kind = models.CharField("事项", max_length=10, choices=Kind)
    state = models.CharField("办理状态", max_length=14, choices=FilingState, default=FilingState.DRAFT)
    organization = models.ForeignKey(
        Organization, models.PROTECT, null=True, blank=True, verbose_name="组织", related_name="filings"
    )
    street = models.ForeignKey(Street, models.PROTECT, verbose_name="所属街镇", related_name="+")
    community = models.ForeignKey(Community, models.PROTECT, verbose_name="所属社区", related_name="+")

    name = models.CharField("群团名称", max_length=200)
    category = models.CharField("类别", max_length=20, blank=True)
    service_fields = ArrayField(
        models.CharField(max_length=20), verbose_name="服务领域", default=list, blank=True
    )
    established_on = models.DateField("成立时间", null=True, blank=True)
    established_precision = models.CharField(
        "成立时间精确到",
        max_length=5,
        choices=Precision,
        default=Precision.DAY,
        db_default=Precision.DAY,
        editable=False,
    )
    activity_place = models.CharField("活动地点", max_length=200, blank=True)
    activity_content = models.CharField("活动内容", max_length=200, blank=True)
    activity_time = models.CharField(
        "活动时间", max_length=100, blank=True, help_text="例如：每周二、四上午 9 点"
    )
    weekly_sessions = models.PositiveSmallIntegerField(
        "每周活动次数", null=True, blank=True, validators=[MaxValueValidator(50, "每周活动次数过多，请核对")]
    )
    member_count = models.PositiveIntegerField("参加人数", null=True, blank=True)
    party_member_count = models.PositiveIntegerField("其中中共党员人数", null=True, blank=True)

    leader_name = models.CharField("负责人（召集人）姓名", max_length=60, blank=True)
    leader_gender = models.CharField("负责人性别", max_length=6, choices=Gender, blank=True)
    leader_age = models.PositiveSmallIntegerField("负责人年龄", null=True, blank=True, validators=AGE)
    leader_political_status = models.CharField(
        "负责人政治面貌", max_length=14, choices=PoliticalStatus, blank=True
    )
    leader_address = models.CharField("负责人家庭地址", max_length=200, blank=True)
    leader_employer = models.CharField("负责人工作单位", max_length=100, blank=True)
    contact_phone = models.CharField("负责人联系电话", max_length=30, blank=True)

    liaison_assignment = models.CharField("委派情况", max_length=12, choices=Assignment, blank=True)
    liaison_name = models.CharField("指导员姓名", max_length=60, blank=True)
    liaison_gender = models.CharField("指导员性别", max_length=6, choices=Gender, blank=True)
    liaison_age = models.PositiveSmallIntegerField("指导员年龄", null=True, blank=True, validators=AGE)
    liaison_post = models.CharField("指导员工作单位及职务", max_length=100, blank=True)
    party_branch = models.CharField("指导员所属党组织", max_length=100, blank=True)
    liaison_phone = models.CharField("指导员联系电话", max_length=30, blank=True)

    reason = models.TextField("情况说明", max_length=500, blank=True)
    effective_on = models.DateField("停止活动日期", null=True, blank=True)
    property_note = models.CharField("财物和账目处理", max_length=300, blank=True)
    year = models.PositiveSmallIntegerField("复核年度", null=True, blank=True)

    credit_code = models.CharField("统一社会信用代码", max_length=18, blank=True)
    legal_form = models.CharField("社会组织类型", max_length=16, choices=LegalForm, blank=True)
    registration_no = models.CharField("登记证号", max_length=40, blank=True)
    certificate_expires_on = models.DateField("证书有效期", null=True, blank=True)

    filing_no = models.CharField("备案编号", max_length=30, blank=True)

    objects = ScopedQuerySet.as_manager()
    scope_path = {"district": "street__district", "street": "street", "community": "community"}
    part_dates = {"established_on": "established_precision"}
    personal = frozenset({"contact_phone", "liaison_phone", "leader_address"})

    class Meta(Case.Meta):
        verbose_name = "备案"
        ordering = ["-id"]
        indexes = [
            models.Index("state", "due_on", "id", name="filing_due"),
            models.Index("street", "state", "id", name="filing_street"),
            models.Index("community", "state", "id", name="filing_community"),
            models.Index("organization", "id", name="filing_organization"),
        ]
        constraints = [
            *Case.Meta.constraints,
            models.UniqueConstraint(
                "organization",
                name="filing_one_open",
                condition=Q(state__in=OPEN_FILINGS),
                violation_error_message="这个组织已有一件没办完的备案，请先办完或撤回",
            ),
            models.UniqueConstraint(
                "organization",
                "year",
                name="filing_one_review_a_year",
                condition=Q(kind=Kind.REVIEW) & ~Q(state__in=[FilingState.REFUSED, FilingState.WITHDRAWN]),
                violation_error_message="这个团队今年已有年度复核",
            ),
            models.CheckConstraint(
                name="filing_organization_known",
                condition=Q(kind=Kind.NEW) | Q(organization__isnull=False),
                violation_error_message="请先选择要办理的组织",
            ),
            models.CheckConstraint(
                name="filing_filed_has_organization",
                condition=~Q(state=FilingState.FILED) | Q(organization__isnull=False),
                violation_error_message="已备案的必须在名册中",
            ),
            models.CheckConstraint(
                name="filing_party_members_within_members",
                condition=Q(party_member_count__isnull=True)
                | Q(member_count__isnull=True)
                | Q(party_member_count__lte=F("member_count")),
                violation_error_message="党员数不能多于参加人数",
            ),
            models.CheckConstraint(
                name="filing_review_has_year",
                condition=~Q(kind=Kind.REVIEW) | Q(year__isnull=False),
                violation_error_message="年度复核必须写明年度",
            ),
        ]

    def __str__(self):
        return self.name

    def clean(self):
        if self.community_id:
            self.street = self.community.street

    def get_absolute_url(self):
        return reverse("filings:filing", args=[self.pk])
