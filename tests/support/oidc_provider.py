"""A small identity provider on 127.0.0.1, in real HTTP: metadata, keys, authorization, exchange of a code (with PKCE).

It signs in whoever is set as ``person`` without asking. What it should do wrong is set by ``faults``, to see it refused.
"""

import base64
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey

CLIENT = "onewindow"
SECRET = "the client's secret"


@dataclass
class OidcProvider:
    """What the provider knows and does."""

    person: dict[str, Any]
    url: str = ""
    faults: set[str] = field(default_factory=set)
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "first"}))
    asked: list[str] = field(default_factory=list)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)

    def metadata(self) -> dict[str, Any]:
        issuer = "http://127.0.0.1:1/other" if "issuer" in self.faults else self.url
        keys = "http://evil.example/keys" if "unsafe" in self.faults else f"{self.url}/keys"
        return {
            "issuer": issuer, "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token", "jwks_uri": keys,
        }  # fmt: skip

    def authorize(self, query: dict[str, str]) -> str:
        """Return where the browser goes on to; the code remembers what it was asked with."""
        code = secrets.token_urlsafe(16)
        self.codes[code] = query
        state = "another" if "state" in self.faults else query["state"]
        return f"{query['redirect_uri']}?{urlencode({'code': code, 'state': state, 'iss': self.url})}"

    def exchange(self, form: dict[str, str], authorization: str) -> tuple[int, dict[str, Any]]:
        """Give the token for a code, once, to who knows the secret and the verifier."""
        asked = self.codes.pop(form.get("code", ""), None)
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        # Form-encoded before base 64, as RFC 6749 has it, or as it is: providers take both.
        known = {base64.b64encode(f"{CLIENT}:{one}".encode()).decode() for one in (SECRET, urlencode({"": SECRET})[1:])}
        if authorization.removeprefix("Basic ") not in known:
            return 401, {"error": "invalid_client"}
        if asked is None or asked["code_challenge_method"] != "S256" or asked["code_challenge"] != challenge:
            return 400, {"error": "invalid_grant"}
        if "no token" in self.faults:
            return 200, {"access_token": "x", "token_type": "Bearer"}
        return 200, {"access_token": "x", "token_type": "Bearer", "id_token": self.signed(asked["nonce"])}

    def signed(self, nonce: str) -> str:
        now = int(time.time())
        claims = {
            "iss": self.url, "aud": CLIENT, "sub": "person-1", "iat": now, "exp": now + 300, "nonce": nonce, **self.person,
        }  # fmt: skip
        wrong: dict[str, dict[str, Any]] = {
            "nonce": {"nonce": "another"}, "audience": {"aud": "somebody-else"}, "old": {"exp": now - 3_600},
            "token issuer": {"iss": "https://evil.example"}, "no subject": {"sub": None},
            "two audiences": {"aud": [CLIENT, "another"]},
        }  # fmt: skip
        for fault in self.faults & wrong.keys():
            claims.update(wrong[fault])
        if "shared secret" in self.faults:
            return jwt.encode({"alg": "HS256"}, claims, OctKey.import_key(SECRET.ljust(32, ".")))
        if "unsigned" in self.faults:
            parts = [json.dumps(one).encode() for one in ({"alg": "none"}, claims)]
            return ".".join([*(base64.urlsafe_b64encode(one).rstrip(b"=").decode() for one in parts), ""])
        key = RSAKey.generate_key(2048, {"kid": "first"}) if "foreign key" in self.faults else self.key
        return jwt.encode({"alg": "RS256", "kid": key.kid}, claims, key)


@contextmanager
def providing(person: dict[str, Any]) -> Iterator[OidcProvider]:
    """Run the provider on a free port until the block ends."""
    provider = OidcProvider(person)
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(provider))
    provider.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _handler(provider: OidcProvider) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            provider.asked.append(parts.path)
            if "away" in provider.faults:
                self._give(500, {})
            elif parts.path == "/.well-known/openid-configuration":
                self._give(200, provider.metadata())
            elif parts.path == "/keys":
                filler = {"x": "x" * 400_000} if "large" in provider.faults else {}
                self._give(200, {"keys": [provider.key.as_dict(private=False)], **filler})
            else:
                query = {name: values[0] for name, values in parse_qs(parts.query).items()}
                self.send_response(302)
                self.send_header("location", provider.authorize(query))
                self.end_headers()

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"])).decode()
            form = {name: values[0] for name, values in parse_qs(body).items()}
            self._give(*provider.exchange(form, self.headers.get("authorization", "")))

        def _give(self, status: int, document: dict[str, Any]) -> None:
            body = json.dumps(document).encode()
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing: addresses hold codes."""

    return Handler
