"""How the secrets of API clients are stored."""

from __future__ import annotations

from django.contrib.auth.hashers import PBKDF2PasswordHasher


class RandomSecretHasher(PBKDF2PasswordHasher):
    """For secrets of 128 random letters, which nobody can guess however fast he tries.

    Slowness protects what people choose; here it would only let a stranger who knows a client's id
    keep the processor busy.
    """

    algorithm = "pbkdf2_random"
    iterations = 1_000
