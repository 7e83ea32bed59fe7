"""What `serve --tls` answers over plain http: the page about the certificate, the certificate, and the way to https.

Why a process of its own: gunicorn speaks https alone, and a phone that doesn't trust the server yet must read the page
first. What holds: nothing else is ever answered here; it ends with `serve`, even when that is killed.
"""

from __future__ import annotations

import os
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

_STYLES = ("/static/desk/desk.css", "/static/desk/entry.css")
_PAGES = ("/certificate/", "/certificate/paicha.crt", *_STYLES, "/static/desk/icon.svg")


class Handler(BaseHTTPRequestHandler):
    """Answers from the application for the pages that it may, else points to https."""

    https_port = "443"
    timeout = 15

    def do_GET(self) -> None:
        from django.test import RequestFactory
        from django.urls import resolve

        path = urlsplit(self.path).path
        name = (self.headers.get("Host") or "localhost").rsplit(":", 1)[0]
        https = f"https://{name}:{self.https_port}/"
        if path == "/":
            self._point("/certificate/", 302)
        elif path.startswith("/static/") and path in _PAGES:
            self._static(path)
        elif path in _PAGES:
            request = RequestFactory().get(path, headers={"Host": "localhost", "X-Paicha-Https": https})
            match = resolve(path)
            response = match.func(request, *match.args, **match.kwargs)
            disposition = response.get("Content-Disposition", "")
            self._send(response.status_code, response.content, response["Content-Type"], disposition)
        else:
            self._point(https.rstrip("/") + path, 308)

    def _static(self, path: str) -> None:
        from django.contrib.staticfiles import finders

        found = finders.find(path.removeprefix("/static/"))
        kind = "text/css; charset=utf-8" if path.endswith(".css") else "image/svg+xml"
        if not isinstance(found, str):
            self._send(404, b"", "text/plain", "")
            return
        self._send(200, Path(found).read_bytes(), kind, "")

    def _point(self, where: str, status: int) -> None:
        self.send_response(status)
        self.send_header("Location", where)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _send(self, status: int, content: bytes, kind: str, disposition: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.send_header(
            "Content-Security-Policy", "default-src 'self'; object-src 'none'; frame-ancestors 'none'"
        )
        self.send_header("X-Content-Type-Options", "nosniff")
        if disposition:
            self.send_header("Content-Disposition", disposition)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing: addresses of phones are nobody's business."""


def main() -> None:
    """`python -m paicha.delivery.cli.plain HOST PORT HTTPS_PORT`, started by `serve`."""
    host, port, https_port = sys.argv[1:4]
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "paicha.config.settings")
    import django

    django.setup()
    Handler.https_port = https_port
    server = ThreadingHTTPServer((host.strip("[]"), int(port)), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    sys.stdin.buffer.read()  # closes with whoever started us, however that ends


if __name__ == "__main__":
    main()
