import datetime
import json
from decimal import ROUND_HALF_UP, Decimal

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from core.scope import Area
from orgs.queries import targets


class Command(BaseCommand):
    help = "各社区平均数和达标情况：今天按名册现数，过去按当晚快照。"

    def add_arguments(self, parser):
        parser.add_argument("--as-of", type=datetime.date.fromisoformat, help="YYYY-MM-DD，默认今天")
        parser.add_argument("--json", action="store_true")

    def handle(self, *args, as_of=None, **options):
        today = timezone.localdate()
        as_of = as_of or today
        if as_of >= today:
            counts = {code: four[:3] for code, four in targets.live(Area("all"), today).items()}
        else:
            night = targets.night_not_after(as_of)
            if night is None:
                raise CommandError(f"{as_of} 及以前没有快照。")
            as_of = night
            rows = targets.rows(Area("all"), night)
            counts = {row.community.code: (row.registered, row.teams, row.groups) for row in rows}
        policy = targets.policy_on(as_of)
        minimum = policy.minimum if policy else Decimal(12)
        three = [sum(c[n] for c in counts.values()) for n in range(3)]
        average = Decimal(sum(three)) / max(1, len(counts))
        found = {
            "as_of": as_of.isoformat(),
            "communities": len(counts),
            "registered": three[0],
            "teams": three[1],
            "groups": three[2],
            "average": float(average.quantize(Decimal("0.01"), ROUND_HALF_UP)),
            "communities_at_target": sum(sum(c) >= minimum for c in counts.values()),
            "per_community": {code: list(c) for code, c in counts.items()},
        }
        if options["json"]:
            self.stdout.write(json.dumps(found, ensure_ascii=False))
            return
        self.stdout.write(
            f"截至 {found['as_of']}：{found['communities']} 个居委，注册 {three[0]}，团队 {three[1]}，小组 {three[2]}；"
            f"平均 {found['average']:.2f}（目标 {minimum}），达到 {minimum} 的居委 {found['communities_at_target']} 个。"
        )
