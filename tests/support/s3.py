"""A real S3 server (versitygw) as a child process on loopback."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from tests.support.listening import HOST, Listening
from tests.support.tools import tool

REGION = "us-east-1"


class S3(Listening):
    """One S3 server, whose buckets are directories; a context manager.

    Its credentials are `access_key` and `secret_key`. Bucket names have at least 3 characters.
    """

    access_key = "registry"
    secret_key = "the secret key of the tests"

    def __init__(self) -> None:
        super().__init__(self._start)

    @property
    def environment(self) -> dict[str, str]:
        """The credentials as the variables that every S3 client reads."""
        return {"AWS_ACCESS_KEY_ID": self.access_key, "AWS_SECRET_ACCESS_KEY": self.secret_key}

    def make_bucket(self, name: str) -> None:
        """Make an empty bucket."""
        (self._folder / name).mkdir()

    def storage(self, bucket: str) -> dict[str, Any]:
        """Return the `storage.s3` of a config.yml for this bucket, without the credentials."""
        return {"region": REGION, "bucket": bucket, "regionendpoint": self.url, "forcepathstyle": True}

    def sizes(self, bucket: str) -> dict[str, int]:
        """Return the size of each object, by key. Parts of open uploads are not objects yet."""
        root = self._folder / bucket
        files = {str(file.relative_to(root)): file for file in root.rglob("*") if file.is_file()}
        return {key: file.stat().st_size for key, file in files.items() if not key.startswith(".sgwtmp/")}

    def __enter__(self) -> Self:
        self._folder = Path(tempfile.mkdtemp(prefix="s3-"))
        try:
            return super().__enter__()
        except BaseException:
            shutil.rmtree(self._folder)
            raise

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        super().__exit__(kind, error, traceback)
        shutil.rmtree(self._folder)

    def _start(self, port: int) -> list[str | Path]:
        credentials = ("--access", self.access_key, "--secret", self.secret_key)
        return [tool("versitygw"), "--port", f"{HOST}:{port}", "--region", REGION, *credentials, "posix", self._folder]
