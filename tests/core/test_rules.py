"""The pages of rules say what the application does."""

from core.management.commands.rules import pages
from core.registry import FLOWS


def test_no_page_of_rules_is_stale():
    assert [
        path.name for path, text in pages().items() if not path.exists() or path.read_text("utf-8") != text
    ] == []


def test_every_workflow_has_its_page():
    text = "".join(pages().values())
    assert FLOWS
    for flow in FLOWS.values():
        assert f"## {flow.workflow.title}" in text
        for step in flow.workflow.steps:
            assert f"| {step.label} |" in text


def test_every_state_can_be_reached_and_left_or_is_an_end():
    for flow in FLOWS.values():
        workflow = flow.workflow
        reached = {workflow.start} | {step.target for step in workflow.steps}
        assert reached == set(workflow.states.values)
        decided = {step.target for step in workflow.steps if step.decides}
        assert all(
            step.decides or not step.asked or workflow.leaving(step.target) or decided >= set(step.sources)
            for step in workflow.steps
        )  # what follows a decision, a result for example, may end the case too
