"""Programs that the app deploys; none imports another."""
