"""What each key of `configuration` takes and refuses: enums, bounds, addresses, durations, regular expressions."""

from typing import Any

import pytest
from pydantic import ValidationError

from registry_gitops.values.configuration import Configuration

MIB = 1024**2

# path of the key -> values that it takes, (value, part of the message) that it refuses
KEYS: dict[str, tuple[list[Any], list[tuple[Any, str]]]] = {
    "log.level": (
        ["error", "warn", "info", "debug"],
        [("warning", "'error', 'warn', 'info' or 'debug'"), ("WARN", "")],
    ),
    "log.formatter": (["text", "json", "logstash"], [("xml", "'text', 'json' or 'logstash'")]),
    "log.fields": ([{"environment": "staging"}, {}], [({"replica": 1}, "valid string")]),
    "log.hooks.0.levels": ([["panic", "error"]], [(["loud"], "'panic'")]),
    "log.hooks.0.options.smtp.addr": (["mail.example.com:25"], [("mail.example.com", "a host, ':' and a port")]),
    "storage.filesystem.rootdirectory": (["/data"], [("data", "begin with '/'"), ("", "begin with '/'")]),
    "storage.filesystem.maxthreads": ([25, 1000], [(24, "greater than or equal to 25"), ("100", "valid integer")]),
    "storage.s3.chunksize": ([5 * MIB, 5120 * MIB], [(5 * MIB - 1, "5242880"), (5120 * MIB + 1, "5368709120")]),
    "storage.s3.multipartcopychunksize": ([5 * MIB, 5120 * MIB], [(5 * MIB - 1, ""), (5120 * MIB + 1, "")]),
    "storage.s3.multipartcopythresholdsize": ([0, 5120 * MIB], [(-1, ""), (5120 * MIB + 1, "")]),
    "storage.s3.multipartcopymaxconcurrency": ([1], [(0, "")]),
    "storage.s3.storageclass": (["STANDARD", "NONE"], [("GLACIER", "'STANDARD'"), ("standard", "")]),
    "storage.s3.objectacl": (["private"], [("secret", "'private'")]),
    "storage.s3.loglevel": (["off", "debug"], [("info", "'off'"), (False, "")]),
    "storage.s3.bucket": (["images"], [("", "at least 1 character")]),
    "storage.gcs.chunksize": ([256 * 1024, 16 * MIB], [(300000, "multiple of 262144"), (0, "262144")]),
    "storage.gcs.maxconcurrency": ([25], [(24, "25")]),
    "storage.azure.retry_delay": (["100ms"], [("5", "not a duration")]),
    "storage.cache.blobdescriptor": (["inmemory", "redis", ""], [("memory", "'inmemory', 'redis' or ''")]),
    "storage.tag.concurrencylimit": ([0, 8], [(-1, "")]),
    "storage.delete.enabled": ([True, False], [("true", "valid boolean"), ("yes", "valid boolean")]),
    "storage.redirect.disable": ([True, False], [("true", "valid boolean")]),
    "storage.maintenance.uploadpurging.age": (["168h", "0s"], [(168, "168s"), ("7d", "not a duration")]),
    "storage.maintenance.uploadpurging.interval": (["24h"], [("0s", "never pause")]),
    "http.addr": (
        [":5000", "0.0.0.0:5000", "[::1]:65535", "localhost:0"],
        [("5000", '":" with a port'), (":65536", "port"), ("http://localhost:5000", "port"), (5000, "valid string")],
    ),
    "http.host": (
        ["https://registry.example.com", "http://localhost:5000", "https://[::1]:5000/x?y=%20"],
        [
            ("registry.example.com", "begin with https://"),
            ("ftp://registry.example.com", "begin with https://"),
            ("https://registry.example.com:port", ""),
            ("https://registry.example.com/%zz", ""),
            ("https://registry example.com", ""),
        ],
    ),
    "http.prefix": (["/", "/a", "/team/registry/"], [("a", "begin with '/'"), ("/{a}", ""), ("//", ""), ("/a b", "")]),
    "http.draintimeout": (
        ["0s", "60s", "1h30m", "1.5h", "2562047h"],
        [(60, "nanoseconds: write a unit too, such as 60s"), ("60", "not a duration"), ("2562048h", "too long")],
    ),
    "http.headers": (
        [{"Strict-Transport-Security": ["max-age=63072000"]}, {"X": []}],
        [({"X-Frame-Options": "DENY"}, "valid list"), ({"X Frame": ["DENY"]}, "name of an HTTP header")],
    ),
    "http.tls.minimumtls": (["tls1.2", "tls1.3"], [("tls1.1", "'tls1.2' or 'tls1.3'")]),
    "http.tls.clientauth": (["verify-client-cert-if-given"], [("none", "'request-client-cert'")]),
    "http.tls.ciphersuites": ([["TLS_AES_128_GCM_SHA256"]], [(["RC4"], "TLS_AES_128_GCM_SHA256")]),
    "http.tls.certificate": (["/certs/tls.crt"], [("-----BEGIN CERTIFICATE-----", "begin with '/'")]),
    "http.debug.addr": (["127.0.0.1:5001"], [("5001", "port")]),
    "http.debug.prometheus.path": (
        ["/metrics"],
        [("metrics", "begin with '/'"), ("/../a", ""), ("/debug/vars", "taken")],
    ),
    "auth.token.signingalgorithms": ([["EdDSA", "RS256"]], [(["none"], "'EdDSA'")]),
    "redis.addrs": ([["redis:6379"], []], [(["redis"], "a port"), ("redis:6379", "valid list")]),
    "redis.protocol": ([2, 3], [(4, "2 or 3")]),
    "redis.db": ([0, 15], [(-1, "")]),
    "redis.maxretries": ([-1, 0, 5], [(-2, "")]),
    "health.http.0.uri": (["https://a.example.com/"], [("a.example.com", "begin with https://")]),
    "health.http.0.statuscode": ([200, 503], [(2000, ""), (0, "")]),
    "health.tcp.0.addr": (["redis:6379"], [(":6379", "a host")]),
    "notifications.endpoints.0.ignore.actions": ([["pull", "push", "mount", "delete"]], [(["get"], "'pull'")]),
    "proxy.remoteurl": (["https://registry-1.docker.io"], [("registry-1.docker.io", "begin with https://")]),
    "proxy.ttl": (["168h", "0s"], [("forever", "not a duration")]),
    "validation.manifests.indexes.platforms": (["all", "none", "list"], [("some", "'all', 'none' or 'list'")]),
    "policy.repository.classes": ([["image", "plugin"]], [(["chart"], "'image' or 'plugin'")]),
    "catalog.maxentries": ([1, 5000], [(0, ""), (-1, "")]),
    "tags.maxtags": ([1], [(0, ""), (-1, "")]),
}

# What an entry of a list needs beside the key in hand.
ENTRIES: dict[str, dict[str, Any]] = {
    "log.hooks": {"type": "mail"},
    "health.http": {"uri": "http://b.example.com/"},
    "notifications.endpoints": {"name": "hook"},
}


def nest(path: str, value: Any) -> Any:
    """`value` at `path`, inside valid entries of lists."""
    keys = path.split(".")
    for depth in range(len(keys) - 1, -1, -1):
        entry = ENTRIES.get(".".join(keys[:depth]), {})
        value = [{**entry, **value}] if keys[depth] == "0" else {keys[depth]: value}
    return value


@pytest.mark.parametrize(("path", "value"), [(path, value) for path, (good, _) in KEYS.items() for value in good])
def test_a_value_that_the_registry_reads_is_taken_and_rendered_as_it_is(path: str, value: Any) -> None:
    data = nest(path, value)
    assert Configuration.model_validate(data).to_config_dict() == data


@pytest.mark.parametrize(
    ("path", "value", "message"), [(path, value, why) for path, (_, bad) in KEYS.items() for value, why in bad]
)
def test_a_value_that_the_registry_cannot_use_is_refused_at_its_place(path: str, value: Any, message: str) -> None:
    with pytest.raises(ValidationError) as caught:
        Configuration.model_validate(nest(path, value))
    (error,) = caught.value.errors()
    assert ".".join(map(str, error["loc"])).startswith(path)
    assert message in error["msg"]


@pytest.mark.parametrize(
    "text",
    [r"^https?://([^/]+\.)*example\.com/", r"\\1", "[(?=]", "[[:alpha:]]", r"\Qa.b\E", r"\pL+\z", "(?i)a", "a*?"],
)
def test_a_regular_expression_of_go_is_taken(text: str) -> None:
    Configuration.model_validate(nest("validation.manifests.urls.allow", [text]))


@pytest.mark.parametrize(
    "text", ["^(?!internal)", "(?<=a)b", "(?=a)", "(?>a)", r"(a)\1", "(", ")", "[a", "*", "a**", "a\\"]
)
def test_a_regular_expression_that_go_does_not_compile_is_refused(text: str) -> None:
    with pytest.raises(ValidationError, match="regular expression"):
        Configuration.model_validate(nest("validation.manifests.urls.deny", [text]))


@pytest.mark.parametrize(
    ("data", "path", "message"),
    [
        ({"storage": {"redirect": {}}}, "storage.redirect.disable", "Field required"),
        ({"storage": {"azure": {"credentials": {}}}}, "storage.azure.credentials.type", "Field required"),
        (
            {"storage": {"azure": {"credentials": {"type": "client_secret", "clientid": "c"}}}},
            "storage.azure.credentials",
            "client_secret needs tenantid, secret too",
        ),
        ({"storage": {"gcs": {"keyfile": "/k", "credentials": {}}}}, "storage.gcs.credentials", "keyfile wins"),
        (
            {"http": {"tls": {"certificate": "/c", "letsencrypt": {"cachefile": "/d"}}}},
            "http.tls.letsencrypt.cachefile",
            "certificate is set too",
        ),
        ({"log": {"hooks": [{}]}}, "log.hooks.0.type", "Field required"),
        ({"log": {"hooks": [{"type": "slack"}]}}, "log.hooks.0.type", "'mail'"),
        ({"health": {"file": [{}]}}, "health.file.0.file", "Field required"),
        ({"health": {"file": [{"file": "/x", "threshold": 3}]}}, "health.file.0.threshold", "does not use it"),
        ({"health": {"file": [{"file": "/x"}, {"file": "/x"}]}}, "health.file.1.file", "checked twice"),
        ({"health": {"tcp": [{"addr": "a:1"}, {"addr": "a:1"}]}}, "health.tcp.1.addr", "checked twice"),
        ({"notifications": {"endpoints": [{}]}}, "notifications.endpoints.0.name", "Field required"),
        ({"middleware": {"storage": [{"name": "cdn"}]}}, "middleware.storage.0.name", "'cloudfront', 'redirect' or"),
        (
            {"middleware": {"storage": [{"name": "rewrite", "disabled": True}]}},
            "middleware.storage.0.disabled",
            "take the entry out",
        ),
        (
            {"middleware": {"storage": [{"name": "redirect"}]}},
            "middleware.storage.0.options.baseurl",
            "redirect does not start without baseurl",
        ),
        (
            {"middleware": {"storage": [{"name": "rewrite", "options": {"baseurl": "https://a/"}}]}},
            "middleware.storage.0.options.baseurl",
            "not an option of rewrite, which has host, scheme, trimpathprefix",
        ),
        (
            {"middleware": {"storage": [{"name": "rewrite", "options": {"ipfilteredby": "awsregion"}}]}},
            "middleware.storage.0.options.ipfilteredby",
            "needs the key awsregion too",
        ),
    ],
)
def test_keys_that_do_not_go_together_are_refused_with_the_reason(
    data: dict[str, Any], path: str, message: str
) -> None:
    with pytest.raises(ValidationError) as caught:
        Configuration.model_validate(data)
    found = {".".join(map(str, error["loc"])): error["msg"] for error in caught.value.errors()}
    assert message in found[path]
