"""A manifest was dropped."""

import azure.functions as func
import azurefunctions.extensions.bindings.blob as blob

from shared.bootstrap import application

bp = func.Blueprint()


@bp.function_name("manifest_dropped")
@bp.blob_trigger(
    arg_name="manifest",
    path="%MANIFESTS_CONTAINER%/{name}",
    connection="DATA_STORAGE",
    source=func.BlobSource.EVENT_GRID,
)
def manifest_dropped(manifest: blob.BlobClient) -> None:
    """Only the names are taken from the bound client: each one makes a connection of its own."""
    application().manifest_dropped(manifest.container_name, manifest.blob_name)
