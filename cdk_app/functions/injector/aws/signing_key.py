"""The public half of the key that signs policies, from KMS itself."""

import base64
from typing import Any

from outrider.account.errors import translated
from outrider.errors import InvalidInput

_ED25519 = bytes.fromhex("302a300506032b6570032100")
"""What comes before the 32 bytes of a key in its DER form: https://www.rfc-editor.org/rfc/rfc8410#section-4"""


class SigningKey:
    """A key of ECC_NIST_EDWARDS25519. KMS keys of this kind do not rotate: it is asked once."""

    def __init__(self, client: Any, arn: str) -> None:
        self._client, self._arn = client, arn
        self._public = ""

    def public(self) -> str:
        """Base64 of 32 bytes, as supervisors take it. Raises EnvironmentFault, InvalidInput (no such key)."""
        if not self._public:
            with translated(f"cannot read the public half of {self._arn}"):
                der = bytes(self._client.get_public_key(KeyId=self._arn)["PublicKey"])
            if len(der) != len(_ED25519) + 32 or not der.startswith(_ED25519):
                raise InvalidInput(
                    f"the key {self._arn} is not of ECC_NIST_EDWARDS25519",
                    hint="aws kms create-key --key-spec ECC_NIST_EDWARDS25519 --key-usage SIGN_VERIFY",
                )
            self._public = base64.b64encode(der[len(_ED25519) :]).decode()
        return self._public
