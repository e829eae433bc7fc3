"""SBOMs as artifacts: CycloneDX and SPDX documents in, `Contents` out."""
