"""Cuts Discord's OpenAPI document down to the routes that the playground speaks.

    python tests/playground/discord/cut.py path/to/openapi.json

The whole document is published at https://github.com/discord/discord-api-spec under the MIT licence (LICENSE beside this).
"""

import json
import sys
from pathlib import Path

ROUTES = {
    "/gateway": ["get"],
    "/gateway/bot": ["get"],
    "/users/@me": ["get"],
    "/users/@me/channels": ["post"],
    "/oauth2/applications/@me": ["get"],
    "/applications/@me": ["get"],
    "/applications/{application_id}/commands": ["get", "put"],
    "/applications/{application_id}/emojis": ["get", "post"],
    "/interactions/{interaction_id}/{interaction_token}/callback": ["post"],
    "/webhooks/{webhook_id}/{webhook_token}": ["post"],
    "/webhooks/{webhook_id}/{webhook_token}/messages/@original": ["get", "patch", "delete"],
    "/webhooks/{webhook_id}/{webhook_token}/messages/{message_id}": ["get", "patch", "delete"],
    "/channels/{channel_id}": ["get"],
    "/channels/{channel_id}/messages": ["get", "post"],
    "/channels/{channel_id}/messages/{message_id}": ["get", "patch", "delete"],
    "/channels/{channel_id}/messages/{message_id}/threads": ["post"],
    "/channels/{channel_id}/typing": ["post"],
    "/guilds/{guild_id}": ["get"],
    "/guilds/{guild_id}/channels": ["get"],
    "/guilds/{guild_id}/members/{user_id}": ["get"],
    "/guilds/{guild_id}/members/{user_id}/roles/{role_id}": ["put", "delete"],
    "/guilds/{guild_id}/scheduled-events": ["post"],
    "/guilds/{guild_id}/scheduled-events/{guild_scheduled_event_id}": ["patch", "delete"],
}


def cut(document: dict) -> dict:
    """The routes above with every schema that they reach, without descriptions."""
    paths = {path: {method: document["paths"][path][method] for method in methods} for path, methods in ROUTES.items()}
    schemas, responses = {}, {}
    waiting = [paths]
    while waiting:
        for name in references(waiting.pop()):
            kind, key = name.split("/")[-2:]
            kept = schemas if kind == "schemas" else responses
            if key not in kept:
                kept[key] = document["components"][kind][key]
                waiting.append(kept[key])
    whole = {
        "openapi": document["openapi"],
        "info": document["info"],
        "paths": paths,
        "components": {"schemas": dict(sorted(schemas.items())), "responses": dict(sorted(responses.items()))},
    }
    return without_words(whole)


def references(node: object) -> set[str]:
    """Every ``$ref`` below a node."""
    if isinstance(node, dict):
        found = {node["$ref"]} if isinstance(node.get("$ref"), str) else set()
        return found.union(*(references(value) for value in node.values()))
    if isinstance(node, list):
        return set().union(*(references(value) for value in node)) if node else set()
    return set()


def without_words(node: object) -> object:
    """A node without the texts that only people read."""
    if isinstance(node, dict):
        return {k: without_words(v) for k, v in node.items() if not (k == "description" and isinstance(v, str))}
    return [without_words(value) for value in node] if isinstance(node, list) else node


if __name__ == "__main__":
    source = json.loads(Path(sys.argv[1]).read_text("utf-8"))
    target = Path(__file__).with_name("openapi.json")
    target.write_text(json.dumps(cut(source), separators=(",", ":")) + "\n", "utf-8")
    print(f"{target.name}: {target.stat().st_size // 1024} KiB")
