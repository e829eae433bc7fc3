"""Packages of programming languages: installed, bundled, built in, or declared."""
