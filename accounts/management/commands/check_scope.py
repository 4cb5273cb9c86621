"""Proves that the jurisdiction holds everywhere alike, by asking the running code as each person would."""

import re
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.test import Client
from django.urls import get_resolver, reverse
from lxml import html
from python_calamine import CalamineWorkbook

from accounts import policy
from accounts.models import User
from core import audit, logs
from core.jobs import exports
from core.lists.paging import COUNT_LIMIT
from core.registry import LISTS, NUMBER_PAGES
from core.tables.sheets import HEADER_ROW, ID_HEADER

ALLOWED_OUTSIDE = {403, 404}
SAMPLE_WITHOUT_GRANT = 20
ALL_DETAILS = 3_000  # so many addresses outside are all asked for; of more, an even sample
SAMPLE_OUTSIDE = 300
ALL_INITIALS = 5_000  # a list as long as this is searched for a few characters only
FEW_INITIALS = 5


@dataclass
class Walk:
    """What one list page showed to one person, all pages of it together."""

    ids: set[int] = field(default_factory=set)
    names: list[str] = field(default_factory=list)
    count: int = 0
    tabs: list[tuple[str, str, int]] = field(default_factory=list)


class Command(BaseCommand):
    help = "核对每个角色、每个名册：页面、导出、查找、页签、数字一致，管辖范围外的地址一律 404。"

    def handle(self, *args, **options):
        get_resolver().url_patterns  # noqa: B018 - imports every view, which registers the lists
        self.leaks: list[str] = []
        self.asked: dict[tuple[int, str], set[int]] = {}
        with (
            logs.without_refusals(),
            audit.unrecorded(),
            transaction.atomic(),
        ):  # the check itself leaves no trace
            checked = self.check_everything()
            transaction.set_rollback(True)
        if self.leaks:
            raise CommandError("发现越权或不一致：\n" + "\n".join(self.leaks))
        self.stdout.write(self.style.SUCCESS(f"一致：{checked} 个账号 × {len(LISTS)} 个名册。"))

    def check_everything(self) -> int:
        people = self.people()
        if not people:
            raise CommandError("没有人员账号，请先运行 manage.py demo_accounts 或建立账号。")
        for user in people:
            client = Client(SERVER_NAME="localhost")
            client.force_login(user, backend="accounts.backends.AreaBackend")
            for view in LISTS:
                self.check_list(user, client, view)
            self.check_numbers(user, client)
        return len(people)

    def people(self) -> list[User]:
        """One person per role and area, enough to show every kind of jurisdiction."""
        found: dict[tuple, User] = {}
        rows = User.objects.filter(is_active=True, must_change_password=False)
        rows = rows.exclude(password__startswith=UNUSABLE_PASSWORD_PREFIX)  # nobody can sign in as them
        for user in rows.select_related("district", "street", "community__street"):
            found.setdefault((user.role, user.district_id, user.street_id, user.community_id), user)
        return list(found.values())

    def leak(self, user, what: str):
        self.leaks.append(f"  {user.username}（{user.get_role_display()}）：{what}")

    def check_list(self, user, client, view):
        url, title = reverse(view.url_name), view.title
        inside, outside = self.expected(user, view)
        if not user.may(view.grant):
            status = client.get(url).status_code
            if status != 403:
                self.leak(user, f"{title} 没有权限却返回 {status}")
            self.check_details(user, client, view, [], sorted(outside | inside)[:SAMPLE_WITHOUT_GRANT])
            return
        walk = self.walk(client, url)
        self.same(user, title, "页面", walk.ids, inside)
        if walk.count != min(len(inside), COUNT_LIMIT):
            self.leak(user, f"{title} 页面总数 {walk.count}，应为 {len(inside)}")
        if not view.export_grant or user.may(view.export_grant):
            self.same(user, title, "导出", self.exported(user, view), inside)
        initials, whole = (
            sorted({name[0] for name in walk.names if name.strip()}),
            len(inside) <= ALL_INITIALS,
        )
        asked = initials if whole else initials[:: max(1, len(initials) // FEW_INITIALS)]
        searched = set().union(*(self.walk(client, url, {"q": char}).ids for char in asked))
        self.same(user, title, "查找", searched, inside if whole else inside & searched)
        for label, tab_url, count in walk.tabs:
            rows = len(self.walk(client, tab_url).ids)
            if rows != count:
                self.leak(user, f"{title} 页签“{label}”写 {count}，列出 {rows}")
        self.check_details(user, client, view, sorted(inside)[:SAMPLE_WITHOUT_GRANT], sorted(outside))
        self.stdout.write(
            f"{user.username}：{title} {len(inside)} 条 = 导出 = 查找 = 页签；范围外 {len(outside)} 条均不可见"
        )

    def expected(self, user, view) -> tuple[set[int], set[int]]:
        """(inside, outside) told apart here without `visible_to`, from the places of each row alone."""
        level, model = policy.level(user.role), view.model
        rows = view.only(model._base_manager.all())
        everything = set(rows.values_list("pk", flat=True))
        if grants := getattr(model, "seen_with", ()):  # lies in no place
            holds = any(user.role in policy.GRANTS[grant] for grant in grants)
            return (everything, set()) if holds else (set(), everything)
        if level == "none":
            return set(), everything
        place = getattr(user, f"{level}_id")
        if place is None:
            return everything, set()
        paths = model.scope_path.get(level)
        if paths is None:
            return set(), everything
        paths = (paths,) if isinstance(paths, str) else paths
        where_each = rows.values_list("pk", *(f"{path}__pk" for path in paths))
        inside = {pk for pk, *where in where_each if set(where) == {place}}
        return inside, everything - inside

    def same(self, user, title, what, found, expected):
        if found - expected:
            self.leak(
                user, f"{title} {what}多出 {len(found - expected)} 条，如 {sorted(found - expected)[:5]}"
            )
        if expected - found:
            self.leak(
                user, f"{title} {what}缺少 {len(expected - found)} 条，如 {sorted(expected - found)[:5]}"
            )

    def check_details(self, user, client, view, inside, outside):
        for pk in inside:
            status = client.get(reverse(view.detail_url_name, args=[pk])).status_code
            if status != 200:
                self.leak(user, f"{view.title} 第 {pk} 号在范围内却返回 {status}")
        allowed = {404} if user.may(view.grant) else ALLOWED_OUTSIDE
        if len(outside) > ALL_DETAILS:
            outside = outside[:: len(outside) // SAMPLE_OUTSIDE]
        known = self.asked.setdefault((user.pk, view.detail_url_name), set())  # lists that share their pages
        outside = [pk for pk in outside if pk not in known]
        known.update(outside)
        for pk in outside:
            status = client.get(reverse(view.detail_url_name, args=[pk])).status_code
            if status not in allowed:
                self.leak(user, f"{view.title} 第 {pk} 号在范围外却返回 {status}")

    def walk(self, client, url: str, query: dict | None = None) -> Walk:
        """Every page of a list, by its own “下一页”."""
        walk, seen = Walk(), False
        url = url + ("&" if "?" in url else "?") + "size=200"
        while url:
            page = html.fromstring(client.get(url, query).content)
            rows = page.xpath("//tr[@data-id]")
            walk.ids |= {int(row.get("data-id")) for row in rows}
            walk.names += [a.text or "" for a in page.xpath("//tr[@data-id]/th//a")]
            if not seen:
                walk.count = int((page.xpath("//@data-count") or ["0"])[0])
                walk.tabs = self.tabs(page)
                seen = True
            following = page.xpath("//a[@rel='next']/@href")
            url, query = (following[0], None) if following else ("", None)
        return walk

    @staticmethod
    def tabs(page) -> list[tuple[str, str, int]]:
        found = []
        for link in page.xpath("//nav[contains(@class,'tabs')]//a[span[contains(@class,'tab-count')]]"):
            number = re.sub(r"\D", "", link.xpath("string(span)"))
            found.append(((link.text or "").strip(), link.get("href"), int(number or 0)))
        return found

    @staticmethod
    def exported(user, view) -> set[int]:
        """The rows of the workbook that the export centre makes for this person."""
        with tempfile.NamedTemporaryFile(suffix=".xlsx") as file:
            exports.write(view.seen_by(user, ""), Path(file.name))
            rows = CalamineWorkbook.from_path(file.name).get_sheet_by_index(0).to_python()
        column = rows[HEADER_ROW].index(ID_HEADER)
        return {int(row[column]) for row in rows[HEADER_ROW + 1 :] if row[column] not in ("", None)}

    def check_numbers(self, user, client):
        """Every number that is a link to a list equals the number above that list."""
        lists = {reverse(view.url_name) for view in LISTS}
        counts: dict[str, int] = {}
        for name in dict.fromkeys(NUMBER_PAGES):
            response = client.get(reverse(name))
            if response.status_code != 200:
                continue
            for link in html.fromstring(response.content).xpath("//main//a[@href]"):
                href = link.get("href")
                text = link.xpath("string(.//*[contains(@class,'tile-value')])") or link.xpath("string()")
                number = re.fullmatch(r"\s*([\d,]+)\s*[个条家]?\s*", text)
                if not number or href.partition("?")[0] not in lists:
                    continue
                if href not in counts:
                    page = html.fromstring(client.get(href).content)
                    counts[href] = int((page.xpath("//@data-count") or ["-1"])[0])
                if counts[href] != int(number[1].replace(",", "")):
                    self.leak(user, f"{reverse(name)} 上的 {number[1]} 打开 {href} 却是 {counts[href]} 条")
