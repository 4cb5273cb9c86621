"""Activities of this week as a committee enters them: with a photo, a major one, one that clears a dormant organisation."""

import datetime
import io

from django.core.files.base import ContentFile
from PIL import Image, ImageDraw

from accounts.models import User
from core.files import photos
from orgs import policy
from orgs.actions.register import record_activity
from orgs.choices import Dormancy
from orgs.models import Organization
from orgs.queries.todo import living

SAMPLES = [  # name, days ago, attendance, field, major, with a photo
    ("重阳节慰问演出", 2, 46, "civility", True, True),
    ("楼组邻里茶话会", 3, 18, "governance", False, True),
    ("便民维修服务日", 5, 32, "supply", False, False),
]
EVIDENCE = "上门查看，正在排练，负责人表示每周三活动"


def plant_activities(today: datetime.date) -> tuple[str, int]:
    """(what, how many); none where the demo accounts do not exist."""
    by = User.objects.filter(username="committee").first()
    if by is None:
        return "活动记录", 0
    mine = living(Organization.objects.visible_to(by)).order_by("pk")
    count = 0
    for organization, (name, ago, attendance, field, major, pictured) in zip(
        mine.filter(dormancy=Dormancy.ACTIVE), SAMPLES, strict=False
    ):
        record_activity(
            organization, name=name, held_on=today - datetime.timedelta(days=ago), attendance=attendance, field=field,
            is_major=major, photo=picture(name) if pictured else None, by=by,
        )  # fmt: skip
        count += 1
    silent = mine.exclude(dormancy=Dormancy.ACTIVE).first()
    if silent is not None:
        name = f"{policy.STILL_ACTIVE}：{EVIDENCE}"
        record_activity(silent, name=name, held_on=today, photo=picture("确认"), by=by)
        count += 1
    return "活动记录", count + entered_late()


def entered_late() -> int:
    """Activities that a street had forgotten to enter when the night called their organisations dormant."""
    by = User.objects.get(username="street")
    asleep = (
        living(Organization.objects.visible_to(by))
        .filter(dormancy=Dormancy.DORMANT)
        .order_by("-last_active_on", "pk")
    )
    asleep = list(asleep.exclude(last_active_on=None)[:3])
    for organization in asleep:
        held = organization.last_active_on + datetime.timedelta(days=60)
        record_activity(organization, name="社区文化节排练", held_on=held, attendance=16, by=by)
    return len(asleep)


def picture(name: str) -> ContentFile:
    """A drawn room with people instead of a photo of anybody."""
    image = Image.new("RGB", (1200, 900), "#dbe4ee")
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 640, 1200, 900), fill="#c9b79c")
    draw.rectangle((380, 120, 820, 300), fill="#b42318")
    for n in range(7):
        x = 110 + n * 150
        draw.ellipse((x, 430, x + 80, 510), fill="#f0cfae")
        draw.rounded_rectangle((x - 20, 510, x + 100, 760), 30, fill=("#1d5bbf", "#146c3c", "#7a5b00")[n % 3])
    out = io.BytesIO()
    image.save(out, "JPEG")
    return photos.cleaned(ContentFile(out.getvalue(), name=f"{name}.jpg"))
