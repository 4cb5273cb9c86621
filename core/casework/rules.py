"""The rules of an app as a page for people: drawn from the very rows that the application runs on."""

from core.casework.steps import ASKED, NEEDED, Workflow
from core.casework.workflow import in_order
from core.policy import Declared

NOTES = {ASKED: "可填", NEEDED: "必填"}


def page(app: str, workflows: list[Workflow], parameters: list[Declared]) -> str:
    """docs/rules/<app>.md: a diagram and a table for each workflow, and the numbers with their 依据."""
    parts = [f"# 办理规则：{app}", "本页由 `manage.py rules` 从代码中的流程表和参数表生成，请不要手工修改。"]
    for workflow in workflows:
        parts += [f"## {workflow.title}", diagram(workflow), table(workflow)]
    if parameters:
        rows = [f"| {p.name} | {p.first:f} {p.unit} | {p.legal_basis} |" for p in parameters]
        parts += ["## 参数", "\n".join(["| 参数 | 首个值 | 依据 |", "|---|---|---|", *rows])]
        parts.append("以后的值按生效日期记录在系统中，以“设置”页为准。")
    return "\n\n".join(parts) + "\n"


def diagram(workflow: Workflow) -> str:
    label = dict(workflow.states.choices)
    lines = ["```mermaid", "stateDiagram-v2", *(f"    {s}: {words}" for s, words in label.items())]
    lines.append(f"    [*] --> {workflow.start}")
    lines += [
        f"    {source} --> {step.target}: {step.label}" for step in workflow.steps for source in step.sources
    ]
    ends = [s for s in label if not workflow.leaving(s)]
    return "\n".join([*lines, *(f"    {end} --> [*]" for end in ends), "```"])


def table(workflow: Workflow) -> str:
    label = dict(workflow.states.choices)
    head = ["步骤", "从", "到", "由谁办理", "核对", "意见", "此后的时限", "依据"]
    rows = []
    for step in workflow.steps:
        limit = "（录入、提交以外的人）" if step.others else "（填报的一方）" if step.own else ""
        who = "、".join(role.label for role in in_order(step.roles)) + limit
        only = [
            f"仅限{'、'.join(str(getattr(v, 'label', v)) for v in values)}" for values in step.when.values()
        ]
        checks = only + [" ".join((check.__doc__ or "").split()).rstrip("。") for check in step.checks]
        checks += ["逐栏标出要补正的内容"] if step.returns else []
        checks += ["定格送审内容"] if step.freezes else []
        checks += ["送审以后名册里所依据的内容又有变化的，不能办理"] if step.as_sent else []
        days = f"{step.days.first:f} {step.days.unit}（{step.days.name}）" if step.days else "—"
        cells = [
            step.label, "、".join(label[s] for s in step.sources), label[step.target], who, "；".join(checks) or "—",
            NOTES.get(step.note, "—"), days, step.clause or "—",
        ]  # fmt: skip
        rows.append(f"| {' | '.join(cells)} |")
    return "\n".join([f"| {' | '.join(head)} |", "|" + "---|" * len(head), *rows])
