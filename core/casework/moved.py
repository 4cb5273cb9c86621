"""A register that moved on while a case was under way: nobody decides on what is no longer so."""

from core.facts import Fact


class Moved:
    """Part of `core.casework.workflow.Flow`."""

    def moved(self, case) -> list[tuple[Fact, Fact]]:
        """(as it was when the case was sent, as it is now) of what a decision rests on and that the register says otherwise since."""
        if not case.frozen or case.decided_at or self.with_author(case):
            return []
        then = {row[0]: Fact(*row) for row in case.before.get("facts", ())}
        return [(then[now.field], now) for now in self.rests_on(case) if then.get(now.field, now) != now]

    def moved_words(self, case) -> str:
        """Why nobody may decide on a case whose register moved on, and what to do; empty when it did not."""
        if not (moved := self.moved(case)):
            return ""
        told = "；".join(f"{now.label}原为“{then.words}”，现为“{now.words}”" for then, now in moved)
        returns = any(step.returns for step in self.workflow.leaving(case.state, case))
        way = (
            "退回补正，由填报人按现在的名册核对后再提交" if returns else "由填报人撤回，按现在的名册重新办理"
        )
        return f"送审以后名册又有变化：{told}。请{way}。"
