"""Who can use the registry."""

from __future__ import annotations

import pytest

from registry_gitops.facts import DeploymentFacts
from tests.facts.deployments import DEPLOYMENTS, facts_of, true_facts

AUTHENTICATED = {
    "load balancer with a login": "is_htpasswd helm_test_needs_login",
    "token": "is_token helm_test_needs_login",
    "token server": "is_token helm_test_needs_login",
    "password": "is_htpasswd has_inline_password",
    "password of a cache": "is_htpasswd has_inline_password helm_test_needs_login",
}


@pytest.mark.parametrize("name", DEPLOYMENTS)
def test_clients_are_anonymous_unless_users_or_tokens_are_configured(name: str) -> None:
    assert true_facts(facts_of(name).authentication) == set(AUTHENTICATED.get(name, "is_anonymous").split())


def test_existing_secret_is_that_of_the_users_with_its_key() -> None:
    authentication = facts_of("load balancer with a login").authentication
    assert (authentication.existing_secret, authentication.existing_secret_key) == ("users", "file")
    disabled = DEPLOYMENTS["load balancer with a login"].derive(values={"auth": {"htpasswd": {"enabled": False}}})
    assert DeploymentFacts(disabled).authentication.existing_secret == ""


@pytest.mark.parametrize("name", ["password", "password of a cache"])
def test_no_fact_holds_a_password(name: str) -> None:
    facts = facts_of(name)
    sections = [section for section in vars(facts).values() if section is not facts.deployment]
    assert "never-shown" not in "".join(str(vars(section)) for section in sections)
