"""Names of records and pages for whoever reads the trace: a number or an address alone tells nobody anything."""

import re
from collections.abc import Iterable
from functools import lru_cache

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.urls import NoReverseMatch, reverse

from core.numbers import whole
from core.registry import BY_ADDRESS, PAGES
from core.settings import parameters

NAME_FIELDS = ("name", "label", "title", "file_name", "username")
# The last part of an address: what was done there.
DOINGS = {
    "edit": "修改", "new": "新增", "phone": "查看电话", "status": "变更状态", "promote": "升级", "form": "备案表",
    "form.pdf": "备案表", "certificate": "备案证明", "certificate.pdf": "备案证明", "certificate.svg": "查验码",
    "file": "下载文件", "marked": "标注副本", "ask": "申请", "attach": "添加附件", "verify": "核验", "thumbnail": "缩略图",
    "disable": "停用", "enable": "启用", "reset": "重置密码", "unlock": "解除锁定", "role": "变更角色", "delete": "删除",
    "end-sessions": "结束登录", "hand-over": "移交事项", "confirm": "确认", "refuse": "不同意", "withdraw": "撤回",
    "submit": "提交", "changes": "变更记录", "run": "补跑",
}  # fmt: skip


def names_of(model, keys: Iterable[int]) -> dict[int, str]:
    """pk → name of each record, in one or two statements; of a deleted one the last name that its history kept."""
    keys = {number for key in keys if (number := whole(key)) is not None}
    path = named_by(model)
    if not keys or path is None:
        return {}
    found = dict(model._base_manager.filter(pk__in=keys).values_list("pk", path))
    events = getattr(model, "pgh_event_model", None)
    if (gone := keys - set(found)) and events is not None and "__" not in path:
        rows = events.objects.filter(pgh_obj_id__in=gone).order_by("pgh_id")
        found |= dict(rows.values_list("pgh_obj_id", path))
    if model is parameters.Parameter:
        found = {pk: words_of_parameter(key) for pk, key in found.items()}
    return {pk: str(name) for pk, name in found.items() if name}


def named_by(model) -> str | None:
    """The path to a record's name: what the model says (`named_by`), else the first field that is one."""
    if path := getattr(model, "named_by", "key" if model is parameters.Parameter else ""):
        return path
    for name in NAME_FIELDS:
        try:
            if model._meta.get_field(name).concrete:
                return name
        except FieldDoesNotExist:
            continue
    return None


def words_of_parameter(key: str) -> str:
    found = parameters.find(key)
    return found[1].name if found else key


def model_of(detail: dict):
    """The model of the record that an event tells of, or None; older events name only the list."""
    try:
        if "model" in detail:
            return apps.get_model(detail["model"])
    except (LookupError, ValueError, TypeError, AttributeError):
        return None
    return next((v.model for v in BY_ADDRESS.values() if v.title == detail.get("list")), None)


def nameless(detail) -> bool:
    """Whether an event tells of a record by its number alone."""
    return isinstance(detail, dict) and isinstance(detail.get("record"), int | str) and not detail.get("name")


def unnamed(details: Iterable) -> dict[tuple, str]:
    """(model label, pk) → name of the records that events tell of by number only, in a few statements for all of them."""
    asked: dict = {}
    for detail in details:
        if nameless(detail) and (model := model_of(detail)):
            asked.setdefault(model, set()).add(detail["record"])
    return {
        (model._meta.label_lower, pk): name
        for model, keys in asked.items()
        for pk, name in names_of(model, keys).items()
    }


def page_words(path: str) -> str:
    """An address in words: 组织名册（第 12 号）查看电话."""
    address = path.partition("?")[0]
    if not address:
        return ""
    prefix, title, _ = below(address)
    if not title:
        return "我的待办" if address == "/" else "其他页面"
    rest = [part for part in address[len(prefix) :].split("/") if part]
    number = next((part for part in rest if re.fullmatch(r"\d{1,18}", part)), "")
    doing = DOINGS.get(rest[-1], "") if rest else ""
    return f"{title}{f'（第 {number} 号）' if number else ''}{doing}"


def asked_for(path: str, keys: dict) -> dict:
    """What an event keeps of the record that an address names, as far as a list knows its kind."""
    model, pk = below(path)[2], str(keys.get("pk", ""))
    name = names_of(model, [pk]).get(int(pk)) if model and re.fullmatch(r"\d{1,18}", pk) else None
    return {"model": model._meta.label_lower, "record": int(pk), "name": name[:200]} if name else {}


def below(address: str) -> tuple:
    """(address, title, model of its list or None) of the page under which an address lies; empty words for none."""
    return next((entry for entry in addresses() if address.startswith(entry[0])), ("/", "", None))


@lru_cache(maxsize=1)
def addresses() -> list[tuple]:
    """The pages that have a title, those with the longest address first."""
    found = {}
    titled = [(name, title, None) for name, title in PAGES.items()]
    for name, title, model in [*titled, *((name, v.title, v.model) for name, v in BY_ADDRESS.items())]:
        try:
            found[reverse(name)] = (reverse(name), title, model)
        except NoReverseMatch:  # what several lists share has no address of its own
            continue
    return sorted((entry for entry in found.values() if entry[0] != "/"), key=lambda entry: -len(entry[0]))
