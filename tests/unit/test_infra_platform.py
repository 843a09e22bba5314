"""What services refuse or forget although their types allow it: rules of Azure, not of Bicep.

Each names what it was learned from. Nothing here was deployed.
"""

from __future__ import annotations

import pytest

from tests.bicep.dropscribe import (
    INFRA,
    PLAIN,
    POLLED,
    PRIVATE,
    WIDE,
    Environment,
    app_settings,
    deployed,
)

pytestmark = pytest.mark.long

# Of `siteConfig` on a Flex Consumption plan. https://learn.microsoft.com/azure/azure-functions/
# flex-consumption-plan, "Considerations": others end in error 51021, in some regions earlier than
# in others.
TAKEN_BY_THE_PLAN = {"minTlsVersion", "scmMinTlsVersion", "http20Enabled"}
in_every_form = pytest.mark.parametrize(
    "environment", [PLAIN, WIDE, POLLED, PRIVATE], ids=["plain", "wide", "polled", "private"]
)


@in_every_form
def test_the_site_says_nothing_that_its_plan_refuses(environment: Environment) -> None:
    (app,) = deployed(environment).of_type("Microsoft.Web/sites")
    assert set(app["properties"]["siteConfig"]) <= TAKEN_BY_THE_PLAN


def test_a_saved_search_may_be_written_again() -> None:
    """Without an ETag the second PUT is answered 409. The property is where the service wants it,
    not where its types have it: https://github.com/Azure/bicep-types-az/issues/1499."""
    (search,) = deployed().of_type("Microsoft.OperationalInsights/workspaces/savedSearches")
    assert search["properties"]["etag"] == "*"
    assert "etag" not in search.body


def test_an_instance_takes_as_many_calls_as_it_has_threads() -> None:
    """https://learn.microsoft.com/azure/azure-functions/functions-concurrency: one, for Python."""
    (app,) = deployed().of_type("Microsoft.Web/sites")
    triggers = app["properties"]["functionAppConfig"]["scaleAndConcurrency"]["triggers"]
    threads = app_settings()["PYTHON_THREADPOOL_THREAD_COUNT"]
    assert str(triggers["http"]["perInstanceConcurrency"]) == threads


@pytest.mark.parametrize("strategy", ["", "Recreate", "RollingUpdate"])
def test_how_updates_are_done_is_the_platform_s_choice_or_the_owner_s(strategy: str) -> None:
    (app,) = deployed((("SITE_UPDATE_STRATEGY", strategy),)).of_type("Microsoft.Web/sites")
    told = app["properties"]["functionAppConfig"].get("siteUpdateStrategy")
    assert told == ({"type": strategy} if strategy else None)


def test_private_names_fall_back_to_public_ones() -> None:
    """https://learn.microsoft.com/azure/dns/private-dns-fallback: without it, every account of
    others that has a private endpoint somewhere has no address at all in this network."""
    for link in deployed(WIDE).of_type("Microsoft.Network/privateDnsZones/virtualNetworkLinks"):
        assert link["properties"]["resolutionPolicy"] == "NxDomainRedirect"


def test_private_endpoints_are_made_one_after_the_other() -> None:
    """An account is busy while it gets one: `StorageAccountOperationInProgress`."""
    text = (INFRA / "modules" / "private-endpoints.bicep").read_text()
    assert "@batchSize(1)\nresource endpoints " in text


def test_no_line_of_the_log_is_left_out() -> None:
    """The exporter of the host keeps five traces a second unless it is told otherwise, and drops
    the log lines of the others."""
    assert app_settings()["OTEL_TRACES_SAMPLER"] == "microsoft.fixed_percentage"
    assert float(app_settings()["OTEL_TRACES_SAMPLER_ARG"]) == 1.0
