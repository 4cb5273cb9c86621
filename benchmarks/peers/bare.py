"""A bare view: session, one query of the ORM on the same indexes, a plain template loop; no count, no tabs, no scope.

A search is asked in both ways (`plan=walk` follows the order of the page, `plan=sort` sorts the hits): the better one counts.
"""

from django.contrib.auth.decorators import login_required
from django.db.models import CharField, F, Func, Q
from django.http import HttpResponse
from django.template import engines

from orgs.models import Organization

COLUMNS = (
    "pk", "name", "tier", "status", "category", "street__name", "community__name", "leader_name", "contact_phone",
    "member_count", "last_active_on", "dormancy",
)  # fmt: skip
PAGE = """<!doctype html><meta charset=utf-8><title>orgs</title><p>{{ user.username }}</p>
<form>{% csrf_token %}<input name=q value="{{ q }}"></form><table>{% for row in rows %}<tr>{% for cell in row %}
<td>{{ cell }}</td>{% endfor %}</tr>{% endfor %}</table></html>"""
# Keeps PostgreSQL from walking the whole order for a handful of hits.
SORTED_AFTERWARDS = Func(F("sort_key"), template="(%(expressions)s || '')", output_field=CharField())


@login_required
def bare(request, what=""):
    asked, rows = request.GET, Organization.objects.order_by("sort_key", "pk")
    if what == "filtered":
        rows = rows.filter(tier=asked["tier"], status=asked["status"], category=asked["category"])
    elif what == "community":
        rows = rows.filter(community=asked["community"])
    elif what in ("common", "rare"):
        rows = rows.filter(search_terms__contains=[asked["q"]])
        if asked["plan"] == "sort":
            rows = rows.order_by(SORTED_AFTERWARDS, "pk")
    elif what == "district":
        rows = rows.filter(street__district=asked["district"])
    elif what == "street":
        rows = rows.filter(street=asked["street"])
    elif what == "deep":
        key, pk = asked["key"], asked["pk"]
        rows = rows.filter(Q(sort_key__gte=key), Q(sort_key__gt=key) | Q(sort_key=key, pk__gt=pk))
    template = engines["django"].from_string(PAGE) if not hasattr(bare, "template") else bare.template
    bare.template = template
    found = list(rows.values_list(*COLUMNS)[:100])
    return HttpResponse(
        template.render({"rows": found, "q": asked.get("q", ""), "user": request.user}, request)
    )
