"""The kinds of Flux, as rules name them."""

from __future__ import annotations

from typing import Final

HELM_RELEASE: Final = "HelmRelease.helm.toolkit.fluxcd.io"
HELM_CHART: Final = "HelmChart.source.toolkit.fluxcd.io"
HELM_REPOSITORY: Final = "HelmRepository.source.toolkit.fluxcd.io"
OCI_REPOSITORY: Final = "OCIRepository.source.toolkit.fluxcd.io"
GIT_REPOSITORY: Final = "GitRepository.source.toolkit.fluxcd.io"
BUCKET: Final = "Bucket.source.toolkit.fluxcd.io"
FLUX_KUSTOMIZATION: Final = "Kustomization.kustomize.toolkit.fluxcd.io"
ALERT: Final = "Alert.notification.toolkit.fluxcd.io"
PROVIDER: Final = "Provider.notification.toolkit.fluxcd.io"
RECEIVER: Final = "Receiver.notification.toolkit.fluxcd.io"
IMAGE_POLICY: Final = "ImagePolicy.image.toolkit.fluxcd.io"
IMAGE_REPOSITORY: Final = "ImageRepository.image.toolkit.fluxcd.io"
IMAGE_UPDATE_AUTOMATION: Final = "ImageUpdateAutomation.image.toolkit.fluxcd.io"
