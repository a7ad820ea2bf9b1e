"""What makes two requests the same request: canonical JSON, and the SHA-256 of it."""

import json
from collections.abc import Mapping
from hashlib import sha256

from wanflow.model.concrete import ConcreteStep
from wanflow.model.plan import FileImage, JobImage, SourceImage
from wanflow.model.values import Fingerprint, JobKey, JsonValue, Sha256


def canonical(value: JsonValue) -> str:
    """Write JSON in the one form that is hashed: keys sorted, no spaces, UTF-8 unescaped.

    A whole number is written alike whether it came as integer or as float, since YAML writers
    differ in that and pictures do not.
    """
    return json.dumps(
        _normal(value), ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False
    )


def request_of(
    concrete: ConcreteStep, *, family: str, made: Mapping[JobKey, Fingerprint]
) -> dict[str, JsonValue]:
    """Say what a step asks for, as plain JSON: everything that can change its pictures.

    Args:
        concrete: the step with its templates rendered.
        family: of the provider, such as `local@1`.
        made: the fingerprint of every step before it.

    Not in it: the step's id, comments, order in the file, retries and timeouts, and which of its
    pictures goes on; equal requests share one purchase.
    """
    request: dict[str, JsonValue] = {
        "operation": concrete.operation.name,
        "operation_version": concrete.operation.version,
        "provider": family,
        "model": concrete.model,
        "prompt": concrete.prompt,
        "arguments": concrete.arguments,
        "parameters": concrete.parameters,
        "images": [_identity(image, made) for image in concrete.images],
    }
    if concrete.step.take > 1:
        request["take"] = concrete.step.take
    return request


def fingerprint_of(request: JsonValue) -> Fingerprint:
    """Hash a request: 64 lower-case hex digits."""
    return Fingerprint(digest_of(request))


def digest_of(value: JsonValue) -> Sha256:
    """Hash any JSON value by its canonical form: 64 lower-case hex digits."""
    return Sha256(sha256(canonical(value).encode("utf-8", "surrogatepass")).hexdigest())


def _identity(image: SourceImage, made: Mapping[JobKey, Fingerprint]) -> JsonValue:
    if isinstance(image, FileImage):
        return {"sha256": image.artifact.sha256}
    if isinstance(image, JobImage):
        return {"step": made[image.job], "index": image.index}
    return {"url": image.url}


def _normal(value: JsonValue) -> JsonValue:
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, Mapping):
        return {key: _normal(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_normal(item) for item in value]
    return value
