"""The left navigation: by work, not by app, and only what the role may use."""

from django.urls import reverse

ENTRIES = [  # label, url name, grant, key after "g"
    ("我的待办", "home", "jobs.view", "h"),
    ("审计", "audit:list", "audit.view", "a"),
    ("人员账号", "accounts:users", "accounts.view", "u"),
    ("角色权限", "accounts:roles", "accounts.view", "r"),
    ("权限变更", "accounts:grants", "accounts.view", "v"),
    ("组织名册", "orgs:list", "orgs.view", "o"),
    ("活动记录", "orgs:activities", "orgs.view", "y"),
    ("备案", "filings:list", "filings.view", "f"),
    ("重大活动", "filings:events", "filings.view", "e"),
    ("小组确认", "filings:groups", "filings.groups", "x"),
    ("备案抽查", "filings:checks", "filings.checks", "q"),
    ("状态变更", "orgs:status_changes", "orgs.view", "b"),
    ("达标情况", "orgs:targets", "targets.view", "t"),
    ("疑似重复", "orgs:duplicates", "orgs.edit", "d"),
    ("导入名册", "orgs:import_list", "orgs.import", "i"),
    ("市系统核对", "filings:reconciliations", "filings.reconciliations", "c"),
    ("领导报表", "reports:leadership", "reports.leadership", "l"),
    ("最近操作", "acts:list", "acts.view", "z"),
    ("夜间任务", "reports:nightly", "reports.nightly", "n"),
    ("街镇居委", "places:list", "places.view", "p"),
    ("设置", "settings:parameters", "settings.view", "s"),
]


def entries(user, path: str) -> list[dict]:
    found = []
    for label, name, grant, key in ENTRIES:
        if not user.may(grant):
            continue
        url = reverse(name)
        current = path == url if url == "/" else path.startswith(url)
        found.append({"label": label, "url": url, "key": key, "current": current, "length": len(url)})
    longest = max((e["length"] for e in found if e["current"]), default=0)
    for entry in found:
        entry["current"] = entry["current"] and entry["length"] == longest
    return found


def context(request):
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated or user.must_change_password:
        return {"navigation": []}
    found = entries(user, request.path)
    return {"navigation": found, "bottom": found[:3], "area": user.area}
