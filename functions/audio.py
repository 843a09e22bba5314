"""Audio was dropped into the intake container."""

import azure.functions as func
import azurefunctions.extensions.bindings.blob as blob

from shared.bootstrap import application

bp = func.Blueprint()


@bp.function_name("audio_dropped")
@bp.blob_trigger(
    arg_name="audio",
    path="%AUDIO_CONTAINER%/{name}",
    connection="DATA_STORAGE",
    source=func.BlobSource.EVENT_GRID,
)
def audio_dropped(audio: blob.BlobClient) -> None:
    """Only the names are taken from the bound client: each one makes a connection of its own."""
    application().audio_dropped(audio.container_name, audio.blob_name)
