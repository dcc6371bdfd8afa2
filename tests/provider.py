"""A model provider of our own: real HTTP, OpenAI's protocol, answers by a script.

llmock cannot answer by what is asked, and several steps may ask at the same time; this one answers
by the name of the schema that a request wants filled.
"""

import json
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from pydantic import BaseModel

MODEL = "openai:gpt-5-mini"
PRICE = (1000 * 0.25 + 100 * 2.0) / 1_000_000  # gpt-5-mini: dollars for a million tokens


@dataclass(frozen=True, kw_only=True)
class Given:
    """One answer of the provider: a completion, or with a ``status`` of 400 and up an error."""

    content: str | None = ""
    status: int = 200
    finish: str = "stop"
    refusal: str | None = None
    used: tuple[int, int] | None = (1000, 100)
    cached: int = 0
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str | None = None
    after: float = 0.0
    code: str | None = None

    def sent(self) -> str:
        if self.body is not None:
            return self.body
        if self.status >= 400:
            said = {"message": f"No: {self.code or self.status}.", "code": self.code}
            return json.dumps({"error": said})
        message = {"role": "assistant", "content": self.content, "refusal": self.refusal}
        answer: dict[str, Any] = {
            "id": "chatcmpl-1",
            "object": "chat.completion",
            "created": 1,
            "model": "gpt-5-mini",
            "choices": [{"index": 0, "message": message, "finish_reason": self.finish}],
        }
        if self.used is not None:
            given, made = self.used
            answer["usage"] = {
                "prompt_tokens": given,
                "completion_tokens": made,
                "total_tokens": given + made,
                "prompt_tokens_details": {"cached_tokens": self.cached},
            }
        return json.dumps(answer)


BUSY = Given(status=503, headers={"retry-after": "0"})


class Provider:
    """A server that speaks as OpenAI's does, on a port of its own."""

    def __init__(self, port: int = 0) -> None:
        self.requests: list[dict[str, Any]] = []
        self.keys: list[str | None] = []
        self._scripts: dict[str, list[Given]] = {}
        self._lock = threading.Lock()
        provider = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"  # connections are kept, as by real providers
            wbufsize = -1  # head and body in one packet: apart, the second waits 40 ms

            def do_POST(self) -> None:
                length = int(self.headers["content-length"])
                provider.keys.append(self.headers["authorization"])
                given = provider._given(json.loads(self.rfile.read(length)))
                time.sleep(given.after)
                sent = given.sent().encode()
                self.send_response(given.status)
                for name, value in {"content-type": "application/json", **given.headers}.items():
                    self.send_header(name, value)
                self.send_header("content-length", str(len(sent)))
                self.end_headers()
                self.wfile.write(sent)

            def log_message(self, *_: object) -> None:
                """Nothing on the terminal."""

        class Server(ThreadingHTTPServer):
            def handle_error(self, *_: object) -> None:
                """A client that hung up is what some tests are about."""

        self._server = Server(("127.0.0.1", port), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/v1"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.start()

    def on(self, schema: str, *given: Given | BaseModel | dict[str, Any]) -> "Provider":
        """Answer requests for ``schema`` with these, one after the other; the last one stays."""
        self._scripts[schema] = [
            each if isinstance(each, Given) else Given(content=json.dumps(each)) for each in given
        ]
        return self

    def asked(self, schema: str) -> list[dict[str, Any]]:
        """The requests for ``schema`` so far, as they came in."""
        return [each for each in self.requests if _schema_of(each) == schema]

    def counts(self) -> dict[str, int]:
        names = [_schema_of(each) for each in self.requests]
        return {name: names.count(name) for name in names}

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def _given(self, request: dict[str, Any]) -> Given:
        with self._lock:
            self.requests.append(request)
            script = self._scripts.get(_schema_of(request), [Given(status=400, code="unscripted")])
            return script.pop(0) if len(script) > 1 else script[0]


def _schema_of(request: Mapping[str, Any]) -> str:
    chat = request.get("response_format", {}).get("json_schema", {})
    responses = request.get("text", {}).get("format", {})
    return str(chat.get("name") or responses.get("name"))


def point_to(provider: Provider, monkeypatch: pytest.MonkeyPatch, *, key: str = "a-key") -> None:
    monkeypatch.setenv("OPENAI_BASE_URL", provider.url)
    monkeypatch.setenv("OPENAI_API_KEY", key)
