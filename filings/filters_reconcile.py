"""What reconciliations can be filtered by."""

import django_filters as filters

from core.lists.filters import ChoiceFilter, ListFilter
from core.numbers import whole
from core.words import shown
from filings.choices_reconcile import Decision, Kind, SourceKind
from filings.models import Difference, Line, Reconciliation
from filings.queries import layouts
from orgs.queries.register import community_choices, street_choices

LISTED = 50


class RunFilter(ListFilter):
    q = filters.CharFilter(label="文件", field_name="file_name", lookup_expr="icontains")
    source = ChoiceFilter(
        label="市系统", field_name="source__kind", choices=SourceKind.choices, empty_label="全部市系统"
    )

    class Meta:
        model = Reconciliation
        fields = ["q", "source"]


class OfRun(ListFilter):
    """Filters within a run and a place."""

    def __init__(self, data=None, *args, request=None, **kwargs):
        super().__init__(data, *args, request=request, **kwargs)
        user, asked, fields = request.user, data or {}, self.form.fields
        fields["run"].choices = run_choices(user, str(asked.get("run", "")))
        streets = street_choices(user)
        street = streets[0][0] if len(streets) == 1 else asked.get("street")
        fields["street"].choices = streets
        fields["community"].choices = community_choices(user, whole(street), str(asked.get("community", "")))
        if len(streets) < 2:
            del fields["street"]


def run_choices(user, wanted: str) -> list[tuple[int, str]]:
    """The last runs that the person sees, and the one that the address names."""
    runs = (
        Reconciliation.objects.visible_to(user)
        .order_by("-pk")
        .values_list("pk", "file_name", "job__created_at")
    )
    found = list(runs[:LISTED])
    if all(str(pk) != wanted for pk, _, _ in found):
        found += runs.filter(pk=whole(wanted))
    return [(pk, f"{name} {shown(at)}") for pk, name, at in found]


class LineFilter(OfRun):
    q = filters.CharFilter(label="团队名称", field_name="name", lookup_expr="icontains")
    run = ChoiceFilter(label="哪一次核对", choices=[], empty_label="全部")
    kind = ChoiceFilter(label="核对结果", choices=Kind.choices, empty_label="全部")
    street = ChoiceFilter(label="街镇", choices=[], empty_label="全部街镇")
    community = ChoiceFilter(label="居委", choices=[], empty_label="全部居委")

    class Meta:
        model = Line
        fields = ["q", "run", "kind", "street", "community"]


class DifferenceFilter(OfRun):
    q = filters.CharFilter(label="团队名称", field_name="line__name", lookup_expr="icontains")
    run = ChoiceFilter(label="哪一次核对", field_name="line__run", choices=[], empty_label="全部")
    field = ChoiceFilter(label="栏目", choices=list(layouts.LABELS.items()), empty_label="全部栏目")
    decision = ChoiceFilter(label="处理结果", choices=Decision.choices, empty_label="全部")
    street = ChoiceFilter(label="街镇", field_name="line__street", choices=[], empty_label="全部街镇")
    community = ChoiceFilter(label="居委", field_name="line__community", choices=[], empty_label="全部居委")

    class Meta:
        model = Difference
        fields = ["q", "run", "field", "decision", "street", "community"]
