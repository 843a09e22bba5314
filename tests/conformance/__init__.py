"""The app in Microsoft's own runtime package, the one that runs it in Azure on Python 3.13."""
