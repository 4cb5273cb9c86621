"""Taking an act back: everything that was written under one context of the history, by sets, once, within a dated period.

An app says which of its tracked models take part (`register`); core knows none of them.
"""

from core.undo.acts import Act, act_of, acts, find, offer, refusal
from core.undo.registry import knows, register
from core.undo.run import Plan, Refused, plan, undo

__all__ = [
    "Act", "Plan", "Refused", "act_of", "acts", "find", "knows", "offer", "plan", "refusal", "register", "undo",
]  # fmt: skip
