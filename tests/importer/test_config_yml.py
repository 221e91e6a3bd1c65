"""A config.yml, of registry v2 or v3, to values of the chart."""

from __future__ import annotations

from typing import Any

import pytest

from registry_gitops import RegistryValues
from registry_gitops.documents import SourceFile, read_text
from registry_gitops.importer.config_draft import ConfigDraft
from registry_gitops.importer.config_yml import translate_config
from registry_gitops.importer.container_files import FileSource
from registry_gitops.importer.import_report import Fate, KeyOutcome
from registry_gitops.importer.input_keys import read_tree

SECRETS = {
    "/auth/htpasswd": FileSource("Secret", "users", "passwords"),
    "/certs/tls.crt": FileSource("Secret", "cert", "tls.crt"),
    "/certs/tls.key": FileSource("Secret", "cert", "tls.key"),
    "/token/ca.pem": FileSource("Secret", "token", "ca.pem"),
    "/gcs/key.json": FileSource("Secret", "account", "key.json"),
    "/config/htpasswd": FileSource("ConfigMap", "users", "htpasswd"),
}


def translated(text: str, data_path: str = "/var/lib/registry") -> tuple[ConfigDraft, dict[str, KeyOutcome]]:
    """Return the draft of a config.yml, and what became of its keys."""
    draft = ConfigDraft({"name": "registry", "namespace": "media", "values": {}})
    (document,) = read_text(SourceFile("config.yml", text)).documents
    translate_config(draft.read(read_tree(document)), SECRETS.get, data_path)
    return draft, {outcome.key: outcome for outcome in draft.outcomes()}


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("{version: 0.1, log: {level: info}}", {}),
        ("loglevel: debug", {"configuration": {"log": {"level": "debug"}}}),
        ("http: {addr: ':5000', net: tcp, draintimeout: 0}", {}),
        ("http: {draintimeout: 30s, relativeurls: true}", {"http": {"drainTimeout": "30s", "relativeUrls": True}}),
        ("http: {host: https://r.example.com}", {"configuration": {"http": {"host": "https://r.example.com"}}}),
        ("http: {tls: {certificate: /certs/tls.crt, key: /certs/tls.key, minimumtls: tls1.3}}",
         {"tls": {"enabled": True, "existingSecret": "cert", "minimumVersion": "tls1.3"}}),
        ("http: {debug: {addr: ':5002', prometheus: {enabled: true}}}", {"metrics": {"enabled": True, "port": 5002}}),
        ("http: {debug: {addr: ':5002'}}", {}),
        ("auth: {htpasswd: {realm: R, path: /auth/htpasswd}}",
         {"auth": {"htpasswd": {"enabled": True, "existingSecret": "users", "existingSecretKey": "passwords"}},
          "configuration": {"auth": {"htpasswd": {"realm": "R"}}}}),
        ("auth: {token: {realm: https://t.example.com, service: s, issuer: i, rootcertbundle: /token/ca.pem}}",
         {"auth": {"token": {"enabled": True, "realm": "https://t.example.com", "service": "s", "issuer": "i",
                             "existingSecret": "token", "rootCertBundleKey": "ca.pem"}}}),
        ("storage: {filesystem: {rootdirectory: /var/lib/registry}, delete: {enabled: true}}",
         {"deletion": {"enabled": True}}),
        ("storage: filesystem", {}),
        ("storage: {filesystem: {maxthreads: 50}}", {"configuration": {"storage": {"filesystem": {"maxthreads": 50}}}}),
        ("storage: {s3: {bucket: b, region: eu-west-1, chunksize: 5242880, v4auth: true}, redirect: {disable: true}}",
         {"storage": {"type": "s3", "s3": {"bucket": "b", "region": "eu-west-1", "chunkSize": 5242880,
                                           "redirect": False}},
          "configuration": {"storage": {"s3": {"v4auth": True}}}}),
        ("storage: {s3aws: {bucket: b, region: eu-west-1, accelerate: true}}",
         {"storage": {"type": "s3", "s3": {"bucket": "b", "region": "eu-west-1"}},
          "configuration": {"storage": {"s3": {"accelerate": True}}}}),
        ("storage: {s3: {bucket: b, regionendpoint: 'minio:9000', secure: false, region: us-east-1}}",
         {"storage": {"type": "s3", "s3": {"bucket": "b", "regionEndpoint": "http://minio:9000",
                                           "region": "us-east-1"}}}),
        ("storage: {gcs: {bucket: b, keyfile: /gcs/key.json}}",
         {"storage": {"type": "gcs", "gcs": {"bucket": "b", "existingSecret": "account"}}}),
        ("storage: {inmemory: }", {"storage": {"type": "inmemory"}}),
        ("storage: {cache: {blobdescriptor: inmemory, blobdescriptorsize: 100}}",
         {"cache": {"type": "inmemory"}, "configuration": {"storage": {"cache": {"blobdescriptorsize": 100}}}}),
        ("storage: {cache: {layerinfo: inmemory}, maintenance: {readonly: {enabled: true}}}",
         {"cache": {"type": "inmemory"},
          "configuration": {"storage": {"maintenance": {"readonly": {"enabled": True}}}}}),
        ("{redis: {addr: 'redis:6379', db: 2, pool: {maxidle: 3}}, storage: {cache: {blobdescriptor: redis}}}",
         {"cache": {"type": "redis", "redis": {"addrs": ["redis:6379"], "db": 2}},
          "configuration": {"redis": {"maxidleconns": 3}}}),
        ("proxy: {remoteurl: https://registry-1.docker.io/v2/, ttl: 24h}",
         {"proxy": {"enabled": True, "remoteUrl": "https://registry-1.docker.io", "ttl": "24h"}}),
        ("validation: {enabled: false}", {"configuration": {"validation": {"disabled": True}}}),
    ],
)  # fmt: skip
def test_each_key_becomes_the_value_of_the_chart_that_says_the_same(text: str, values: dict[str, Any]) -> None:
    draft, outcomes = translated(text)
    assert draft.config["values"] == values
    RegistryValues.model_validate(values)
    assert not draft.secrets
    assert not [key for key, outcome in outcomes.items() if outcome.fate is Fate.DECISION]


@pytest.mark.parametrize(
    ("text", "secret", "content"),
    [
        ("http: {secret: '1234'}", "registry-http", {"http-secret": "1234"}),
        ("storage: {s3: {bucket: b, region: r, accesskey: AKIA, secretkey: '12 34'}}", "registry-s3",
         {"access-key": "AKIA", "secret-key": "12 34"}),
        ("storage: {azure: {accountname: a, container: c, accountkey: abc}}", "registry-azure", {"account-key": "abc"}),
        ("redis: {addr: 'redis:6379', password: pw}", "registry-redis", {"redis-password": "pw"}),
        ("proxy: {remoteurl: https://r.example.com, username: jane, password: hidden}", "registry-proxy",
         {"username": "jane", "password": "hidden"}),
        ("notifications: {endpoints: [{name: a, url: https://e.example.com, headers: {Authorization: [Bearer x]}}]}",
         "registry-environment", {"REGISTRY_NOTIFICATIONS_ENDPOINTS_0_HEADERS": '{"Authorization": ["Bearer x"]}'}),
        ("log: {hooks: [{type: mail, options: {smtp: {addr: 'm:25', password: pw}, from: a@b.c, to: [d@e.f]}}]}",
         "registry-environment", {"REGISTRY_LOG_HOOKS_0_MAILOPTIONS_SMTP_PASSWORD": "pw"}),
    ],
)  # fmt: skip
def test_a_secret_goes_to_a_secret_and_not_to_the_config_file(text: str, secret: str, content: dict[str, str]) -> None:
    draft, outcomes = translated(text)
    assert draft.secrets == {secret: content}
    values = RegistryValues.model_validate(draft.config["values"])
    assert secret in str(values.model_dump())
    for each in content.values():
        assert each not in str(draft.config)
        assert each not in str(list(outcomes.values()))


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("storage: {swift: {authurl: https://k.example.com, container: c}}", "storage.swift"),
        ("storage: {oss: {bucket: b}}", "storage.oss"),
        ("storage: {filesystem: {rootdirectory: /data}}", "storage.filesystem.rootdirectory"),
        ("http: {addr: '127.0.0.1:5000'}", "http.addr"),
        ("auth: {silly: {realm: r, service: s}}", "auth.silly"),
        ("auth: {htpasswd: {realm: r, path: /config/htpasswd}}", "auth.htpasswd.path"),
        ("http: {tls: {certificate: /certs/other.crt, key: /certs/tls.key}}", "http.tls.certificate"),
    ],
)
def test_what_the_chart_cannot_say_needs_a_decision_with_options(text: str, key: str) -> None:
    draft, outcomes = translated(text)
    assert outcomes[key].fate is Fate.DECISION
    assert outcomes[key].note
    assert outcomes[key].options
    RegistryValues.model_validate(draft.config["values"])


def test_the_directory_of_the_images_stays_the_same_on_the_volume() -> None:
    draft, _ = translated("storage: {filesystem: {rootdirectory: /data/images}}", data_path="/data")
    assert draft.config["values"] == {"persistence": {"subPath": "images"}}


def test_a_key_that_the_registry_ignores_is_dropped_with_the_one_that_it_reads() -> None:
    draft, outcomes = translated("storage: {s3: {bucket: b, regionEndpoint: https://minio.example.com}}")
    dropped = outcomes["storage.s3.regionEndpoint"]
    assert (dropped.fate, dropped.note) == (Fate.DROPPED, "the registry ignores this key: it reads regionendpoint")
    assert "regionEndpoint" not in draft.config["values"]["storage"]["s3"]
