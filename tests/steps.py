"""Taking a step of a case as a browser does: the page is opened first, and its form sent with the key that it carries."""

import re


def key_of(page: str, verb: str) -> str:
    """The key of a step's form on the page of a case; empty when the page does not offer the step."""
    form = re.search(rf'<form[^>]* id="step-{verb}".*?</form>', page, re.DOTALL)
    return re.search(r'name="form_key" value="([^"]+)"', form[0])[1] if form else ""


def take(client, url: str, verb: str, data=None, **more):
    """Open the case at `url` (with its query), then send the step."""
    path, mark, query = url.partition("#")[0].partition("?")
    key = key_of(client.get(url).content.decode(), verb)
    return client.post(f"{path}{verb}/{mark}{query}", {"form_key": key, **(data or {})}, **more)
