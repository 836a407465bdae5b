"""Holds requests and answers to Discord's own description of its API."""

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

from bot.playground.rest import Exchange

DOCUMENT = json.loads((Path(__file__).parent / "discord" / "openapi.json").read_text("utf-8"))

DIVERGENCES = {
    "ids as numbers": "discord.py sends an attachment's id, and a nonce, as a number where the document wants a string; "
    "Discord takes both. Numbers under these names are turned into strings before the check.",
    "one of several": "The document says oneOf where a component fits several shapes once ids are optional; it is read "
    "as anyOf.",
    "empty fields": "discord.py sends some optional fields as null (an empty accessory, an unset option); Discord takes "
    "null as not given. They are left out before the check.",
}


def faults_of(exchange: Exchange) -> list[str]:
    """What in a request or its answer the document does not allow; empty when all is well."""
    path = _path(exchange.route)
    operation = DOCUMENT["paths"][path][exchange.method.lower()]
    found = []
    content = operation.get("requestBody", {}).get("content", {})
    if content and exchange.body is not None and exchange.status < 400:
        kind = "application/json" if "application/json" in content else next(iter(content))
        found += _check(content[kind]["schema"], _normal(exchange.body), f"{exchange.method} {path} request")
    answer = operation["responses"].get(str(exchange.status)) or operation["responses"].get(
        f"{exchange.status // 100}XX"
    )
    if answer is None:
        return [*found, f"{exchange.method} {path}: status {exchange.status} is not in the document"]
    if "$ref" in answer:
        answer = DOCUMENT["components"]["responses"][answer["$ref"].split("/")[-1]]
    schema = answer.get("content", {}).get("application/json", {}).get("schema")
    if schema and exchange.answer is not None:
        found += _check(schema, exchange.answer, f"{exchange.method} {path} answer")
    return found


def schema_faults(schema: dict[str, Any], value: Any) -> list[str]:
    """What a schema of the document does not allow in an object that is sent outside of requests and answers."""
    return _check(schema, value, "object")


def _path(route: str) -> str:
    if route.startswith("/webhooks"):
        route = route.replace("{application_id}/{token}", "{webhook_id}/{webhook_token}")
    return route.replace("{interaction_id}/{token}", "{interaction_id}/{interaction_token}")


@cache
def _validator(schema: str) -> Draft202012Validator:
    whole = {**json.loads(schema), "components": _any_of(DOCUMENT["components"])}
    return Draft202012Validator(whole)


def _check(schema: dict[str, Any], value: Any, where: str) -> list[str]:
    validator = _validator(json.dumps(_any_of(schema), sort_keys=True))
    return [f"{where} at {list(e.absolute_path)}: {_deepest(e)}" for e in validator.iter_errors(value)]


def _deepest(error: Any) -> str:
    while error.context:
        error = max(error.context, key=lambda e: (len(e.absolute_path), -len(e.message)))
    return f"{list(error.absolute_path)} {error.message[:300]}"


def _any_of(node: Any) -> Any:
    if isinstance(node, dict):
        return {("anyOf" if key == "oneOf" else key): _any_of(value) for key, value in node.items()}
    return [_any_of(value) for value in node] if isinstance(node, list) else node


def _normal(node: Any, key: str = "") -> Any:
    """A request's body with ids as strings and without empty fields."""
    if isinstance(node, dict):
        return {k: _normal(v, k) for k, v in node.items() if v is not None}
    if isinstance(node, list):
        return [_normal(value, key) for value in node]
    if isinstance(node, int) and not isinstance(node, bool) and re.fullmatch(r"id|\w+_id|nonce|users|roles", key):
        return str(node)
    return node
