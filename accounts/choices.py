from django.db.models import TextChoices


class Role(TextChoices):
    DISTRICT_OFFICER = "district_officer", "区民政局经办"
    LEADER = "leader", "局领导"
    STREET_OFFICER = "street_officer", "街镇经办"
    COMMITTEE_MEMBER = "committee_member", "居委会"
    DEPARTMENT_OFFICER = "department_officer", "职能部门"
    ASSESSOR = "assessor", "评估专家"
    SYSTEM_ADMIN = "system_admin", "系统管理员"
    SECURITY_ADMIN = "security_admin", "安全管理员"
    AUDIT_ADMIN = "audit_admin", "审计管理员"
