"""All that the page says of one deployment, under the names that its files use."""

from __future__ import annotations

from registry_gitops.deployment import RegistryDeployment
from registry_gitops.render.readme.access import Access
from registry_gitops.render.readme.login import Login
from registry_gitops.render.readme.names import Names
from registry_gitops.render.readme.pod import Pod
from registry_gitops.render.readme.release import Chart, Image, Release, Secrets
from registry_gitops.render.readme.storage import Storage
from registry_gitops.render.readme.tables import Tables


class Facts:
    """The facts, by what they are about."""

    def __init__(self, deployment: RegistryDeployment) -> None:
        values = deployment.values
        self.names = Names(deployment)
        self.image = Image(values)
        self.chart = Chart(deployment)
        self.release = Release(deployment)
        self.storage = Storage(values, self.names)
        self.login = Login(values, self.names, takes_pushes=self.storage.takes_pushes)
        self.access = Access(values, self.names, self.login, takes_pushes=self.storage.takes_pushes)
        self.pod = Pod(values, self.names)
        self.secrets = Secrets(values, self.login)
        self.tables = Tables(deployment, self.names, self.storage, self.access, self.login)
