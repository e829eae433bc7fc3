"""For CDK apps in Python: an Aspect that protects what lies under a scope.

    cdk.Aspects.of(app).add(outrider.cdk.Protect(sidecar_image="…@sha256:…", layers={"arm64": arn}))

Needs the extra: `pip install outrider[cdk]`.
"""

from outrider.cdk.leaving_alone import leave_alone
from outrider.cdk.protect import Protect
from outrider.model.image import ImageConfig

__all__ = ["ImageConfig", "Protect", "leave_alone"]
