import datetime

from axes.handlers.database import AxesDatabaseHandler
from axes.helpers import get_client_username
from django.contrib.auth.backends import ModelBackend
from django.utils import timezone

from accounts.models import User
from core.choices import AuditKind
from core.client import address
from core.models import AuditEvent

SIEGE, SIEGE_WITHIN = 50, datetime.timedelta(hours=1)  # wrong passwords for one account from wherever
KNOWN_FOR = datetime.timedelta(days=90)


class AreaBackend(ModelBackend):
    """Passwords as Django keeps them; the signed-in person comes with their area in one statement."""

    def get_user(self, user_id):
        people = User.objects.select_related("district", "street", "community__street")
        try:
            return people.get(pk=user_id, is_active=True)
        except User.DoesNotExist:
            return None


class Lockout(AxesDatabaseHandler):
    """Five wrong passwords lock the account for the address they came from (settings.AXES_…), and for no other.

    Who guesses from many addresses is stopped by a second limit: after SIEGE wrong passwords within SIEGE_WITHIN the account
    opens only from an address where its owner signed in within KNOWN_FOR. So nobody can lock officers out of their own desks.
    """

    def is_locked(self, request, credentials=None):
        return super().is_locked(request, credentials) or self.besieged(request, credentials)

    @staticmethod
    def besieged(request, credentials) -> bool:
        now = timezone.now()
        events = AuditEvent.objects.filter(username=(get_client_username(request, credentials) or "")[:150])
        wrong = events.filter(kind=AuditKind.SIGN_IN_FAILED, at__gte=now - SIEGE_WITHIN)
        # What was refused unread is no guess: else whoever goes on knocking would keep the account shut.
        if wrong.exclude(detail__has_key="locked").count() < SIEGE:
            return False
        at_home = events.filter(kind=AuditKind.SIGN_IN, at__gte=now - KNOWN_FOR, address=address(request))
        request.besieged = not at_home.exists()  # the page says which of the two it was
        return request.besieged
