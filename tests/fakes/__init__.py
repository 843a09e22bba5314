"""Stand-ins with state for every port. They keep the same promises as the real adapters: the
contract suites in tests/contract run against both."""
