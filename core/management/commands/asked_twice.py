"""Lists what a form asks although it is known: the pages are opened as each person would, and read as they are shown."""

from dataclasses import dataclass, field

from django.contrib.auth import get_user_model
from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.test import Client
from django.urls import Resolver404, get_resolver, resolve, reverse
from lxml import html

from core import audit, logs
from core.casework.views import CorrectCase, EnterCase
from core.forms.views import FormPage
from core.registry import LISTS

RECORDS = 12  # of each list and person, evenly spread
UNASKED = {"hidden", "submit", "button", "file"}
EMPTY = (None, "", [], False)


@dataclass
class Seen:
    """One kind of page: how often it was opened, its fields, those whose value is known, those asked all the same;
    register: whether it is about what lies in a place, as accounts do not."""

    opened: int = 0
    fields: set[str] = field(default_factory=set)
    known: set[str] = field(default_factory=set)
    register: bool = False
    twice: dict[str, str] = field(default_factory=dict)


class Command(BaseCommand):
    help = "列出各表单里系统已经知道、却还要再填一次的栏目；一处也没有才算通过。"

    def handle(self, *args, **options):
        get_resolver().url_patterns  # noqa: B018 - imports every view, which registers the lists
        self.seen: dict[str, Seen] = {}
        with (
            logs.without_refusals(),
            audit.unrecorded(),
            transaction.atomic(),
        ):  # the check itself leaves no trace
            for user in people():
                self.look(user)
            transaction.set_rollback(True)
        for title, page in sorted(self.seen.items()):
            counts = f"{len(page.fields)} 栏，其中已知 {len(page.known)} 栏，重复填写 {len(page.twice)} 栏"
            self.stdout.write(f"{title}：{counts}（打开 {page.opened} 次）")
        if not any(page.known for page in self.seen.values() if page.register):
            raise CommandError("没有可以核对的数据，请先运行 manage.py seed_demo。")
        if lines := [f"  {t}：{words}" for t, page in self.seen.items() for words in page.twice.values()]:
            raise CommandError("已经知道、还要再填的栏目：\n" + "\n".join(lines))
        self.stdout.write(self.style.SUCCESS("重复填写：0 栏。"))

    def look(self, user) -> None:
        """Every form about a record that the record's own page leads this person to."""
        client = Client(SERVER_NAME="localhost")
        client.force_login(user, backend="accounts.backends.AreaBackend")
        for view in {view.detail_url_name: view for view in LISTS if user.may(view.grant)}.values():
            rows = sorted(view.model.objects.visible_to(user).values_list("pk", flat=True))
            for pk in rows[:: len(rows) // RECORDS + 1]:
                own = reverse(view.detail_url_name, args=[pk])
                shown = client.get(own).content
                tabs = [client.get(own + tab).content for tab in tabs_of(shown)]
                for address in dict.fromkeys(a for page in (shown, *tabs) for a in forms_named(page)):
                    self.read(client, address)

    def read(self, client, address: str) -> None:
        match, answer = resolve(address.partition("?")[0]), client.get(address)
        if answer.status_code != 200:
            return
        view, kind = match.func.view_class, match.kwargs.get("kind", "")
        record = view.model.objects.get(pk=match.kwargs["pk"])
        page = self.seen.setdefault(f"{view.__name__}{f'（{kind}）' if kind else ''}", Seen())
        page.opened, page.register = page.opened + 1, hasattr(view.model, "scope_path")
        known = facts(record) | facts_of_last_case(view, record)
        for name, label, filled in controls(answer.content):
            page.fields.add(name)
            if name not in view.anew and (name in known or label in known):
                page.known.add(name)
                if not filled:
                    page.twice[name] = f"{label}（{record} 已有）"


def people():
    """Who can sign in, one for each role."""
    rows = get_user_model().objects.filter(is_active=True, must_change_password=False)
    rows = rows.exclude(password__startswith=UNUSABLE_PASSWORD_PREFIX).order_by("pk")
    return list({user.role: user for user in rows}.values())


def tabs_of(page: bytes) -> list[str]:
    return html.fromstring(page).xpath("//main//a[starts-with(@href, '?tab=')]/@href")


def forms_named(page: bytes) -> list[str]:
    """The addresses on a page that lead to a form about the record."""
    found = []
    for address in dict.fromkeys(html.fromstring(page).xpath("//main//a/@href")):
        try:
            view = getattr(resolve(address.partition("?")[0]).func, "view_class", None)
        except Resolver404:
            continue
        if view and issubclass(view, FormPage) and view.model and not issubclass(view, CorrectCase):
            found.append(address)
    return found


def facts(record) -> set[str]:
    """What a record holds, by the name and by the label of its fields."""
    held = [f for f in record._meta.concrete_fields if getattr(record, f.attname) not in EMPTY]
    return {name for f in held for name in (f.name, str(f.verbose_name))}


def facts_of_last_case(view, record) -> set[str]:
    """What the last case about the record told of it, beyond the record: the words about the act itself do not count."""
    if not issubclass(view, EnterCase):
        return set()
    flow = view.flow
    last = flow.model.objects.filter(**{flow.subject: record}).order_by("-pk").first()
    told = {fact.field for fact in flow.before(last)[1]} if last and flow.before else set()
    return {name for name in told if getattr(last, name) not in EMPTY}


def controls(page: bytes) -> list[tuple[str, str, bool]]:
    """(name, label, whether something stands in it) of each field of a page's form."""
    found: dict[str, tuple[str, bool]] = {}
    main = html.fromstring(page).xpath("//main")[0]
    labels = {label.get("for"): label.text_content().strip(" *\n") for label in main.xpath(".//label[@for]")}
    for control in main.xpath(
        ".//form[@method='post']//*[self::input or self::select or self::textarea][@name]"
    ):
        name, kind = control.get("name"), control.get("type", "")
        if kind in UNASKED:
            continue
        if control.tag == "select":
            filled = bool(control.xpath(".//option[@selected][@value!='']"))
        elif kind in ("checkbox", "radio"):
            filled = control.get("checked") is not None
        else:
            filled = bool((control.get("value") or control.text or "").strip())
        label, before = found.get(name, (labels.get(control.get("id"), name), False))
        found[name] = (label, before or filled)
    return [(name, label, filled) for name, (label, filled) in found.items()]
