"""Every path and method gets the right answer before any handler is asked."""

from __future__ import annotations

import re
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry_gitops.registry.api import routes, targets
from registry_gitops.registry.contents import Digest, is_repository
from registry_gitops.registry.error_responses import RegistryError
from registry_gitops.registry.messages import Request
from registry_gitops.registry.storage import MemoryStorage
from tests.registry.api.asking import Asking, Sent

SHA256 = "sha256:" + "a" * 64
SHA512 = "sha512:" + "b" * 128
UPLOAD = "00000000-0000-4000-8000-000000000000"


@pytest.mark.parametrize(
    ("path", "target"),
    [
        ("/", targets.RootTarget()),
        ("/healthz", targets.HealthzTarget()),
        ("/v2", targets.ApiBaseTarget()),
        ("/v2/", targets.ApiBaseTarget()),
        ("/v2/_catalog", targets.CatalogTarget()),
        ("/v2/a/tags/list", targets.TagsTarget("a")),
        ("/v2/a/b/manifests/1.0", targets.ManifestTarget("a/b", "1.0")),
        (f"/v2/a/b/manifests/{SHA512}", targets.ManifestTarget("a/b", Digest("sha512", "b" * 128))),
        (f"/v2/a/referrers/{SHA256}", targets.ReferrersTarget("a", Digest("sha256", "a" * 64))),
        (f"/v2/a/blobs/{SHA256}", targets.BlobTarget("a", Digest("sha256", "a" * 64))),
        ("/v2/a/blobs/uploads/", targets.UploadsTarget("a")),
        ("/v2/a/blobs/uploads", targets.UploadsTarget("a")),
        (f"/v2/a/blobs/uploads/{UPLOAD}", targets.UploadTarget("a", UPLOAD)),
        # Words of the paths are names too.
        ("/v2/blobs/uploads/manifests/tags", targets.ManifestTarget("blobs/uploads", "tags")),
        (f"/v2/manifests/blobs/uploads/{UPLOAD}", targets.UploadTarget("manifests", UPLOAD)),
        ("/v2/v2/tags/list", targets.TagsTarget("v2")),
    ],
)
def test_a_path_is_parsed_into_what_it_names(path: str, target: targets.RequestTarget) -> None:
    assert targets.parse_target(path) == target


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/v1/", 404, "UNSUPPORTED"),
        ("/favicon.ico", 404, "UNSUPPORTED"),
        ("//v2/", 404, "UNSUPPORTED"),
        ("/v2/a", 404, "UNSUPPORTED"),
        ("/v2/a/tags", 404, "UNSUPPORTED"),
        ("/v2/a/tags/first", 404, "UNSUPPORTED"),
        ("/v2/a/uploads/x", 404, "UNSUPPORTED"),
        ("/v2/manifests/1.0", 404, "UNSUPPORTED"),
        ("/v2/_catalog/", 404, "UNSUPPORTED"),
        ("/v2/A/tags/list", 400, "NAME_INVALID"),
        ("/v2//manifests/1.0", 400, "NAME_INVALID"),
        ("/v2/a/../b/manifests/1.0", 400, "NAME_INVALID"),
        ("/v2/a/%2e%2e/b/manifests/1.0", 400, "NAME_INVALID"),
        ("/v2/a%00/manifests/1.0", 400, "NAME_INVALID"),
        ("/v2/a__b.c-d/_layers/blobs/uploads/", 400, "NAME_INVALID"),
        (f"/v2/{'a' * 256}/manifests/1.0", 400, "NAME_INVALID"),
        (f"/v2/{'a/' * 4000}b/manifests/1.0", 400, "NAME_INVALID"),
        ("/v2/a/manifests/", 400, "MANIFEST_INVALID"),
        ("/v2/a/manifests/.hidden", 400, "MANIFEST_INVALID"),
        (f"/v2/a/manifests/{'t' * 129}", 400, "MANIFEST_INVALID"),
        ("/v2/a/manifests/sha256:baddigeststring", 400, "DIGEST_INVALID"),
        (f"/v2/a/manifests/{SHA256.upper()}", 400, "DIGEST_INVALID"),
        ("/v2/a/manifests/md5:" + "a" * 32, 400, "DIGEST_INVALID"),
        ("/v2/a/blobs/sha256:", 400, "DIGEST_INVALID"),
        (f"/v2/a/blobs/{SHA256}0", 400, "DIGEST_INVALID"),
        (f"/v2/a/blobs/{SHA256}%0a", 400, "DIGEST_INVALID"),
        ("/v2/a/referrers/1.0", 400, "DIGEST_INVALID"),
        ("/v2/a/blobs/uploads/1", 404, "BLOB_UPLOAD_UNKNOWN"),
        (f"/v2/a/blobs/uploads/..%2f{UPLOAD}", 404, "UNSUPPORTED"),
    ],
)
@pytest.mark.parametrize("method", ["GET", "PUT"])
def test_a_path_that_names_nothing_is_refused_with_the_right_code(
    ask: Asking, method: str, path: str, status: int, code: str
) -> None:
    answer = ask(method, path)
    assert (answer.status, answer.code) == (status, code)
    assert answer.headers["Content-Type"] == "application/json"


PATHS = {
    targets.RootTarget: "/",
    targets.HealthzTarget: "/healthz",
    targets.ApiBaseTarget: "/v2/",
    targets.CatalogTarget: "/v2/_catalog",
    targets.TagsTarget: "/v2/a/tags/list",
    targets.ManifestTarget: "/v2/a/manifests/1.0",
    targets.ReferrersTarget: f"/v2/a/referrers/{SHA256}",
    targets.BlobTarget: f"/v2/a/blobs/{SHA256}",
    targets.UploadsTarget: "/v2/a/blobs/uploads/",
    targets.UploadTarget: f"/v2/a/blobs/uploads/{UPLOAD}",
}
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "get", "BREW")


@pytest.mark.parametrize("path", PATHS.values())
@pytest.mark.parametrize("method", METHODS)
def test_a_method_that_a_path_has_not_is_405_and_told_which_it_has(ask: Asking, method: str, path: str) -> None:
    answer = ask(method, path)
    known = {route.method for route in routes.ROUTES if PATHS[route.target] == path}
    known |= {"HEAD"} if "GET" in known else set()
    assert (answer.status == 405) == (method not in known)
    if answer.status == 405:
        assert set(answer.headers["Allow"].split(", ")) == known
        assert answer.code == "UNSUPPORTED"


def test_every_kind_of_path_has_a_route_and_every_route_its_section_of_the_spec() -> None:
    assert {route.target for route in routes.ROUTES} == set(PATHS)
    for route in routes.ROUTES:
        assert route.spec == "extensions" or route.is_public or re.fullmatch(r"(end-\d+[ab]?(, )?)+", route.spec)


@pytest.mark.parametrize(
    ("method", "path", "quick"),
    [
        ("GET", "/v2/", True),
        ("GET", "/v2/a/manifests/1.0", True),
        ("HEAD", "/v2/a/manifests/1.0", True),
        ("HEAD", f"/v2/a/blobs/{SHA256}", True),
        ("GET", f"/v2/a/blobs/{SHA256}", True),
        ("GET", "/v2/a/tags/list", False),
        ("GET", "/v2/_catalog", False),
        ("GET", f"/v2/a/referrers/{SHA256}", False),
        ("GET", "/healthz", False),
        ("DELETE", "/v2/a/manifests/1.0", False),
        ("PUT", "/v2/a/manifests/1.0", False),
        ("POST", "/v2/a/blobs/uploads/", False),
        ("PUT", "/v2/a/manifests/..", True),
    ],
)
def test_quick_is_what_needs_a_few_small_files_at_most(ask: Asking, method: str, path: str, quick: bool) -> None:
    assert ask.registry.answers_without_blocking(Request(method, path, "", {}, Sent(b""))) is quick


def test_every_answer_says_which_api_this_is(ask: Asking) -> None:
    for path in (*PATHS.values(), "/nothing", "/v2/A/tags/list"):
        for _ in range(2):
            assert ask("GET", path).headers["Docker-Distribution-API-Version"] == "registry/2.0"


def test_a_registry_that_is_read_only_offers_nothing_that_writes(ask: Asking) -> None:
    ask.push_blob("a", b"")
    reading = ask.restarted(read_only=True)
    assert reading("PUT", "/v2/a/manifests/1.0").headers["Allow"] == "GET, HEAD"
    for method, path in (("POST", "/v2/a/blobs/uploads/"), ("DELETE", f"/v2/a/blobs/{Digest.of(b'')}")):
        answer = reading(method, path)
        assert (answer.status, answer.code) == (405, "UNSUPPORTED")
    assert reading("GET", f"/v2/a/blobs/{Digest.of(b'')}").status == 200


def test_a_registry_without_deletion_deletes_no_content_but_cancels_uploads(ask: Asking) -> None:
    ask.push_blob("a", b"")
    keeping = ask.restarted(deletion=False)
    for path in (f"/v2/a/blobs/{Digest.of(b'')}", "/v2/a/manifests/1.0", f"/v2/a/manifests/{SHA256}"):
        answer = keeping("DELETE", path)
        assert (answer.status, answer.code) == (405, "UNSUPPORTED")
    assert keeping("DELETE", keeping.begin("a")).status == 204


@given(st.text(max_size=80) | st.from_regex(r"/v2/[a-z./_-]{0,12}/(manifests|blobs|tags|blobs/uploads)/.{0,80}"))
def test_whatever_the_path_is_a_name_in_it_is_a_name_or_there_is_an_error(path: str) -> None:
    target = None
    with suppress(RegistryError):
        target = targets.parse_target(path)
    assert is_repository(getattr(target, "name", "a"))


@given(st.sampled_from(METHODS), st.sampled_from([*PATHS.values()]), st.text(max_size=40), st.binary(max_size=40))
def test_no_request_makes_the_core_fail(method: str, path: str, query: str, body: bytes) -> None:
    answer = Asking(MemoryStorage())(method, f"{path}?{query}", body)
    assert answer.status < 500
