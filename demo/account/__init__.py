"""An account looked after: stand-ins for AWS, and the story of `make account-demo`."""
