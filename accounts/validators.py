from django.core.exceptions import ValidationError

CLASSES = (str.isupper, str.islower, str.isdigit, lambda c: not c.isalnum())


class CharacterClassesValidator:
    """At least `minimum` of capital letters, small letters, digits and signs (GB/T 22239 identification)."""

    def __init__(self, minimum=3):
        self.minimum = minimum

    def validate(self, password, user=None):
        if sum(any(test(c) for c in password) for test in CLASSES) < self.minimum:
            raise ValidationError(self.get_help_text(), code="password_too_simple")

    def get_help_text(self):
        return f"密码须含大写字母、小写字母、数字、符号中的至少 {self.minimum} 种。"
