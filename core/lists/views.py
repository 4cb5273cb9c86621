"""The list page: declared in ten lines, the same everywhere."""

from collections import Counter
from collections.abc import Sequence
from functools import cached_property
from types import SimpleNamespace
from urllib.parse import urlencode

from django.http import Http404, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views import View

from core.access import GrantMixin, require
from core.jobs import views_bulk as bulk
from core.jobs.bulk import BulkAction
from core.lists import views_saved as saved
from core.lists.paging import COUNT_LIMIT, PAGE_SIZES, KeysetPage, capped_counts
from core.lists.views_export import ask_for_export
from core.numbers import whole
from core.registry import BY_ADDRESS
from core.tables import Column, Table

RARE = 2_000  # so many rows of a search are sorted in memory; more are found by walking the list's own order
POSTS = {"export": ask_for_export, "bulk": bulk.choose, "save": saved.save}  # what a list can be asked to do


class ListView(GrantMixin, View):
    """One list: filters, tabs, chosen columns, sort, pages by key, saved views; export and bulk actions of just what is shown.

    model: with a ScopedQuerySet; columns: the one column list; filterset_class: a django-filter set;
    tab_field: the choice field that the tabs cut by; export_grant: who may take the list away;
    bulk_actions: what can be done to many rows at once, offered to whom holds the action's grant.
    """

    model = None
    columns: Sequence[Column] = ()
    filterset_class = None
    title = ""
    url_name = ""
    detail_url_name = ""
    tab_field = ""
    default_sort = "name"
    page_size = 50
    export_grant = ""
    template_name = "core/list.html"
    bulk_actions: Sequence[BulkAction] = ()
    more_filters: Sequence[str] = ()
    uncounted = False
    walked = True

    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(**kwargs)
        BY_ADDRESS[cls.url_name] = cls

    def rows(self):
        """Everything that this person may see in this list."""
        return self.only(self.model.objects.visible_to(self.request.user))

    @staticmethod
    def only(rows):
        """What this list is about, whoever looks at it: a work list is shorter than its model."""
        return rows

    @classmethod
    def seen_by(cls, user, query: str) -> "ListView":
        """The list as a person sees it under an address, without a request; refused like the page."""
        require(user, cls.grant, cls.doing)
        view = cls()
        view.request = SimpleNamespace(user=user, GET=QueryDict(query))
        return view.opened()

    def opened(self) -> "ListView":
        """Read the address: filters, the rows that they leave, columns."""
        self.query = self.request.GET.copy()
        if chosen := self.query.pop("col", None):  # the plain form of the column chooser
            self.query["cols"] = ",".join(chosen)
        self.filters = self.filterset_class(self.query, queryset=self.rows(), request=self.request)
        self.base, self.queryset = self.cut(self.filters)
        self.table = Table(self.columns, [k for k in self.query.get("cols", "").split(",") if k])
        return self

    def get(self, request):
        self.opened()
        return render(request, self.template_name, self.context(self.filters, self.queryset, self.table))

    def post(self, request):
        """Take away, change many or remember what this address shows."""
        act = POSTS.get(request.POST.get("do"))
        if act is None:
            raise Http404
        return act(self.opened())

    def cut(self, filters):
        """(rows under every filter but the tab, rows of this tab). Each filter runs once, also a costly search."""
        rows = self.rows()
        if not filters.form.is_valid():  # a condition that means nothing here must not widen the list
            return rows.none(), rows.none()
        base = filters.cut(rows, skip=self.tab_field)
        self.uncounted = filters.amount == "many"
        tab = filters.form.cleaned_data.get(self.tab_field) if self.tab_field else None
        if tab and self.uncounted:
            # Many altogether may be few within the tab: let the search choose its way anew.
            return base, filters.cut(rows.filter(**{self.tab_field: tab}), skip=self.tab_field)
        return base, base.filter(**{self.tab_field: tab}) if tab else base

    def count(self, filters, queryset, tabs) -> int:
        """How many rows the list has, at most COUNT_LIMIT; fills in the tabs. Counted from the rows that are paged through."""
        if filters.amount == "many":
            return COUNT_LIMIT
        shown = [] if self.uncounted else tabs[1:]
        counts = self.count_few(filters, self.base if shown else queryset)
        if counts is None:
            counted = capped_counts(*(tab["queryset"] for tab in shown)) if shown else capped_counts(queryset)
        else:
            counted = [counts[tab["value"]] for tab in shown] or [counts.total()]
        if not shown:
            return counted[0]
        for tab, count in zip(shown, counted, strict=True):
            tab["count"] = count
        tabs[0]["count"] = min(COUNT_LIMIT, sum(counted))
        return next((tab["count"] for tab in tabs if tab["current"]), 0)

    def count_few(self, filters, rows) -> Counter | None:
        """Rows of each tab, when a search left so few that they are taken out and sorted instead of walked to."""
        if filters.amount != "some":
            return None
        found = list(rows.order_by().values_list(self.tab_field or "pk", flat=True)[: RARE + 1])
        self.walked = len(found) > RARE
        return None if self.walked else Counter(found)

    def context(self, filters, queryset, table) -> dict:
        tabs = self.tabs()
        count = self.count(filters, queryset, tabs)
        column, descending = self.order()
        size = self.size()
        page = KeysetPage(
            queryset,
            column.sort,
            size,
            self.query.get("page", ""),
            descending,
            walked=self.walked,
            only=self.only,
        )
        rows = page.rows(table.sources())
        url = reverse(self.detail_url_name, args=[0]) if self.detail_url_name else ""
        offered = self.offered()
        return {
            "view": self,
            "title": self.title,
            "filters": filters,
            "chips": self.chips(filters),
            "more_open": any(self.query.get(name) for name in self.more_filters),
            "tabs": tabs,
            "count": count,
            "capped": count >= COUNT_LIMIT,
            "table": table,
            "head": self.headings(table, column, descending),
            "body": table.html(rows, lambda pk: url.replace("0", str(pk)), bool(offered)),
            "ids": [row[0] for row in rows],
            "next": self.link(page=page.next) if page.next else "",
            "previous": self.link(page=page.previous) if page.previous else "",
            "sizes": [(n, self.link(size=n), n == size) for n in PAGE_SIZES],
            "here": self.link(),
            "may_export": self.request.user.may(self.export_grant or self.grant),
            "bulk_actions": offered,
            "saved": saved.menu(self),
            "kept": [(k, v) for k in ("sort", "size", "cols") if (v := self.query.get(k))],
            "as_of": timezone.localtime(),
            **self.extra(),
        }

    @cached_property
    def address(self) -> str:
        return reverse(self.url_name)

    def extra(self) -> dict:
        """More context of one list."""
        return {}

    def tabs(self) -> list[dict]:
        if not self.tab_field:
            return []
        current = self.query.get(self.tab_field, "")
        return [
            {
                "label": label,
                "url": self.link(**{self.tab_field: value}),
                "current": value == current,
                "value": value,
                "queryset": self.base.filter(**{self.tab_field: value}) if value else self.base,
            }
            for value, label in [("", "全部"), *self.model._meta.get_field(self.tab_field).choices]
        ]

    def order(self) -> tuple[Column, bool]:
        wanted = self.query.get("sort") or self.default_sort
        by_key = {c.key: c for c in self.columns if c.sort}
        if wanted.removeprefix("-") not in by_key:
            wanted = self.default_sort
        return by_key[wanted.removeprefix("-")], wanted.startswith("-")

    def size(self) -> int:
        asked = whole(self.query.get("size"))
        return asked if asked in PAGE_SIZES else self.page_size

    def link(self, **changes) -> str:
        """This list's address with some parameters changed; an empty value removes one. A new filter starts at page one."""
        dropped = {"page", *changes}
        kept = [(k, v) for k, values in self.query.lists() if k not in dropped for v in values]
        text = urlencode(kept + [(k, v) for k, v in changes.items() if v not in ("", None)])
        return f"{self.address}?{text}" if text else self.address

    def headings(self, table, current, descending) -> list[dict]:
        cells = []
        for column in table.visible:
            on = column.key == current.key
            cells.append(
                {
                    "label": column.label,
                    "kind": column.kind,
                    "url": self.link(sort=("" if descending else "-") + column.key if on else column.key)
                    if column.sort
                    else "",
                    "aria": ("descending" if descending else "ascending") if on else "",
                }
            )
        return cells

    def chips(self, filters) -> list[dict]:
        """The filters in force, each with the address of the list without it."""
        found = []
        for name, bound in filters.form.fields.items():
            if name == self.tab_field:
                continue
            for value in self.query.getlist(name):
                if value:
                    found.append(
                        {
                            "label": bound.label,
                            "value": self.chip_words(bound, value),
                            "url": self.without(name, value),
                        }
                    )
        return found

    @staticmethod
    def chip_words(field, value: str) -> str:
        choices = {
            str(k): str(v) for k, v in getattr(field, "choices", ()) if not isinstance(v, list | tuple)
        }
        return choices.get(value, value)

    def without(self, name: str, value: str) -> str:
        query: QueryDict = self.query.copy()
        query.setlist(name, [v for v in query.getlist(name) if v != value])
        query.pop("page", None)
        return f"{reverse(self.url_name)}?{query.urlencode()}"

    @property
    def state(self) -> str:
        """What this address asks for, apart from the page."""
        return self.link().partition("?")[2]

    def offered(self) -> list[BulkAction]:
        return [action for action in self.bulk_actions if self.request.user.may(action.grant)]

    def conditions(self) -> str:
        """The filters in force in words, the tab among them."""
        chips = self.chips(self.filters)
        tab = self.query.get(self.tab_field) if self.tab_field else ""
        if tab:
            field = self.model._meta.get_field(self.tab_field)
            chips = [{"label": field.verbose_name, "value": dict(field.choices).get(tab, tab)}, *chips]
        return "；".join(f"{c['label']}：{c['value']}" for c in chips)
