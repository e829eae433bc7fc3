"""OCI images as bytes.

Manifests, configs, digests. No network here; `outrider.cli.registry` opens the door.
"""
