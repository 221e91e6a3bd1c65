"""The manifests, held against the CRDs of the Flux that we pin."""
