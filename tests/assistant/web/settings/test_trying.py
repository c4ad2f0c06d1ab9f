import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from assistant.errors import InputError
from assistant.web.settings.trying import try_backend

REPLY = {
    "id": "1",
    "object": "chat.completion",
    "created": 1,
    "model": "phi",
    "choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": "Yes."}}],
    "usage": {"prompt_tokens": 3, "completion_tokens": 2, "total_tokens": 5},
}


class Server(ThreadingHTTPServer):
    """Speaks like an OpenAI-compatible server, as far as ``models``, ``reply`` and ``key`` say."""

    daemon_threads = True
    models: object = {"data": [{"id": "phi"}, {"id": "qwen"}]}
    reply: tuple[int, object] = (200, REPLY)
    key = ""

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}/v1"


class Handler(BaseHTTPRequestHandler):
    def _send(self, status, what):
        body = what.encode() if isinstance(what, str) else json.dumps(what).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _allowed(self):
        return not self.server.key or self.headers.get("authorization") == f"Bearer {self.server.key}"

    def do_GET(self):
        self._send(*((200, self.server.models) if self._allowed() else (401, {"error": {"message": "no"}})))

    def do_POST(self):
        self.rfile.read(int(self.headers["content-length"]))
        self._send(*self.server.reply)

    def log_message(self, *_):
        pass


@pytest.fixture
def server():
    with Server(("127.0.0.1", 0), Handler) as made:
        thread = threading.Thread(target=made.serve_forever)
        thread.start()
        yield made
        made.shutdown()
        thread.join()


@pytest.fixture
def tried(settings):
    def try_it(url, model="phi", key=""):
        endpoint = settings.endpoint.model_copy(update={"base_url": url, "model": model, "api_key": key})
        return try_backend(settings.model_copy(update={"backend": "openai", "endpoint": endpoint}))

    return try_it


def test_a_server_that_answers_is_said_to(server, tried):
    server.key = "sk-right"
    assert tried(server.url, key="sk-right").startswith(f"phi at {server.url} answered in ")


def test_a_server_without_a_list_of_models_is_asked_all_the_same(server, tried):
    server.models = "nothing of the kind"
    assert "answered in" in tried(server.url)


@pytest.mark.parametrize(
    ("model", "key", "reply", "said"),
    [
        ("llama", "sk-right", (200, REPLY), "has no model llama; it has phi, qwen"),
        ("phi", "sk-wrong", (200, REPLY), "refuses the API key"),
        ("phi", "sk-right", (404, {"error": {"message": "no such route"}}), "does not know the model phi"),
        ("phi", "sk-right", (429, {"error": {"message": "slow down"}}), "no more requests for now"),
        ("phi", "sk-right", (500, {"error": {"message": "out of memory"}}), "status 500"),
        ("phi", "sk-right", (200, "<html>a page</html>"), "not as an OpenAI-compatible server"),
    ],
)
def test_what_is_wrong_is_one_sentence(server, tried, model, key, reply, said):
    server.key, server.reply = "sk-right", reply
    with pytest.raises(InputError, match=said) as raised:
        tried(server.url, model, key)
    assert "\n" not in str(raised.value)
    assert key not in str(raised.value)


def test_nobody_at_the_address_is_said_without_its_password(tried):
    with pytest.raises(InputError, match=r"Nothing answers at http://127.0.0.1:9/v1"):
        tried("http://me:word@127.0.0.1:9/v1")


def test_a_machine_that_is_not_there_is_said(tried):
    with pytest.raises(InputError, match=r"no machine called nowhere\.invalid"):
        tried("http://nowhere.invalid/v1")


def test_a_model_folder_is_looked_into(settings, tmp_path):
    def tried():
        return try_backend(settings.model_copy(update={"backend": "transformers", "model": str(tmp_path)}))

    with pytest.raises(InputError, match="no Hugging Face model folder"):
        tried()
    (tmp_path / "config.json").write_text("{}")
    with pytest.raises(InputError, match="no weights"):
        tried()
    (tmp_path / "model.safetensors").write_bytes(b"")
    with pytest.raises(InputError, match="no tokenizer"):
        tried()
    (tmp_path / "tokenizer.json").write_text("{}")
    assert tried().startswith("Ready: ")
