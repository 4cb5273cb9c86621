"""Numbers for made-up records: credit codes with both check characters right, phones that nobody has."""

from orgs import policy

KIND = {form: code for code, form in policy.CODE_KINDS.items()}
LETTERS = "0123456789"


def credit_code(legal_form: str, number: int, division: str = "310105") -> str:
    """A valid code; `number` (0 to 9,999,999) makes it unique within a legal form and division."""
    letter = "ABCDEFGHJK"[number // 1_000_000]
    body = f"M{letter}{number % 1_000_000:06d}"
    first17 = f"{KIND[legal_form]}{division}{body}{policy.body_check_character(body)}"
    return first17 + policy.code_check_character(first17)


def phone(number: int) -> str:
    """1990000 and four digits: right in form, plainly made up."""
    return f"1990000{number % 10_000:04d}"


def filing_no(street_code: str, year: int, serial: int) -> str:
    return f"{street_code[:9]}-{year}-{serial:04d}"
