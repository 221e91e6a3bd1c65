"""The registry that the chart deploys reads files of Secrets, and reports to servers with an authority of extraCAs."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path
from random import Random

from tests.chart.deployed.rendered_pod import start_pod
from tests.support.helm import Chart
from tests.support.notification_sink import NotificationSink
from tests.support.oci_content import image
from tests.support.oci_http import Repository
from tests.support.registry import RealRegistry

Run = Callable[..., RealRegistry]


def test_registry_starts_with_the_key_of_cloudfront(
    chart: Chart, real_registry: Run, tool: Callable[[str], Path], tmp_path: Path
) -> None:
    command = (tool("openssl"), "genrsa", "-traditional", "2048")
    key = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    options = {"baseurl": "https://cdn.example.com", "privatekey": "/keys/cdn.pem", "keypairid": "K1"}
    values = {
        "configuration": {"middleware": {"storage": [{"name": "cloudfront", "options": options}]}},
        "extraFiles": [{"path": "/keys/cdn.pem", "secretName": "cdn", "key": "private-key"}],
    }
    with start_pod(chart, real_registry, tmp_path, values, {"cdn": {"private-key": key}}) as registry:
        repository, pushed = Repository(registry.url, "team/app"), image(Random(6), 1_000)
        repository.push(pushed, "latest")
        assert repository.lacks(pushed) == []


def test_registry_notifies_of_a_push(
    chart: Chart, real_registry: Run, notification_sink: NotificationSink, tmp_path: Path
) -> None:
    endpoint = {"name": "sink", "url": notification_sink.url}
    values = {"configuration": {"notifications": {"endpoints": [endpoint]}}}
    with start_pod(chart, real_registry, tmp_path, values, {}) as registry:
        pushed = image(Random(7), 1_000)
        Repository(registry.url, "team/app").push(pushed, "latest")
        event = notification_sink.wait_for(lambda event: event["target"].get("tag") == "latest")
        assert (event["action"], event["target"]["digest"]) == ("push", pushed.digest)
