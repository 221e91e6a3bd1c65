"""The real registry (distribution v3) as a child process on loopback, so that tests meet what a cluster would run."""

from __future__ import annotations

import http.client
import os
import re
import shutil
import socket
import ssl
import subprocess
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from types import TracebackType
from typing import Any, Self

import yaml

from tests.support.listening import HOST, SECONDS_TO_START, end, free_port

# The chart's Pod runs as this user, so where we may choose (as root), we do too.
USER = 1000


class RealRegistry:
    """One registry that serves one config.yml; a context manager.

    `config` is the text of config.yml, which is used as it is. The places in it that only a Pod has (addresses, root
    directory, htpasswd file) are redirected by the environment: free ports of 127.0.0.1, and files in a temporary
    folder. `htpasswd` is the text of that file; `environment` is added to an otherwise empty one. With `data` it serves
    that folder, as whoever runs the tests, and leaves it behind.

    `files` are what a Pod has mounted: the path there, and the file whose content is to be there. In config.yml and in
    the environment, the directories of these paths are replaced by directories in the temporary folder.

    While it runs: `url`, `host`, `port`, `debug_url` (where config.yml has a debug server), `data` (the root
    directory), and `log()`. When the block ends with an exception, the end of the log is added to it as a note.
    """

    host = HOST

    def __init__(
        self,
        binary: Path,
        config: str,
        *,
        htpasswd: str = "",
        environment: Mapping[str, str] | None = None,
        data: Path | None = None,
        files: Mapping[str, Path] | None = None,
    ) -> None:
        self._binary = binary
        self._config = config
        self._files = dict(files or {})
        self._htpasswd = htpasswd
        self._environment = dict(environment or {})
        self._given = data
        self._changes_user = data is None and os.geteuid() == 0
        self.port = self._debug_port = 0

    @property
    def url(self) -> str:
        """Where it answers, without a slash at the end."""
        return f"{'https' if self._has_tls else 'http'}://{self.host}:{self.port}"

    @property
    def debug_url(self) -> str:
        """Where its debug server answers, which has the metrics."""
        return f"http://{self.host}:{self._debug_port}"

    def log(self) -> str:
        """All that the registry has written so far."""
        return self._log.read_text(errors="replace")

    def __enter__(self) -> Self:
        self._folder = Path(tempfile.mkdtemp(prefix="real-registry-"))
        self.data = self._given or self._folder / "data"
        self._log = self._folder / "registry.log"
        try:
            self._prepare()
            self._start()
        except BaseException:
            shutil.rmtree(self._folder)
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        end(self._process)
        if error is not None:
            error.add_note(f"The registry's log ends with:\n{self.log()[-4000:]}")
        shutil.rmtree(self._folder)

    def collect_garbage(self, *options: str) -> None:
        """Run its `garbage-collect`. Not while anything is pushed."""
        done = subprocess.run(
            [self._binary, "garbage-collect", *options, self._folder / "config.yml"],
            env=self._variables(),
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            raise RuntimeError(f"garbage-collect ended with {done.returncode}:\n{done.stdout}{done.stderr}")

    def _prepare(self) -> None:
        self.data.mkdir(exist_ok=self._given is not None)
        (self._folder / "config.yml").write_text(self._relocate(self._config))
        (self._folder / "htpasswd").write_text(self._htpasswd)
        for path, source in self._files.items():
            target = self._mounts / path.lstrip("/")
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, target)
        if self._changes_user:
            for place in (self._folder, *self._folder.rglob("*")):
                os.chown(place, USER, USER)
            self._binary = _for_everybody(self._binary, self._folder)

    def _start(self) -> None:
        # Between finding a free port and listening on it, somebody else may take it. Then another one is tried.
        for _ in range(3):
            self.port, self._debug_port = free_port(), free_port()
            self._process = self._spawn()
            if self._answers():
                return
            end(self._process)
            if "address already in use" not in self.log():
                break
        raise RuntimeError(f"the registry did not start; its log:\n{self.log()}")

    def _spawn(self) -> subprocess.Popen[bytes]:
        user: dict[str, Any] = {"user": USER, "group": USER, "extra_groups": []} if self._changes_user else {}
        with self._log.open("wb") as log:
            return subprocess.Popen(
                [self._binary, "serve", self._folder / "config.yml"],
                cwd=self._folder,
                env=self._variables(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                **user,
            )

    @property
    def _mounts(self) -> Path:
        return self._folder / "mounts"

    @property
    def _http_section(self) -> dict[str, Any]:
        return yaml.safe_load(self._config).get("http") or {}

    @property
    def _has_tls(self) -> bool:
        by_file = "certificate" in (self._http_section.get("tls") or {})
        return by_file or "REGISTRY_HTTP_TLS_CERTIFICATE" in self._environment

    @property
    def _has_debug_server(self) -> bool:
        is_configured = self._http_section.get("debug", {}).get("addr")
        return bool(is_configured) and "REGISTRY_HTTP_DEBUG_ADDR" not in self._environment

    def _relocate(self, text: str) -> str:
        for path in map(PurePosixPath, self._files):
            mounted = path if path.parent == PurePosixPath("/") else path.parent
            text = re.sub(rf"(?<![\w.-]){re.escape(str(mounted))}(?![\w.-])", f"{self._mounts}{mounted}", text)
        return text

    def _variables(self) -> dict[str, str]:
        return {name: self._relocate(value) for name, value in self._environment.items()} | self._redirects()

    def _redirects(self) -> dict[str, str]:
        # Only for what the configuration has: naming a second storage driver or login would end the registry.
        config = yaml.safe_load(self._config)
        places = {"REGISTRY_HTTP_ADDR": f"{self.host}:{self.port}"}
        if self._has_debug_server:
            places["REGISTRY_HTTP_DEBUG_ADDR"] = f"{self.host}:{self._debug_port}"
        if "filesystem" in config["storage"]:
            places["REGISTRY_STORAGE_FILESYSTEM_ROOTDIRECTORY"] = str(self.data)
        if "htpasswd" in config.get("auth", {}):
            places["REGISTRY_AUTH_HTPASSWD_PATH"] = str(self._folder / "htpasswd")
        return places

    def _answers(self) -> bool:
        deadline = time.monotonic() + SECONDS_TO_START
        while time.monotonic() < deadline and self._process.poll() is None:
            # It starts the debug server in the background.
            if self._responds() and (not self._has_debug_server or self._debug_server_listens()):
                return self._process.poll() is None
            time.sleep(0.02)
        return False

    def _responds(self) -> bool:
        connection = self._connection()
        try:
            connection.request("GET", "/")
            connection.getresponse().read()
        except ssl.SSLError:
            # It demands a certificate of the client: so it is there.
            return True
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()
        return True

    def _debug_server_listens(self) -> bool:
        try:
            socket.create_connection((self.host, self._debug_port), timeout=1).close()
        except OSError:
            return False
        return True

    def _connection(self) -> http.client.HTTPConnection:
        if not self._has_tls:
            return http.client.HTTPConnection(self.host, self.port, timeout=1)
        # Whether its certificate is good is for the tests to say.
        context = ssl._create_unverified_context()
        return http.client.HTTPSConnection(self.host, self.port, timeout=1, context=context)


def _for_everybody(binary: Path, folder: Path) -> Path:
    """The binary itself where another user can reach it, else a copy in `folder`."""
    path = binary.resolve()
    if all(place.stat().st_mode & 0o001 for place in (path, *path.parents)):
        return path
    return Path(shutil.copy(path, folder / "registry"))
