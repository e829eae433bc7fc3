"""For CDK apps in Python: an Aspect that protects what lies under a scope."""
