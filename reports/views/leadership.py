from django.http import FileResponse, Http404
from django.shortcuts import render

from core import audit
from core.access import require
from core.choices import AuditKind
from reports import queries


def leadership(request):
    require(request.user, "reports.leadership", "查看领导报表")
    context = {"title": "领导报表", "workbooks": queries.workbooks(request.user), "red": queries.is_red()}
    return render(request, "reports/leadership.html", context)


def download(request, date):
    require(request.user, "reports.leadership", "下载领导报表")
    kept = queries.workbook_of(request.user, date)
    if kept is None or not kept.file.storage.exists(kept.file.name):
        raise Http404
    audit.record(AuditKind.EXPORT, request, list="领导报表", date=str(date), digest=kept.digest)
    name = f"长宁区社会组织工作日报_{date:%Y%m%d}.xlsx"
    return FileResponse(kept.file.open("rb"), as_attachment=True, filename=name)
