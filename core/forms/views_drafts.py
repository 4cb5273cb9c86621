"""Contents of forms, kept while they are filled in."""

from django.http import Http404, HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from core.files import photos
from core.forms import drafts
from core.models import Draft, KeptFile


@require_POST
def keep(request):
    """Store a form as it stands; answers with the words to show beside its button."""
    key = drafts.read(request)
    if key is None or key.user != request.user.pk:
        return HttpResponseBadRequest("这份表单已失效，请刷新页面。")
    kept = drafts.keep(key, request.POST)
    return HttpResponse(f"已自动保存 {timezone.localtime():%H:%M}" if kept else "")


@require_POST
def discard(request, key):
    """Back to the page of the form; from 我的待办, and where the form cannot be filled in any more, back there."""
    draft = Draft.objects.filter(key=key, user=request.user).first()
    if draft:
        drafts.drop(draft.key)
    return redirect(draft.path if draft and "home" not in request.POST else "home")


@never_cache
@require_GET
def picture(request, key, field: str):
    """A photo that waits for the rest of its form, small."""
    kept = KeptFile.objects.filter(key=key, field=field, user=request.user).first()
    if kept is None:
        raise Http404
    with kept.file.open("rb") as file:
        return HttpResponse(photos.thumbnail(file), content_type="image/jpeg")


def gone(request, draft: Draft, fields):
    """The page of a draft whose form cannot be sent any more: nothing that was typed goes away unseen."""
    context = {"title": "这份草稿不能再提交", "draft": draft, "typed": drafts.typed(draft, fields)}
    return render(request, "core/draft_gone.html", context, status=410)
