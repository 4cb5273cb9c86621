"""Which of two records stays, and which value of each field."""

from django import forms

from orgs.models import DuplicatePair
from orgs.queries import duplicates

SIDES = [("a", "组织一"), ("b", "组织二")]


class NoteForm(forms.Form):
    note = forms.CharField(label="说明", required=False, max_length=200)


class MergeForm(forms.Form):
    """One choice for each field in which the two records differ; `versions` is the state that the person saw.

    What was filed of a team is not chosen: it stays as it is on the record that stays (`settled`).
    """

    keep = forms.ChoiceField(label="保留哪条记录", choices=SIDES, widget=forms.RadioSelect)
    a_version = forms.IntegerField(widget=forms.HiddenInput)
    b_version = forms.IntegerField(widget=forms.HiddenInput)
    note = forms.CharField(label="说明", required=False, max_length=200, help_text="写入变更记录")

    def __init__(self, *args, pair: DuplicatePair, **kwargs):
        super().__init__(*args, **kwargs)
        self.pair = pair
        self.sides = {"a": pair.a, "b": pair.b}
        better = duplicates.fuller(pair.a, pair.b)
        keep = "a" if better is pair.a else "b"
        self.initial |= {"keep": keep, "a_version": pair.a.version, "b_version": pair.b.version}
        self.names = duplicates.differing(pair.a, pair.b)
        self.settled = {name for name in self.names if duplicates.is_settled(pair.a, pair.b, name)}
        for name in self.names:
            if name in self.settled:
                continue
            self.fields[f"field_{name}"] = forms.ChoiceField(label=duplicates.label(name), choices=SIDES)
            other = "b" if keep == "a" else "a"
            empty = duplicates.value(better, name) in (None, "", [])
            self.initial[f"field_{name}"] = other if empty else keep

    @property
    def rows(self) -> list[dict]:
        """[{name, label, a, b, chosen, settled}] for the table side by side."""
        return [
            {
                "name": f"field_{name}",
                "label": duplicates.label(name),
                "a": duplicates.in_words(self.pair.a, name),
                "b": duplicates.in_words(self.pair.b, name),
                "chosen": "" if name in self.settled else self[f"field_{name}"].value(),
                "settled": name in self.settled,
            }
            for name in self.names
        ]

    @property
    def choice(self) -> dict:
        """What `orgs.actions.duplicates.merge` asks for, once the form is valid."""
        data, keep = self.cleaned_data, self.cleaned_data["keep"]
        return {
            "keep": self.sides[keep],
            "take": {
                name for name in self.names if name not in self.settled and data[f"field_{name}"] != keep
            },
            "versions": {self.pair.a_id: data["a_version"], self.pair.b_id: data["b_version"]},
            "note": data["note"],
        }
