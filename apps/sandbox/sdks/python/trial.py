"""What every trial needs: a server that takes webhooks, and a list of what went well."""
import json
import sys
import threading
import time
import traceback
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from os import environ

SANDBOX = environ["SANDBOX_URL"]
results = []


def trial(title):
    """Runs at once; its failure is told and spares the trials after it."""

    def run(work):
        try:
            work()
            results.append({"title": title, "ok": True})
        except Exception as error:  # noqa: BLE001
            traceback.print_exc(file=sys.stderr)
            results.append({"title": title, "ok": False, "why": f"{type(error).__name__}: {error}"[:300]})

    return run


def control(method, path, body=None):
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(f"{SANDBOX}/_sandbox/{path}", data, {"content-type": "application/json"}, method=method)
    with urllib.request.urlopen(request) as answer:
        text = answer.read()
    return json.loads(text) if text else None


class Receiver:
    """Takes webhooks, and keeps them as they came."""

    def __init__(self):
        self.posts = posts = []

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers.get("content-length", 0))).decode()
                posts.append({"path": self.path, "headers": dict(self.headers), "body": body})
                self.send_response(204)
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def wait(self, fits):
        end = time.time() + 5
        while time.time() < end:
            found = [post for post in list(self.posts) if fits(post)]
            if found:
                return found[0]
            time.sleep(0.02)
        raise AssertionError("the webhook did not come within five seconds")
