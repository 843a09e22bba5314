"""The connector for deployments that take tokens: people sign in with their own account instead of
bringing a key. All but the sign-in is that of the other connector.

"Use OAuth with Microsoft Entra ID" in the documentation of custom connectors says what is written.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from connector.swagger import FOLDER, definition

_AUTHORITY = "https://login.microsoftonline.com/common/oauth2/authorize"


def definition_for_tokens() -> dict[str, Any]:
    sign_in = {
        "type": "oauth2",
        "flow": "accessCode",
        "authorizationUrl": _AUTHORITY,
        "tokenUrl": _AUTHORITY.replace("authorize", "token"),
        "scopes": {},
    }
    return {
        **definition(),
        "securityDefinitions": {"oauth2_auth": sign_in},
        "security": [{"oauth2_auth": []}],
    }


def properties_for_tokens(api: str, client: str) -> dict[str, Any]:
    """`api` is the application of the deployment's API, `client` the one of the connector, which
    may ask for tokens of the first in the name of people."""
    there: dict[str, Any] = json.loads((FOLDER / "apiProperties.json").read_text(encoding="utf-8"))
    given = there["properties"]["connectionParameters"]
    there["properties"]["connectionParameters"] = {
        "host": given["host"],
        "token": {
            "type": "oauthSetting",
            "oAuthSettings": {
                "identityProvider": "aad",
                "clientId": client,
                "scopes": [],
                "redirectMode": "GlobalPerConnector",
                "properties": {"IsFirstParty": "False", "AzureActiveDirectoryResourceId": api},
                "customParameters": {
                    "loginUri": {"value": "https://login.microsoftonline.com"},
                    "tenantId": {"value": "common"},
                    "resourceUri": {"value": f"api://{api}"},
                    "enableOnbehalfOfLogin": {"value": "false"},
                },
            },
        },
    }
    return there


def write_for_tokens(folder: Path, api: str, client: str) -> None:
    """The files that `paconn` takes."""
    folder.mkdir(parents=True, exist_ok=True)
    files = {
        "apiDefinition.swagger.json": definition_for_tokens(),
        "apiProperties.json": properties_for_tokens(api, client),
        "settings.json": json.loads((FOLDER / "settings.json").read_text(encoding="utf-8")),
    }
    for name, content in files.items():
        text = json.dumps(content, indent=2, ensure_ascii=False)
        (folder / name).write_text(f"{text}\n", encoding="utf-8")
    (folder / "icon.png").write_bytes((FOLDER / "icon.png").read_bytes())
