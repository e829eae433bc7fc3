"""Packages built into programs: Go's build information, cargo-auditable; and the facts of a program
itself."""
