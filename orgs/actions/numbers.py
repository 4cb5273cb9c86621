"""Filing numbers by the dated pattern, each given out once."""

from django.db import transaction

from orgs import policy
from orgs.models import FilingSerial, Organization
from orgs.queries import terms
from places.models import Street


@transaction.atomic
def next_filing_number(street: Street, year: int) -> str:
    """The next free number of a street in a year. Two that ask at once get two; one that is rolled back is given again."""
    FilingSerial.objects.get_or_create(street=street, year=year)
    serial = FilingSerial.objects.select_for_update().get(street=street, year=year)
    pattern = terms.filing_pattern() or policy.NUMBER_PATTERN
    taken = True
    while taken:  # numbers of ledgers that were imported stand among them
        serial.last += 1
        number = policy.filing_number(pattern, street.code, year, serial.last)
        taken = Organization.objects.filter(filing_no=number).exists()
    serial.save()
    return number
