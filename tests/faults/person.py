"""Somebody at a browser: signs in, opens pages, sends forms, and sends them again when no answer came."""

import html
import re
import time

import requests

PATIENCE_SECONDS = 180  # so long a person presses 再次提交
HIDDEN = re.compile(r'<input type="hidden" name="([^"]*)" value="([^"]*)"')


class Person:
    def __init__(self, url: str, username: str, password: str):
        self.url, self.username = url, username
        self.session = requests.Session()
        self.again = 0  # forms sent more than once
        self.refused: dict[int, int] = {}  # status → answers that asked for another try
        self.get("/accounts/login/")
        answer = self.post("/accounts/login/", {"username": username, "password": password})
        assert answer.status_code == 302, f"{username} cannot sign in: {answer.status_code}"

    def get(self, path: str) -> requests.Response:
        return self._until_answered(lambda: self.session.get(self.url + path, timeout=30))

    def post(self, path: str, data: dict, files: dict | None = None) -> requests.Response:
        """One form, sent until an answer comes that is none of an outage. `files`: name → (file name, bytes)."""
        asked = [0]

        def send():
            asked[0] += 1
            self.again += asked[0] == 2
            token = {"csrfmiddlewaretoken": self.session.cookies.get("csrftoken", "")}
            return self.session.post(
                self.url + path, data=data | token, files=files, timeout=60, allow_redirects=False
            )

        return self._until_answered(send)

    def form(self, path: str) -> dict[str, str]:
        """The hidden fields of a page's form, its key among them."""
        page = self.get(path)
        assert page.status_code == 200, f"{path}: {page.status_code}"
        return hidden(page.text)

    def _until_answered(self, send) -> requests.Response:
        end = time.monotonic() + PATIENCE_SECONDS
        while True:
            try:
                answer = send()
            except requests.RequestException as error:
                answer = None
                said = str(error)
            else:
                said = str(answer.status_code)
                if answer.status_code < 500:
                    return answer
                self.refused[answer.status_code] = self.refused.get(answer.status_code, 0) + 1
                if answer.status_code == 500:
                    raise AssertionError(f"{self.username}: 500 from {answer.url}")
            if time.monotonic() > end:
                raise AssertionError(f"{self.username}: no answer for {PATIENCE_SECONDS} s, last: {said}")
            time.sleep(0.4)


def hidden(page: str) -> dict[str, str]:
    return {html.unescape(name): html.unescape(value) for name, value in HIDDEN.findall(page)}
