"""A field for a photo: from the camera or the album, cleaned before it is kept, and not asked for twice."""

from django import forms
from django.core.files.base import ContentFile
from django.template.loader import render_to_string

from core.files import photos
from core.files.guard import Refused
from core.models import KeptFile


class PhotoInput(forms.FileInput):
    """Two ways to a photo. kept: the one that waits already since an earlier sending of the same form."""

    kept: KeptFile | None = None

    def render(self, name, value, attrs=None, renderer=None):
        own = super().render(name, value, attrs, renderer)
        context = {"own": own, "name": name, "kept": self.kept, "id": (attrs or {}).get("id", f"id_{name}")}
        return render_to_string("core/parts/_photo.html", context | {"accept": self.attrs.get("accept", "")})


class PhotoField(forms.FileField):
    """Gives the photo as `core.files.photos.cleaned` draws it; one that was kept is cleaned already."""

    widget = PhotoInput

    def __init__(self, **kwargs):
        kwargs.setdefault("widget", PhotoInput(attrs={"accept": "image/jpeg,image/png"}))
        super().__init__(**kwargs)

    def clean(self, data, initial=None):
        photo = super().clean(data, initial)
        if not photo:
            return None
        if isinstance(photo, Waiting):
            return ContentFile(photo.read(), name=photo.name)
        try:
            return photos.cleaned(photo)
        except Refused as refused:
            raise forms.ValidationError(str(refused)) from refused


class Waiting(ContentFile):
    """A photo that an earlier sending of the same form brought."""

    def __init__(self, row: KeptFile):
        with row.file.open("rb") as file:
            super().__init__(file.read(), name=row.name)
