"""Twenty real programs: learned under their own load, then blocked under the same load, then attacked."""
