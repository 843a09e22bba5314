"""What other people's compilers say of what the product writes for Azure: Bicep, Kusto, the Azure
CLI. Each is the maker's own; where one is not installed, its tests say so and are skipped."""
