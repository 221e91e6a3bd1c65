"""The folder's README is read by people and pasted into shells: it must be right for each deployment.

Each folder of tests/render/readme is a description and its README, in the form that is read in review.
"""

from __future__ import annotations

import subprocess
from operator import attrgetter
from typing import Any

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from registry_gitops.deployment import HelmSource, RegistryDeployment, load
from registry_gitops.render.readme import PageContext, format_readme, page
from registry_gitops.values import EnvVar, ExtraHost, Ingress, RegistryValues
from tests.render.readme.pages import CASES, GOLDEN, blocks, commands, every_case, headings, markdown, tables


@every_case
def test_a_readme_is_as_it_was_reviewed(case: str, update_goldens: bool) -> None:
    expected = GOLDEN / case / "README.md"
    if update_goldens:
        expected.write_text(format_readme(CASES[case]))
    assert format_readme(CASES[case]) == expected.read_text()


def test_every_condition_of_the_page_is_met_in_one_reviewed_case_and_not_in_another() -> None:
    # That one has variables of Flux, so no chart can be rendered with it: tests/render/test_substituted.py reviews it.
    substituted = load(GOLDEN.parent / "substituted" / "registry.yaml")
    contexts = [PageContext(deployment) for deployment in (*CASES.values(), substituted)]
    for condition in {condition for condition, _, _ in page.blocks() if condition}:
        assert {holds(condition, context) for context in contexts} == {True, False}, condition


def holds(condition: page.Condition, context: PageContext) -> bool:
    return all(bool(attrgetter(name)(context)) is expected for name, expected in condition)


@every_case
def test_nothing_of_the_templates_language_is_left(case: str) -> None:
    text = format_readme(CASES[case])
    assert "<!--" not in text
    assert "${" not in text
    assert "\n\n\n" not in text
    assert text.endswith("\n")


@every_case
def test_lines_outside_of_tables_have_120_characters_at_most(case: str) -> None:
    # A hard name, in code that cannot be split, may take more.
    lines = [line for line in format_readme(CASES[case]).splitlines() if not line.startswith(("|", "<code>"))]
    assert [line for line in lines if len(line) > 120] == []


@every_case
def test_every_link_of_the_page_leads_to_a_heading(case: str) -> None:
    text = format_readme(CASES[case])
    targets = {f"#{heading.lower().replace(' ', '-')}" for heading in headings(text)}
    links = [str(token.attrs["href"]) for token in markdown(text) if token.type == "link_open"]
    assert links
    assert set(links) <= targets


def test_the_documented_commands_hold_literally_for_the_default_deployment() -> None:
    lines = {line for block in blocks(format_readme(RegistryDeployment()), "sh") for line in block.splitlines()}
    assert lines >= {
        "kubectl port-forward -n docker-registry svc/docker-registry 5000:5000",
        "kubectl logs -n docker-registry -l app.kubernetes.io/name=docker-registry",
        "kubectl get pods -n docker-registry",
        "kubectl get helmrelease -n docker-registry",
        "kubectl get pvc -n docker-registry",
    }


def test_the_page_has_the_documented_sections() -> None:
    assert [heading for heading in headings(format_readme(RegistryDeployment())) if heading != "Test"] == [
        "Container registry `docker-registry`",
        "Overview",
        "Components",
        "Configuration",
        "Reach the registry",
        "Port-forward",
        "From inside the cluster",
        "Push",
        "Pull",
        "List",
        "Health",
        "Logs",
        "Customization",
        "Security",
        "API endpoints",
        "Troubleshooting",
        "Removal",
    ]


def test_the_page_of_the_documented_chart_says_first_that_it_was_never_published() -> None:
    text = format_readme(RegistryDeployment(source=HelmSource()))
    assert text.index("[!WARNING]") < text.index("never published") < text.index("## Overview")
    assert "type: git" in text
    assert "never published" not in format_readme(
        RegistryDeployment(source=HelmSource(url="oci://ghcr.io/example/charts"))
    )


def test_helm_looks_for_the_release_where_its_record_is() -> None:
    (test,) = [words for words in commands(format_readme(CASES["password-in-git"])) if words[:2] == ["helm", "test"]]
    assert test == ["helm", "test", "reg", "-n", "helm"]


@pytest.mark.parametrize(
    ("origin", "is_needed"),
    [
        ({"fieldRef": {"fieldPath": "metadata.name"}}, False),
        ({"secretKeyRef": {"name": "s", "key": "k", "optional": True}}, False),
        ({"secretKeyRef": {"name": "s", "key": "k"}}, True),
    ],
)
def test_missing_environment_is_explained_only_if_the_pods_need_an_object(
    origin: dict[str, Any], is_needed: bool
) -> None:
    values = {"extraEnvVars": [{"name": "A", "valueFrom": origin}]}
    text = format_readme(RegistryDeployment.model_validate({"values": values}))
    assert ("CreateContainerConfigError" in text) is is_needed


@pytest.mark.parametrize(
    ("section", "url", "image"),
    [
        ("proxy", "https://registry-1.docker.io", "library/hello-world"),
        ("configuration", "https://registry-1.docker.io/", "library/hello-world"),
        *[("proxy", f"https://{host}", "NAME:TAG") for host in ("ghcr.io", "quay.io", "registry.k8s.io")],
        ("configuration", "https://ghcr.io", "NAME:TAG"),
    ],
)
def test_example_of_a_cache_is_an_image_of_the_other_registry(section: str, url: str, image: str) -> None:
    sections = {
        "proxy": {"proxy": {"enabled": True, "remoteUrl": url}},
        "configuration": {"configuration": {"proxy": {"remoteurl": url}}},
    }
    found = list(commands(format_readme(RegistryDeployment.model_validate({"values": sections[section]}))))
    assert [words[2] for words in found if words[:2] == ["docker", "pull"]] == [f"localhost:5000/{image}"]


# What can be pasted.


@every_case
def test_every_shell_block_is_valid_and_has_no_comment(case: str) -> None:
    # zsh, the shell of a Mac, takes a pasted comment for a command.
    for block in blocks(format_readme(CASES[case]), "sh"):
        assert subprocess.run(["sh", "-n", "-c", block], capture_output=True, text=True, check=False).stderr == ""
        assert not [word for line in block.splitlines() for word in line.split() if word.startswith("#")]


@every_case
def test_every_example_is_part_of_a_valid_description(case: str) -> None:
    for block in blocks(format_readme(CASES[case]), "yaml"):
        RegistryDeployment.model_validate(yaml.safe_load(block), by_alias=True, by_name=False)


@every_case
def test_clients_are_led_to_the_host_the_scheme_and_the_login_of_the_deployment(case: str) -> None:
    expected = {
        "production": ("registry.example.com", "https://registry.example.com/v2/", True),
        "gateway": ("registry.example.com", "https://registry.example.com/v2/", True),
        "password-in-git": ("localhost:5000", "http://localhost:5000/v2/", True),
        "object-storage": ("hub.example.com", "http://hub.example.com/v2/", False),
        "cache": ("mirror.example.com", "https://mirror.example.com/v2/", False),
        "read-only": ("localhost:5000", "http://localhost:5000/hub/v2/", False),
        "tls-inside": ("localhost:5000", "https://localhost:5000/v2/", False),
    }.get(case, ("localhost:5000", "http://localhost:5000/v2/", False))
    found = list(commands(format_readme(CASES[case])))
    pulled = [words[2] for words in found if words[:2] == ["docker", "pull"] and words[2] != "hello-world"]
    listed = [words for words in found if words[-1].endswith("_catalog")]
    assert {image.partition("/")[0] for image in pulled} == {expected[0]}
    assert [words[-1] for words in listed] == [f"{expected[1]}_catalog"]
    assert ["-u" in words for words in listed] == [expected[2]]


def test_a_user_with_quotes_reaches_the_shell_as_one_word() -> None:
    block = next(block for block in blocks(format_readme(CASES["password-in-git"]), "sh") if "REGISTRY_USER=" in block)
    script = block.splitlines()[0] + '\nprintf %s "$REGISTRY_USER"'
    assert subprocess.run(["sh", "-c", script], capture_output=True, text=True, check=True).stdout == "o'brien|x`y"


# What is never shown, and what cannot break the page.

SECRETS = st.text(st.characters(codec="ascii", categories=["L", "N", "P", "S"]), min_size=12, max_size=40).filter(
    lambda text: "${" not in text  # that is no secret, but a variable of Flux
)


@given(*[SECRETS] * 6)
def test_no_secret_is_ever_shown(one: str, two: str, three: str, four: str, five: str, six: str) -> None:
    marked = [f"SECRET{secret}" for secret in (one, two, three, four, five, six)]
    text = format_readme(
        RegistryDeployment.model_validate(
            {
                "values": {
                    "auth": {"htpasswd": {"enabled": True, "username": "admin", "password": marked[0]}},
                    "extraEnvVars": [{"name": "TOKEN", "value": marked[1]}],
                    "ingress": {"annotations": {"example.com/token": marked[2]}},
                    "configuration": {
                        "http": {"secret": marked[3]},
                        "storage": {"s3": {"bucket": "b", "secretkey": marked[4]}},
                        "redis": {"addrs": ["redis:6379"], "password": marked[5]},
                    },
                }
            }
        )
    )
    assert "SECRET" not in text
    assert "`http.secret`" in text
    assert "`TOKEN`" in text


@pytest.mark.parametrize("case", ["password-in-git", "object-storage"])
def test_no_reviewed_page_shows_a_value_that_it_must_not(case: str) -> None:
    assert "never-shown" in (GOLDEN / case / "registry.yaml").read_text()
    assert "never-shown" not in format_readme(CASES[case])


LABELS = st.from_regex(r"[a-z]([-a-z0-9]{0,51}[a-z0-9])?", fullmatch=True)
TEXTS = st.text(st.characters(exclude_categories=["Cs", "Z", "C"]) | st.sampled_from("|`\\<>*_[]&$%"), min_size=1)
PATHS = st.builds("/{}".format, st.text(st.characters(exclude_categories=["Cs"]) | st.sampled_from("|`\\\n<>")))


@pytest.mark.tools
@given(user=TEXTS.filter(lambda text: ":" not in text and text[0] != "#" and len(text) <= 255), path=PATHS, name=LABELS)
@example(user="a|b", path="/|", name="a")
@example(user="`", path="/`\n\n# x", name="a")
@example(user="\\|", path="/<b>\\`|", name="a")
def test_hostile_but_valid_values_do_not_break_the_page(user: str, path: str, name: str) -> None:
    deployment = RegistryDeployment.model_validate(
        {
            "name": name,
            "namespace": name,
            "source": {"type": "helm", "url": "https://charts.example.com/a|b`c"},
            "kustomization": {"resources": [f"{user}.yaml"]},
            "values": {
                "auth": {"htpasswd": {"enabled": True, "username": user, "password": "p"}},
                "ingress": {"enabled": True, "hostname": f"{name}.example.com", "path": path},
            },
        }
    )
    text = format_readme(deployment)
    found = {row[0]: row[1] for table in tables(text) for row in table}
    assert found["values.auth.htpasswd.username"] == shown(user)
    assert found.get("values.ingress.path", "/") == shown(path)
    assert f"{shown(user)}.yaml" in found
    assert headings(text)[:4] == [f"Container registry `{name}`", "Overview", "Components", "Configuration"]
    assert headings(text)[-3:] == ["API endpoints", "Troubleshooting", "Removal"]
    script = "\n".join(blocks(text, "sh"))
    assert subprocess.run(["sh", "-n", "-c", script], capture_output=True, check=False).returncode == 0


def shown(text: str) -> str:
    """The text as the page shows it: what cannot be printed as an escape."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def test_many_long_names_break_no_table() -> None:
    hosts = [f"{'a' * 60}.{number}.example.com" for number in range(40)]
    variables = [EnvVar(name=f"VARIABLE_{number}", value="x") for number in range(80)]
    ingress = Ingress(enabled=True, hostname="r.example.com", extra_hosts=[ExtraHost(name=host) for host in hosts])
    text = format_readme(RegistryDeployment(values=RegistryValues(ingress=ingress, extra_env_vars=variables)))
    for table in tables(text):
        assert len({len(row) for row in table}) == 1
    (row,) = [row for table in tables(text) for row in table if row[0] == "values.ingress.extraHosts"]
    assert row[1] == ", ".join(hosts)
    paragraph = text[text.index("Environment variables that are set") :].split("\n\n")[0]
    assert paragraph.count("`VARIABLE_") == 80
    assert max(map(len, paragraph.splitlines())) <= 120
