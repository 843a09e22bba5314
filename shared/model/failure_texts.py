"""Every text of a failure that a customer can read: its code, what happened, and what to do.

What needs no facts is a `Failure` as it stands, the rest are templates. A name stands for one text:
several share a code where the same thing is told in another way or by somebody else.
docs/troubleshooting.md explains every code and is tested against this file. `TEXTS` has all.
"""

from __future__ import annotations

from collections.abc import Mapping

from shared.model.failure import Failure, Template, of_input, passing, ready, said

# fmt: off
# A table: the code, what happened, what to do.

# The audio.

EMPTY_AUDIO = of_input("empty_audio", "The blob has no bytes.",
    "Check that the recorder or the upload finished, then upload the file again.")
EMPTY_WAV = of_input("empty_audio",
    "The file is a WAV header without any sound behind it.", EMPTY_AUDIO.advice)
NOT_AUDIO = of_input("not_audio",
    "The content is not an audio or video format that can be read, or its header is damaged.",
    "Check that the file plays, convert it to WAV, FLAC or MP3 and upload that.")
TOO_COSTLY = of_input("too_costly_audio",
    "Reading the file costs more memory or time than a recording needs: it is damaged, or made to "
    "do harm.", "Check that the file plays, convert it to WAV, FLAC or MP3 and upload that.")
MORE_DECLARED = of_input("not_audio",
    "The index of the file declares more than its bytes can hold: it is damaged, or made to do "
    "harm.", TOO_COSTLY.advice)
OTHER_CONTENT = of_input("not_audio", "The content is {kind}, whatever the file's name says.",
    "Upload the audio file itself.")
DICTATION = of_input("not_audio",
    "The content is a dictation in DSS or DS2, as dictation machines write it; no provider reads "
    "that.", "Save it as WAV or MP3 with the program of the machine and upload that.")
WEB_FORM = of_input("not_audio",
    "The content is what a browser sends for a form, with the file inside.",
    "The program that stored it has to take the file out of the form; upload the file itself.")
NO_HEADER = of_input("not_audio",
    "The file has no WAV header, so nothing says how its samples are to be read.",
    "If it is raw PCM, add a header with the right sample rate, sample size and number of channels "
    "(for example with sox or ffmpeg), then upload it again.")
NO_AUDIO_STREAM = of_input("no_audio_stream", "The {kind} file holds no sound.",
    "Export it again with its sound, or upload the audio alone.")
ENCRYPTED_AUDIO = of_input("encrypted_audio",
    "The sound is encrypted (DRM); no provider can read it.",
    "Upload a recording without copy protection.")
TOO_SHORT = of_input("too_short",
    "The recording is {duration} ms long; speech needs at least {least} ms.",
    "Check that the recorder started, or leave this file out.")
SOUND_CUT_OFF = of_input("truncated_audio",
    "The header promises {whole:.1f} s of sound, the file holds {present:.1f} s.",
    "Upload the whole file again. If the stump is all there is, set accept_truncated in the "
    "profile or dropscribe_accept_truncated on the blob.")
BYTES_CUT_OFF = of_input("truncated_audio",
    "The header promises {promised} bytes, the file holds {present}.", SOUND_CUT_OFF.advice)
ENDS_WITHIN = of_input("truncated_audio",
    "The file ends in the middle of its sound: the recording or the upload was cut off.",
    SOUND_CUT_OFF.advice)
INDEX_MISSING = of_input("truncated_audio",
    "The file's index (moov) is missing: the recording or the upload was cut off.",
    "Upload the whole file again; without its index nobody can play it.")

# Where the audio is looked for.

CONTAINER_MISSING = of_input("container_missing", "There is no container {container}.",
    "Create it, or correct the name, and ask for a new batch.")
URL_REFUSED = of_input("url_refused", "The address is not one that may be called from here.",
    "Give a public https address, or upload the recording to a container.")
URL_UNREACHABLE = of_input("url_unreachable", "The server at this address {answer}.",
    "Correct the address, or make it reachable, then retry the batch.")
URL_REDIRECTS = of_input("url_unreachable",
    "The address leads to another one (answer {status}), as share links do, and that is not "
    "followed.",
    "Give the address of the file itself, to which the link leads in the end, or upload the "
    "recording to a container, and name it there.")
URL_WITHOUT_HEAD = of_input("url_without_head",
    "The server at this address gives the file, but answers {status} to the question about it "
    "(HEAD) that {provider} asks first; a link that is signed for GET alone does so.",
    "Use a link that allows HEAD as well, or upload the recording to a container, and name it "
    "there.")
URL_WITHOUT_LENGTH = of_input("url_without_length",
    "The server at this address does not tell how long the file is.",
    "Upload the recording to a container, and name it there.")
URL_WITHOUT_RANGES = of_input("url_without_ranges",
    "The server at this address sends files only as a whole.", URL_WITHOUT_LENGTH.advice)
MISSING = of_input("recording_missing", "There is no such blob in the container {container}.",
    "Correct the name, or upload the recording, then retry the batch.")
MISSING_FROM_TOP = of_input("recording_missing", MISSING.reason,
    "Names begin at the top of the container, without a slash or its own name before them: "
    "perhaps {meant!r} is meant. Ask for it in another batch.")
NOTHING_LISTED = of_input("nothing_listed",
    "The container {container} holds no blob whose name begins like this.",
    "Correct the prefix or the container, or upload the recordings, and ask for another batch.")
NOTHING_LISTED_FROM_TOP = of_input("nothing_listed", NOTHING_LISTED.reason, MISSING_FROM_TOP.advice)
AUDIO_GONE = ready("input", "recording_missing",
    "The blob was removed before it was sent to the provider.", "Upload the recording again.")
AUDIO_REPLACED = ready("input", "audio_replaced",
    "The blob was replaced after it was looked at. It was not sent.",
    "If the newer version was dropped like this one, it is a recording of its own, and there is "
    "nothing to do. Otherwise ask for it in another batch, or retry this one.")
AUDIO_REPLACED_LATE = ready("input", "audio_replaced",
    "The blob was replaced after it was sent, so nobody can tell which version the provider heard. "
    "What it heard was not stored.", AUDIO_REPLACED.advice)

# What storage says of a blob.

BLOB_ARCHIVED = ready("input", "blob_archived",
    "The blob lies in the archive tier, where nothing can be read.",
    "Set its tier to hot, cool or cold, wait until that is done (up to 15 hours), then retry the "
    "batch.")
COPY_FAILED = of_input("copy_failed",
    "The copy that was to make this blob is {how}, so the blob is not whole.",
    "Copy or upload the recording again.")
NOT_WHOLE = of_input("blob_not_whole", "The blob {how}.",
    "Wait until it is whole, then retry the batch.")
BLOB_REFUSED = of_input("blob_refused",
    "Storage refuses to let this blob be read ({said}), while it answers for others.",
    "See that the app's identity may read it and that it is not encrypted with a key of your own; "
    "or upload it again, then retry the batch.")
NAME_TOO_LONG = of_input("name_too_long",
    "The outputs of this recording need names of up to {needed} {unit}; storage takes {most}.",
    "Give the recording a shorter name, or put it into fewer folders, and upload it again.")
UNSTORABLE = ready("ours", "output_refused",
    "The transcript is there, but storage refuses to store this recording's outputs, while it "
    "stores others.",
    "Look for locks, policies and rules on the outputs' names in the containers of transcripts "
    "and errors, then retry the batch. That is paid for again.")

# What was asked for.

UNKNOWN_PROFILE = of_input("unknown_profile", "There is no profile called {name!r}{hint}.",
    "Use one of: {known}.")
PROFILE_NOT_OFFERED = of_input("profile_not_offered", "The profile {name} may not be asked for.",
    "Put the recording into a folder of it, or ask whoever looks after the deployment.")
OPTION_LOCKED = of_input("option_locked",
    "The profile {name} locks {keys}; what was asked for is looser.",
    "Leave that out, or ask whoever looks after the deployment.")
BAD_NAME = of_input("bad_name",
    "The name cannot be used, for not everybody reads it alike. {problem}.",
    "Give the file a plain name and upload it again.")
BAD_METADATA = of_input("bad_metadata", "{problems}",
    "Correct the metadata and upload the file again.")
STRANGE_METADATA = of_input("bad_metadata", "{problems}", "Known are: {known}.")
BAD_OPTIONS = of_input("bad_options", "{problems}", "Correct that and ask for it again.")
STRANGE_OPTIONS = of_input("bad_options", "{problems}", "Known are: {known}.")
BAD_COMPANION = of_input("bad_companion", "The companion {name} cannot be used: {problems}.",
    "Correct it, or leave the prefix dropscribe_ out of what is no option, then retry the batch.")
NOT_SUPPORTED = of_input("not_supported", "{problem}",
    "Correct {key} in the profile or on the blob.")
LANGUAGE_NOT_SUPPORTED = of_input("not_supported", "{problem}",
    "Correct {key} in the profile or on the blob; GET /api/locales lists the languages.")
NO_REDACTION = of_input("no_redaction",
    "What was asked for cannot be hidden at this provider in {locale}: {kinds}.",
    "Use a provider or a finder that knows these kinds, or leave them out of redact, in the "
    'profile or on the blob. With redact_unsupported = "net" they may stay.')
TO_BE_HIDDEN = of_input("to_be_hidden",
    "What was written holds what this profile hides: {kinds}. Nothing was stored.",
    "Leave it out, or write what stands in its place.")
REDACTION_LANGUAGE = ready("input", "redaction_language",
    "A language was spoken in which not all that is to be redacted would be found.",
    "Use a provider that redacts by itself, or a profile without redact or with redact_unsupported "
    'set to "net", then retry the batch.')
REDACTION_LEAK = ready("ours", "redaction_leak",
    "Something that was to be hidden would have been stored; nothing was.",
    "Tell the makers, with the version and the language, and without the recording.")
REDACTION_FAILED = ready("ours", "redaction_failed",
    "What the finder of personal data said of it cannot be believed, twice. Nothing was stored.",
    "Retry the batch. If it stays so, use another finder or provider for such recordings.")
TOO_LARGE = of_input("too_large", "The file has {size} MB, the provider takes at most {most} MB.",
    "Split the recording, or compress it, for example as FLAC or Opus.")
TOO_LONG = of_input("too_long",
    "The recording lasts {duration} min, the provider takes at most {most} min.",
    "Split the recording.")
TOO_LONG_FOR_DIARIZATION = of_input("too_long_for_diarization",
    "The recording lasts {duration} min; the provider tells speakers apart in at most {most} min.",
    'Split the recording, or set max_speakers to "none".')
UNSUPPORTED_CONTAINER = of_input("unsupported_container",
    "The provider does not read the container {name}.",
    "Convert the recording to WAV (PCM), FLAC or MP3, or let that be done: prepare = \"auto\".")
UNSUPPORTED_CODEC = of_input("unsupported_codec", "The provider does not read the codec {name}.",
    UNSUPPORTED_CONTAINER.advice)
TOO_LONG_TO_PREPARE = of_input("too_long_to_prepare",
    "The provider gets a copy of the recording, which lasts {duration} min; copies are made of at "
    "most {most} min.",
    "Split the recording, or convert it yourself to a format that the provider reads, FLAC for "
    "example.")
NOT_PREPARED = of_input("not_prepared",
    "The provider needs a copy of the recording, which could not be made: {why}.",
    "Check that the recording plays from its beginning to its end; convert it to WAV, FLAC or MP3 "
    "yourself and upload that.")
SPEECHLESS = of_input("no_speech",
    "The recording holds {what} and no speech, so it was not sent.",
    "Check recorder and line. If somebody does speak in it, set no_speech = \"send\" and retry.")
PREPARING_FAILED = ready("ours", "preparing_failed",
    "Making a copy of the recording for the provider ended five times before it was done.",
    "Retry the batch; if that fails, too, convert the recording to WAV, FLAC or MP3 and upload "
    "that.", retryable=True)
CHANNEL_MISSING = of_input("channel_missing",
    "Channel {asked} was asked for; the recording has {count}, counted from 0.",
    "Correct channels in the profile or on the blob, or leave it out to take them all.")
OVER_BUDGET = of_input("over_budget",
    "The budget of {budget:.2f} {currency} does not allow it at {provider} in the mode {mode}.",
    "Ask for the recording in another batch with a larger budget, or for a cheaper provider or "
    "mode.")
NO_PRICE = Template("configuration", "no_price",
    "The batch has a budget, and the price of {provider} in the mode {mode} is not known.",
    "Put the price into the setting PRICES, then retry the batch; or ask for a batch without a "
    "budget.")
CANCELLED = ready("configuration", "cancelled",
    "The batch was cancelled before this recording was transcribed.",
    "Retry the batch if it is wanted after all.")
NO_OTHER = "{reason} No other provider of the profile takes the recording either."

# Why a job is not sent. Its recordings do not fail: they go on in another one, with a note.

GOES_ON = "The recordings of the job go on in another one."
PROVIDER_GONE = Template("provider", "provider_gone",
    "{provider} has no endpoint in the settings.", GOES_ON, True)
UNFUNDED = Template("provider", "unfunded",
    "The account at {provider} holds too little money.", GOES_ON, True)
PROVIDER_OUT = Template("provider", "provider_out",
    "{provider} could not be reached for some time.", GOES_ON, True)
CHOICE_REFUSED = Template("provider", "choice_refused",
    "{provider} did not take what is usual here: a model, a version or a feature.", GOES_ON, True)
REFUSED_IN_DOUBT = Template("provider", "refused_in_doubt",
    "{provider} refused the call, and did not say what is wrong with it.", GOES_ON, True)
DEADLINE_NEARS = passing("deadline_nears",
    "The deadline is nearer than the standard mode may take.", GOES_ON)

# What providers say, each with facts of its own. A provider's codes are read in its folder.

NO_REASON = "it gave no reason"
_LATER = "Nothing; it is tried again."
NO_ACCESS_TO_AUDIO = said("configuration", "recording_unreachable",
    "Check that the Speech resource may read the storage account (firewall, managed identity or "
    "SAS) and that the blob still exists.", retryable=True)
NO_WAY_TO_AUDIO = said("configuration", "recording_unreachable",
    "Check that the storage account can be read from the internet; if it has a firewall, have the "
    "audio uploaded ({setting}).", retryable=True)
NO_WAY_TO_ADDRESS = Template("input", "recording_unreachable", "{said}",
    "The provider could not read the audio at its address, although Dropscribe could: the link may "
    "have ended, or let in only who asks from some networks or in some ways. Give one that is open "
    "for long enough, or upload the recording to a container, and name it there, then retry the "
    "batch.")
AUDIO_UNREADABLE = said("input", "audio_unreadable", "Send {formats}.")
CHANNELS_UNREADABLE = said("input", "audio_unreadable",
    "Send {formats}. For audio of several channels, turn speaker separation off.")
NO_SOUND = said("input", "audio_empty", "Send a recording that holds sound.")
NO_SPEECH = said("input", "audio_empty", "Send a recording that holds speech.")
AUDIO_TOO_LONG = said("input", "audio_too_long", "Split the recording into shorter ones.")
CHANNELS_WRONG = said("input", "channels_wrong",
    "Ask only for channels that the recording has, counted from 0.")
NO_LANGUAGE = said("input", "language_unknown",
    "Add the language that is spoken to the candidate locales.")
NO_SURE_LANGUAGE = said("input", "language_unknown",
    "Add the language that is spoken to the candidate locales, or ask for less confidence.")
MANY_LANGUAGES = said("input", "language_ambiguous",
    "Identify languages continuously, or name fewer candidates.")
LOCALE_WRONG = said("configuration", "locale_wrong", "Choose a locale that this region offers.")
MODEL_WRONG = said("configuration", "model_wrong",
    "Choose a model that exists, is not retired and fits the locale.")
SUBSCRIPTION_WRONG = said("configuration", "subscription_wrong",
    "Use a Speech resource of tier S0 in its own region.")
ACCESS_DENIED = said("configuration", "access_denied",
    "Give the role Cognitive Services Speech Contributor.")
OPTIONS_REFUSED = said("configuration", "request_refused", "Correct the options of the profile.")
THROTTLED = said("throttling", "provider_throttled", _LATER, retryable=True)
TROUBLE = said("provider", "provider_trouble", _LATER, retryable=True)
FAILED = said("provider", "provider_failed", "Look the reason up at the provider.", retryable=True)
FAILED_WITHOUT_REASON = Template("provider", "provider_failed",
    "{provider} could not transcribe the recording; it gives no reason.",
    "It is tried again by itself. If that fails too, play the recording, and check that the "
    "storage account can be read from the internet.", retryable=True)
CANCELLED_THERE = Template("provider", "cancelled_at_provider",
    "The transcription was cancelled at {provider}.",
    "Ask who has access to the account there, then drop the recording again.")
PROMISE_BROKEN = Template("provider", "deadline_passed",
    "{provider} did not transcribe the recording in the {promised} hours that it promises, nor in "
    "the {more} hours after.",
    "It can neither be cancelled nor deleted there, so it may still be done and billed: look at "
    "the account before you drop the recording again.")
REFUSED = Template("configuration", "refused", "The provider refused the request: {said}",
    "Correct the profile that these recordings use, then drop them again.")

# The result, and what became of the job.

_AGAIN = "It is tried again by itself. If that fails too, drop the recording again."
ENDPOINT_GONE = ready("configuration", "endpoint_gone",
    "The endpoint that was transcribing this recording is not in the settings any more.",
    "It is tried again at another endpoint, if there is one. Otherwise configure one, then drop "
    "the recording again.", retryable=True)
VANISHED = passing("transcription_missing",
    "The provider does not know the transcription any more.",
    "It is submitted again by itself. If this repeats, look for somebody who deletes "
    "transcriptions at the Speech resource.")
NO_RESULT = passing("result_missing",
    "The provider reported the job as done, but there is no result for this recording.", _AGAIN)
OVERDUE = passing("transcription_overdue",
    "The provider had not finished the transcription after days, and it was cancelled.", _AGAIN)
UNAVAILABLE = passing("results_unavailable",
    "The transcription is finished, but for a day its results could not be had from the provider.",
    _AGAIN)
RESULTS_REFUSED = Template("provider", "results_refused",
    "The provider refused, time after time, to tell about the transcription: {said}",
    _AGAIN, retryable=True)
RESULT_WITHHELD = passing("result_unavailable",
    "The provider lists a result for this recording, but does not hand it out.",
    "Drop the recording again.")
RESULT_UNREADABLE = Template("provider", "result_unreadable",
    "The provider's result cannot be read: {said}.",
    "Drop the recording again. If that fails too, report it with the API version.", retryable=True)
RESULT_TOO_LARGE = Template("provider", "result_too_large", RESULT_UNREADABLE.reason,
    "Split the recording, or ask for less of each word, then drop it again.")
OUTCOME_UNKNOWN = Template("provider", "outcome_unknown",
    "The call that sent this recording to the endpoint {endpoint} ended without an answer, and "
    "nobody can tell whether it was carried out: {why}. It was not sent again, because it might be "
    "paid for twice.",
    "To have it sent again, drop it again. Before that, look at the provider for a transcription "
    "with the mark {mark}: if there is one, this recording was paid for. It is {fate}.")
NOT_CONFIGURED = "the endpoint is not in the settings any more"
NOT_ANSWERED = "the endpoint could not be asked"
NOT_LISTED = "the provider's list does not show it, which proves nothing"
KEPT = "kept there, as the profile says"
DELETED = "deleted by itself"

RECORDING_DELETED = ready("input", "recording_deleted",
    "The recording was deleted after it had failed; nothing else is known of it any more.",
    "There is nothing to do.")

# Our own faults.

_MEND = "Look in the log for what failed, mend it, then drop the recording again."
NOT_REGISTERED = ready("ours", "not_registered", "Dropscribe could not look into this recording.",
    "Look in the log for what failed, mend it, then retry the batch.")
UNREGISTERED = ready("ours", "not_registered",
    "Dropscribe failed five times in a row to register this recording.", _MEND)
UNPLANNED = ready("ours", "not_planned",
    "For a day, Dropscribe failed to put this recording into a job.", _MEND)
STEP_FAILED = ready("ours", "internal_error",
    "Dropscribe failed, time after time, to send this recording or to collect its result.", _MEND)
POISONED = ready("ours", "internal_error",
    "Dropscribe failed five times in a row to store the result of this recording.", _MEND)
INTERNAL = ready("ours", "internal_error",
    "The result arrived, but Dropscribe could not turn it into a transcript.",
    "Look for the event recording.publish_failed in the log and report it.")

# fmt: on
TEXTS: Mapping[str, Failure | Template] = {
    name: text for name, text in globals().items() if isinstance(text, Failure | Template)
}
"""Every text by its name here."""
