"""The event subscriptions, against the blob triggers that they drive."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlsplit

import pytest

from shared.messages import Register
from tests.bicep.deployment import Resource
from tests.bicep.dropscribe import (
    app_settings,
    data_account,
    deployed,
    event_subscriptions,
    names_in_data_account,
    triggers,
)


@pytest.mark.long
def blob_triggers() -> dict[str, str]:
    """Function name -> the container it is for."""
    settings = app_settings()
    return {
        function: re.sub(r"%(\w+)%", lambda m: settings[m[1]], trigger["path"]).partition("/")[0]
        for function, trigger in triggers().items()
        if trigger["type"] == "blobTrigger"
    }


def test_every_blob_trigger_is_driven_by_events_because_the_plan_takes_no_other() -> None:
    for function, trigger in triggers().items():
        if trigger["type"] == "blobTrigger":
            assert trigger["source"] == "EventGrid", function


def to_triggers() -> list[Resource]:
    """The subscriptions that call the webhook of a blob trigger."""
    return [one for one in event_subscriptions() if "destination" in one["properties"]]


def of_renames() -> list[Resource]:
    """Those of blobs that get another name, which lie in a queue."""
    return [one for one in event_subscriptions() if one not in to_triggers()]


def test_every_blob_trigger_has_its_subscription_and_hears_of_its_container_only() -> None:
    heard = {}
    for subscription in to_triggers():
        properties = subscription["properties"]
        url = urlsplit(properties["destination"]["properties"]["endpointUrl"])
        (function,) = parse_qs(url.query)["functionName"]
        begins = properties["filter"]["subjectBeginsWith"]
        match = re.fullmatch(r"/blobServices/default/containers/([\w-]+)/blobs/", begins)
        assert match, begins
        heard[function.removeprefix("Host.Functions.")] = match[1]
    assert heard == blob_triggers()


def test_events_go_to_the_app_with_its_own_key_over_https() -> None:
    app_url = urlsplit(deployed().outputs["AZURE_FUNCTION_APP_URL"])
    for subscription in to_triggers():
        url = urlsplit(subscription["properties"]["destination"]["properties"]["endpointUrl"])
        assert (url.scheme, url.netloc) == ("https", app_url.netloc)
        assert url.path == "/runtime/webhooks/blobs"
        assert parse_qs(url.query)["code"] == [key_of_the_host()]


def key_of_the_host() -> str:
    (app,) = deployed().of_type("Microsoft.Web/sites")
    return f"key of {app.id}/host/default"


def test_a_blob_that_is_not_whole_raises_nothing() -> None:
    for subscription in to_triggers():
        wanted = subscription["properties"]["filter"]
        assert wanted["includedEventTypes"] == ["Microsoft.Storage.BlobCreated"]
        (calls,) = wanted["advancedFilters"]
        assert (calls["key"], calls["operatorType"]) == ("data.api", "StringIn")
        assert not {"CreateFile", "AppendFile", "PutBlock"} & set(calls["values"])


def test_renamed_blobs_of_the_same_containers_are_told_of_in_the_queue_that_registers() -> None:
    heard = [one["properties"]["filter"] for one in to_triggers()]
    begins = sorted(wanted["subjectBeginsWith"] for wanted in heard)
    renames = [one["properties"] for one in of_renames()]
    assert sorted(one["filter"]["subjectBeginsWith"] for one in renames) == begins
    for properties in renames:
        assert properties["filter"]["includedEventTypes"] == ["Microsoft.Storage.BlobRenamed"]
        delivery = properties["deliveryWithResourceIdentity"]
        assert delivery["identity"]["type"] == "SystemAssigned"
        assert delivery["destination"]["endpointType"] == "StorageQueue"
        there = delivery["destination"]["properties"]
        assert there["resourceId"].rpartition("/")[2] == data_account()
        assert there["queueName"] == Register.queue


def test_uploads_by_sftp_are_announced() -> None:
    for subscription in to_triggers():
        (calls,) = subscription["properties"]["filter"]["advancedFilters"]
        assert {"FlushWithClose", "SftpCommit"} <= set(calls["values"])


def test_what_cannot_be_delivered_is_left_where_the_topic_may_write() -> None:
    containers = names_in_data_account("blobServices/containers")
    for subscription in event_subscriptions():
        dead = subscription["properties"]["deadLetterWithResourceIdentity"]
        assert dead["identity"]["type"] == "SystemAssigned"
        there = dead["deadLetterDestination"]["properties"]
        assert there["resourceId"].rpartition("/")[2] == data_account()
        assert there["blobContainerName"] in containers - set(blob_triggers().values())


def test_the_topic_is_that_of_the_data_account() -> None:
    (topic,) = deployed().of_type("Microsoft.EventGrid/systemTopics")
    assert topic["properties"]["source"].rpartition("/")[2] == data_account()
    for subscription in event_subscriptions():
        assert subscription.name.partition("/")[0] == topic.name


def test_names_and_keys_of_the_two_deployments_meet() -> None:
    """What the postdeploy hook hands over are outputs of the first deployment."""
    outputs = deployed().outputs
    assert {"AZURE_RESOURCE_GROUP", "AZURE_FUNCTION_APP_NAME", "EVENT_TOPIC_NAME"} <= set(outputs)
