"""Packages of distributions: dpkg, apk, rpm; os-release."""
