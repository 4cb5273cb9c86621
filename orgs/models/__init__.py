"""What the register keeps."""

from orgs.models.duplicates import DuplicatePair, MergedOrganization
from orgs.models.imports import ImportFault, ImportRow
from orgs.models.register import Activity, Organization
from orgs.models.requests import StatusChange
from orgs.models.serials import FilingSerial
from orgs.models.targets import CommunityTarget, TargetPolicy
from orgs.models.terms import Term

__all__ = [
    "Activity",
    "CommunityTarget",
    "DuplicatePair",
    "FilingSerial",
    "ImportFault",
    "ImportRow",
    "MergedOrganization",
    "Organization",
    "StatusChange",
    "TargetPolicy",
    "Term",
]
