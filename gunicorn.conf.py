"""Read by gunicorn wherever it is started in this folder: what its access log may hold. No query, no referer, no code."""

import re

from gunicorn import glogging

access_log_format = "%(t)s %(h)s %(m)s %(U)s %(s)s %(b)s %(L)s"
SECRET = re.compile(r"(/public/filings/)[^/]+")  # whoever has the code of a certificate may read it
TYPED = re.compile(r"[^/]*[^\x21-\x7e][^/]*|\d{7,}")  # a name or a telephone in an address


class Logger(glogging.Logger):
    def atoms(self, resp, req, environ, request_time):
        found = super().atoms(resp, req, environ, request_time)
        path = environ.get("PATH_INFO", "").encode("latin-1", "replace").decode("utf-8", "replace")
        found["U"] = TYPED.sub("…", SECRET.sub(r"\1…", path))
        return found


logger_class = Logger
